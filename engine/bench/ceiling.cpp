#include "bench/ceiling.h"

#include <ATen/ATen.h>

#include <cmath>
#include <memory>
#include <type_traits>

#include "jets/native/buffer.h"
#include "jets/native/kernels.h"

namespace lnn::bench {
namespace {

// The operands of one product; numbers between -0.5 and 0.5.
template <class T>
struct Operands {
  Operands(const jets::native::Kernels<T>& table, long size)
      : kernels(table),
        side(size),
        ld(side + table.lanes),  // rows at a power of two apart would fight for the same cache lines
        a(side * ld),
        c(side * ld),
        packed(table.packed_size(side, side)) {
    for (long i = 0; i < side * ld; ++i) a.data()[i] = static_cast<T>(i % 97) / T(96) - T(0.5);
    kernels.pack(side, side, a.data(), ld, 1, packed.data());
  }
  void multiply() { kernels.product(side, side, side, a.data(), ld, packed.data(), c.data(), ld, false); }

  const jets::native::Kernels<T>& kernels;
  long side;
  long ld;
  jets::native::Buffer<T> a, c, packed;
};

}  // namespace

template <class T>
void Ceiling::add_products() {
  const auto type = std::is_same_v<T, float> ? at::kFloat : at::kDouble;
  const at::Tensor a = at::rand({side_, side_}, type) - 0.5;
  at::Tensor c = at::empty_like(a);
  entries_.push_back({{"libtorch mm", type == at::kFloat ? "float32" : "float64"},
                      [a, c]() mutable { at::mm_out(c, a, a); },
                      {}});
  for (const jets::native::Kernels<T>* kernels : jets::native::available_kernels<T>()) {
    const auto operands = std::make_shared<Operands<T>>(*kernels, side_);
    entries_.push_back({{std::string("native ") + kernels->instruction_set, kernels->precision},
                        [operands] { operands->multiply(); },
                        {}});
  }
}

Ceiling::Ceiling(long side) : side_(side) {
  add_products<float>();
  add_products<double>();
}

void Ceiling::measure() {
  const double flops = 2.0 * std::pow(side_, 3);
  constexpr int calls = 2;  // the first one after something else also warms the caches
  for (Entry& entry : entries_) {
    for (int i = 0; i < calls; ++i) {
      const auto start = Clock::now();
      entry.multiply();
      entry.times.add(seconds_since(start));
    }
    entry.product.gflops = flops / entry.times.best() / 1e9;
  }
}

std::vector<Ceiling::Product> Ceiling::products() const {
  std::vector<Product> all;
  for (const Entry& entry : entries_) all.push_back(entry.product);
  return all;
}

}  // namespace lnn::bench
