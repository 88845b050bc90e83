// Every instruction set of this machine, against plain loops in double precision.
#include "jets/native/kernels.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "emulated_kernels.h"
#include "jets/native/buffer.h"
#include "network/activation.h"

namespace {

using namespace lnn;
using namespace lnn::jets::native;

template <class T>
Buffer<T> random_numbers(long size, unsigned seed) {
  Buffer<T> buffer(size);
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  for (long i = 0; i < size; ++i) buffer.data()[i] = static_cast<T>(normal(engine));
  return buffer;
}

// The tables of this machine and, for float, the matrix unit's products on emulated tiles.
template <class T>
std::vector<Kernels<T>> tables() {
  std::vector<Kernels<T>> result;
  for (const Kernels<T>* kernels : available_kernels<T>()) result.push_back(*kernels);
  if constexpr (std::is_same_v<T, float>) result.push_back(with_emulated_products(result.front()));
  return result;
}

template <class T>
class EveryNumberType : public testing::Test {};
using NumberTypes = testing::Types<float, double>;
TYPED_TEST_SUITE(EveryNumberType, NumberTypes);

// Largest rounding error of a sum of `depth` products of standard normal numbers; a wrong index gives one of
// order 1.
template <class T>
double tolerance(const Kernels<T>& kernels, long depth) {
  const bool split = std::string(kernels.precision) == "bf16x3";
  const double unit = split ? 2e-5 : double{std::numeric_limits<T>::epsilon()};
  return unit * static_cast<double>(4 * depth + 8);
}

long round_up(long n, long step) {
  return (n + step - 1) / step * step;
}

TYPED_TEST(EveryNumberType, ProductsAgreeWithPlainLoops) {
  using T = TypeParam;
  for (const Kernels<T>& kernels : tables<T>()) {
    for (const auto& [rows, columns, depth] :
         {std::array{1L, 1L, 1L}, std::array{7L, 17L, 4L}, std::array{13L, 33L, 31L},
          std::array{64L, 48L, 65L}, std::array{101L, 500L, 70L}}) {
      SCOPED_TRACE(
          fmt::format("{} rows {} columns {} depth {}", kernels.instruction_set, rows, columns, depth));
      const long lda = depth + 3;
      const long ldc = round_up(columns, kernels.lanes);
      const Buffer<T> a = random_numbers<T>(rows * lda, 1);
      const Buffer<T> b = random_numbers<T>(depth * columns, 2);
      for (const bool transposed : {false, true}) {  // how b is stored
        Buffer<T> packed(kernels.packed_size(depth, columns));
        const long row_stride = transposed ? 1 : columns;
        const long column_stride = transposed ? depth : 1;
        kernels.pack(depth, columns, b.data(), row_stride, column_stride, packed.data());
        Buffer<T> c(rows * ldc);
        kernels.product(rows, columns, depth, a.data(), lda, packed.data(), c.data(), ldc, false);
        kernels.product(rows, columns, depth, a.data(), lda, packed.data(), c.data(), ldc, true);
        double worst = 0;
        for (long i = 0; i < rows; ++i) {
          for (long n = 0; n < columns; ++n) {
            double expected = 0;
            for (long k = 0; k < depth; ++k) {
              expected +=
                  2.0 * double{a.data()[i * lda + k]} * double{b.data()[k * row_stride + n * column_stride]};
            }
            worst = std::max(worst, std::abs(double{c.data()[i * ldc + n]} - expected));
          }
        }
        EXPECT_LT(worst, 2 * tolerance(kernels, depth));
      }
    }
  }
}

TYPED_TEST(EveryNumberType, TransposedProductsAgreeWithPlainLoops) {
  using T = TypeParam;
  for (const Kernels<T>& kernels : tables<T>()) {
    for (const auto& [rows, columns, depth] : {std::array{1L, 1L, 1L}, std::array{4L, 33L, 36L},
                                               std::array{47L, 20L, 84L}, std::array{70L, 70L, 96L}}) {
      SCOPED_TRACE(
          fmt::format("{} rows {} columns {} depth {}", kernels.instruction_set, rows, columns, depth));
      const long lda = rows + 5;
      const long ldb = round_up(columns, kernels.lanes);
      const Buffer<T> a = random_numbers<T>(depth * lda, 3);
      const Buffer<T> b = random_numbers<T>(depth * ldb, 4);
      Buffer<T> scratch(kernels.transposed_scratch_size(depth, rows, columns));
      Buffer<T> c(rows * ldb);
      for (const bool accumulate : {false, true}) {
        kernels.transposed_product(rows, columns, depth, a.data(), lda, b.data(), ldb, scratch.data(),
                                   c.data(), ldb, accumulate);
      }
      double worst = 0;
      for (long i = 0; i < rows; ++i) {
        for (long n = 0; n < columns; ++n) {
          double expected = 0;
          for (long k = 0; k < depth; ++k)
            expected += 2.0 * double{a.data()[k * lda + i]} * double{b.data()[k * ldb + n]};
          worst = std::max(worst, std::abs(double{c.data()[i * ldb + n]} - expected));
        }
      }
      EXPECT_LT(worst, 2 * tolerance(kernels, depth));
    }
  }
}

// phi and its derivatives at z, through a block of one sample without tangents.
template <class T>
std::array<std::vector<double>, 4> derivatives_at(const Kernels<T>& kernels, network::Activation activation,
                                                  const std::vector<double>& points) {
  const long width = round_up(static_cast<long>(points.size()), kernels.lanes);
  Buffer<T> z(width), f1(width), f2(width), f3(width), a(width), bias(width);
  std::copy(points.begin(), points.end(), z.data());
  LayerBlock<T> block{};
  block.samples = 1;
  block.width = block.ld = width;
  block.output = true;
  block.z = z.data();
  block.f1 = f1.data();
  block.f2 = f2.data();
  block.f3 = f3.data();
  block.a = a.data();
  kernels.activate(activation, block, bias.data());
  std::array<std::vector<double>, 4> result;
  const std::array<const T*, 4> values{a.data(), f1.data(), f2.data(), f3.data()};
  for (std::size_t k = 0; k < 4; ++k) result[k].assign(values[k], values[k] + points.size());
  return result;
}

TYPED_TEST(EveryNumberType, ActivationsAgreeWithTheirDefinition) {
  using T = TypeParam;
  std::vector<double> points;
  for (double z = -30; z <= 30; z += 0.0625) points.push_back(z);  // exact in float, too
  for (const double z : {-1e4, 1e4, 1e-20, -1e-3}) points.push_back(static_cast<double>(static_cast<T>(z)));
  for (const Kernels<T>& kernels : tables<T>()) {
    for (const auto& [activation, name] : EnumNames<network::Activation>::table) {
      const auto measured = derivatives_at(kernels, activation, points);
      for (std::size_t i = 0; i < points.size(); ++i) {
        const auto expected = network::derivatives(activation, points[i]);
        for (std::size_t k = 0; k < 4; ++k) {
          const double allowed = 8 * double{std::numeric_limits<T>::epsilon()} * (1 + std::abs(expected[k]));
          EXPECT_NEAR(measured[k][i], expected[k], allowed)
              << kernels.instruction_set << " " << name << " derivative " << k << " at " << points[i];
        }
      }
    }
  }
}

TYPED_TEST(EveryNumberType, ActivationsPassNanOn) {
  using T = TypeParam;
  for (const Kernels<T>& kernels : tables<T>()) {
    for (const auto& [activation, name] : EnumNames<network::Activation>::table) {
      const auto measured = derivatives_at(kernels, activation, {std::nan("")});
      EXPECT_TRUE(std::isnan(measured[0][0])) << kernels.instruction_set << " " << name;
    }
  }
}

// Tiles of which one loses its results, as in a broken emulator.
class BrokenTiles : public lnn::jets::native::EmulatedTiles {
 public:
  template <int C, int A, int B>
  static void multiply() {
    EmulatedTiles::multiply<C, A, B>();
    if constexpr (C == 3) zero<3>();
  }
};

TEST(SplitProducts, NoticeAUnitThatDoesNotMultiply) {
  EXPECT_TRUE(SplitProducts<EmulatedTiles>::works());
  EXPECT_FALSE(SplitProducts<BrokenTiles>::works());
}

TEST(AvailableKernels, EndWithOnesThatRunAnywhere) {
  EXPECT_STREQ(available_kernels<float>().back()->instruction_set, "baseline");
  EXPECT_STREQ(available_kernels<double>().back()->instruction_set, "baseline");
}

}  // namespace
