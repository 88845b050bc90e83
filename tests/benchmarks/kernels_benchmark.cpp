// The parts of a native step, one by one: products and elementwise passes for every instruction set of this
// machine. Run: build/developer/bin/kernels_benchmark [--benchmark_filter=avx512]
#include <benchmark/benchmark.h>

#include <string>

#include "jets/native/buffer.h"
#include "jets/native/kernels.h"

namespace {

using namespace lnn::jets::native;

constexpr int coordinates = 2;
constexpr long samples = 32;
constexpr long tangents = coordinates + 1;
constexpr long pairs = 1;

template <class T>
Buffer<T> filled(long size) {
  Buffer<T> buffer(size);
  for (long i = 0; i < size; ++i)
    buffer.data()[i] = static_cast<T>(0.5 - 0.001 * static_cast<double>(i % 997));
  return buffer;
}

// One layer's streams for one block of samples.
template <class T>
struct Fixture {
  Fixture(const Kernels<T>& kernels, long width)
      : ld(width + kernels.lanes),
        z(filled<T>((1 + tangents) * samples * ld)),
        factors(filled<T>(3 * samples * ld)),
        a(filled<T>((1 + tangents) * samples * ld)),
        operand(filled<T>((2 + 2 * pairs) * samples * ld)),
        adjoint(filled<T>((2 + 2 * pairs) * samples * ld)),
        incoming(filled<T>((1 + 2 * pairs) * samples * ld)) {
    block.samples = samples;
    block.width = width;
    block.ld = ld;
    block.tangents = tangents;
    block.rows = coordinates;
    block.pairs = pairs;
    block.z = z.data();
    block.f1 = factors.data();
    block.f2 = factors.data() + samples * ld;
    block.f3 = factors.data() + 2 * samples * ld;
    block.a = a.data();
    block.tangent = a.data() + samples * ld;
    block.operand = operand.data();
    block.adjoint = adjoint.data();
  }

  long ld;
  Buffer<T> z, factors, a, operand, adjoint, incoming;
  LayerBlock<T> block{};
};

void count_flops(benchmark::State& state, double flops) {
  state.counters["GFLOP/s"] = benchmark::Counter(flops * static_cast<double>(state.iterations()),
                                                 benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

// Time per neuron of one sample, which is what an elementwise pass costs.
void count_neurons(benchmark::State& state, long width) {
  state.SetItemsProcessed(state.iterations() * samples * width);
}

template <class T>
void product(benchmark::State& state, const Kernels<T>& kernels) {
  const long width = state.range(0);
  const long rows = (1 + tangents) * samples;
  Fixture<T> f(kernels, width);
  const Buffer<T> weights = filled<T>(width * width);
  Buffer<T> packed(kernels.packed_size(width, width));
  kernels.pack(width, width, weights.data(), width, 1, packed.data());
  for (auto _ : state) {
    kernels.product(rows, width, width, f.a.data(), f.ld, packed.data(), f.z.data(), f.ld, false);
  }
  count_flops(state, 2.0 * static_cast<double>(rows * width * width));
}

template <class T>
void transposed_product(benchmark::State& state, const Kernels<T>& kernels) {
  const long width = state.range(0);
  const long depth = (2 + 2 * pairs) * samples;
  const long ld = width + kernels.lanes;
  const Buffer<T> a = filled<T>(depth * ld);
  const Buffer<T> b = filled<T>(depth * ld);
  Buffer<T> scratch(kernels.transposed_scratch_size(depth, width, width));
  Buffer<T> c(width * ld);
  for (auto _ : state) {
    kernels.transposed_product(width, width, depth, a.data(), ld, b.data(), ld, scratch.data(), c.data(), ld,
                               false);
  }
  count_flops(state, 2.0 * static_cast<double>(depth * width * width));
}

template <class T>
void pack(benchmark::State& state, const Kernels<T>& kernels, bool transposed) {
  const long width = state.range(0);
  const Buffer<T> weights = filled<T>(width * width);
  Buffer<T> packed(kernels.packed_size(width, width));
  for (auto _ : state) {
    kernels.pack(width, width, weights.data(), transposed ? 1 : width, transposed ? width : 1, packed.data());
  }
  state.SetBytesProcessed(state.iterations() * width * width * static_cast<long>(sizeof(T)));
}

template <class T>
void activate(benchmark::State& state, const Kernels<T>& kernels, lnn::network::Activation activation) {
  Fixture<T> f(kernels, state.range(0));
  const Buffer<T> bias(state.range(0));
  for (auto _ : state) kernels.activate(activation, f.block, bias.data());
  count_neurons(state, state.range(0));
}

template <class T>
void reverse(benchmark::State& state, const Kernels<T>& kernels) {
  Fixture<T> f(kernels, state.range(0));
  std::vector<double> second(samples * coordinates * tangents);
  for (auto _ : state) kernels.reverse(f.block, second.data());
  count_neurons(state, state.range(0));
}

template <class T>
void combine(benchmark::State& state, const Kernels<T>& kernels) {
  Fixture<T> f(kernels, state.range(0));
  const Buffer<T> u = filled<T>(samples * coordinates);
  const Buffer<T> v = filled<T>(samples * tangents);
  for (auto _ : state) kernels.combine(f.block, u.data(), v.data());
  count_neurons(state, state.range(0));
}

template <class T>
void backward(benchmark::State& state, const Kernels<T>& kernels) {
  Fixture<T> f(kernels, state.range(0));
  for (auto _ : state) kernels.backward(f.block, f.incoming.data());
  count_neurons(state, state.range(0));
}

template <class T>
void register_all(const char* type) {
  for (const Kernels<T>* kernels : available_kernels<T>()) {
    const auto add = [&](const std::string& name, auto function) {
      benchmark::RegisterBenchmark(
          (name + "/" + kernels->instruction_set + "/" + type).c_str(),
          [kernels, function](benchmark::State& state) { function(state, *kernels); })
          ->Arg(64)
          ->Arg(128)
          ->Arg(512);
    };
    add("product", product<T>);
    add("transposed_product", transposed_product<T>);
    add("pack", [](benchmark::State& state, const Kernels<T>& k) { pack<T>(state, k, false); });
    add("pack_transposed", [](benchmark::State& state, const Kernels<T>& k) { pack<T>(state, k, true); });
    for (const auto& [activation, name] : lnn::EnumNames<lnn::network::Activation>::table) {
      add(std::string("activate_") + name,
          [activation = activation](benchmark::State& state, const Kernels<T>& k) {
            activate<T>(state, k, activation);
          });
    }
    add("reverse", reverse<T>);
    add("combine", combine<T>);
    add("backward", backward<T>);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_all<float>("float32");
  register_all<double>("float64");
  benchmark::RunSpecifiedBenchmarks();
}
