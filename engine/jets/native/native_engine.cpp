#include "jets/native/native_engine.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <type_traits>

#include "base/error.h"

namespace lnn::jets::native {
namespace {

std::size_t at_index(long i) {
  return static_cast<std::size_t>(i);
}

// Samples in a block: as many as keep a layer's streams in the second-level cache, and blocks of nearly equal
// size.
template <class T>
long block_size_for(long batch, long width) {
  constexpr long numbers_per_stream = 64 * 1024 / sizeof(T);
  const long largest = std::clamp(numbers_per_stream / width, 16L, 256L);
  const long blocks = (batch + largest - 1) / largest;
  return (batch + blocks - 1) / blocks;
}

template <class T>
at::Tensor as_input(const at::Tensor& tensor) {
  return tensor.to(at::kCPU, std::is_same_v<T, float> ? at::kFloat : at::kDouble).contiguous();
}

template <class T>
std::vector<T> read(const at::Tensor& tensor, long size_with_filling) {
  const at::Tensor values = as_input<T>(tensor);
  std::vector<T> result(at_index(size_with_filling), T(0));
  std::copy_n(values.template data_ptr<T>(), values.numel(), result.begin());
  return result;
}

// Rows of the p-th of `pairs` terms [B, N] into all terms' [B, P, N].
template <class T>
void interleave(const at::Tensor& rows, long p, long pairs, std::vector<T>& all) {
  const long length = rows.size(1);
  const T* from = rows.template data_ptr<T>();
  for (long b = 0; b < rows.size(0); ++b)
    std::copy_n(from + b * length, length, all.begin() + (b * pairs + p) * length);
}

template <class T>
void add_square(std::vector<typename Weights<T>::Square>& squares, long sample, double weight,
                const std::vector<double>& direction) {
  if (weight == 0) return;
  squares.push_back({sample, static_cast<T>(weight), std::vector<T>(direction.begin(), direction.end())});
}

template <class T>
void add_chosen_squares(const SquareTerms& terms, const Batch& batch,
                        std::vector<typename Weights<T>::Square>& squares) {
  const auto entries = static_cast<long>(terms.samples.size());
  if (entries == 0) return;
  const auto weights = read<double>(terms.weights, entries);
  const auto directions = read<double>(terms.directions, entries * batch.rows);
  for (long e = 0; e < entries; ++e) {
    std::vector<double> direction(at_index(batch.tangents), 0.0);
    std::copy_n(directions.begin() + e * batch.rows, batch.rows, direction.begin());
    add_square<T>(squares, terms.samples[at_index(e)], weights[at_index(e)], direction);
  }
}

}  // namespace

template <class T>
NativeEngine<T>::NativeEngine(const network::Network& network, const Kernels<T>& kernels)
    : network_(network), kernels_(kernels), input_(network.options()) {
  const network::NetworkOptions& options = network.options();
  const auto branches = static_cast<long>(options.branches.size());
  for (const network::Activation activation : options.branches) {
    branches_.emplace_back(kernels, activation, 2L * options.coordinates, options.hidden_layers,
                           options.width / branches);
  }
}

template <class T>
EngineFacts NativeEngine<T>::facts() const {
  return {"native", kernels_.precision, "cpu", kernels_.instruction_set};
}

// The version counter moves with every in-place change of the parameters, so a validation pass packs them
// once.
template <class T>
void NativeEngine<T>::read_parameters() {
  const auto version = static_cast<std::int64_t>(network_.parameters()._version());
  if (version == parameters_version_) return;
  parameters_version_ = version;
  const T* parameters = network_.parameters().template data_ptr<T>();
  input_.set_parameters(parameters);
  parameters += input_.parameter_count();
  for (Branch<T>& branch : branches_) {
    branch.set_parameters(parameters);
    parameters += branch.parameter_count();
  }
}

template <class T>
Batch NativeEngine<T>::make_batch(const at::Tensor& x, const Tangents& tangents) const {
  Batch batch;
  batch.size = x.size(0);
  batch.inputs = x.size(1);
  batch.tangents = static_cast<int>(tangents.directions.size(1));
  batch.rows = tangents.rows;
  invariant(batch.size >= 1 && batch.inputs == 2L * network_.options().coordinates, "x is [B >= 1, 2n]");
  invariant(batch.rows >= 1 && batch.rows <= batch.tangents, "1 <= rows <= tangents");
  const auto branches = static_cast<long>(network_.options().branches.size());
  batch.block_size = block_size_for<T>(batch.size, network_.options().width / branches);
  batch.blocks = (batch.size + batch.block_size - 1) / batch.block_size;
  return batch;
}

template <class T>
Jet NativeEngine<T>::forward(const at::Tensor& x, const Tangents& tangents, Keep keep) {
  read_parameters();
  batch_ = make_batch(x, tangents);
  kept_ = keep == Keep::for_backward;
  const at::Tensor points = as_input<T>(x);
  const at::Tensor directions = as_input<T>(tangents.directions);
  input_.forward(batch_, points.template data_ptr<T>(), directions.template data_ptr<T>());

  const long filled = batch_.filled();
  std::vector<double> value(at_index(filled), 0.0);
  std::vector<double> gradient(at_index(filled * batch_.inputs), 0.0);
  std::vector<double> second(at_index(filled * batch_.rows * batch_.tangents), 0.0);
  for (Branch<T>& branch : branches_) {
    branch.forward(batch_, input_.output(), kept_, value.data(), gradient.data(), second.data());
  }
  input_.finish_forward(batch_, value.data(), gradient.data(), second.data());

  Jet jet{at::empty({batch_.size}, x.options()), at::empty({batch_.size, batch_.inputs}, x.options()),
          at::empty({batch_.size, batch_.rows, batch_.tangents}, x.options())};
  const auto narrow = [](double number) { return static_cast<T>(number); };
  std::transform(value.begin(), value.begin() + batch_.size, jet.value.template data_ptr<T>(), narrow);
  std::transform(gradient.begin(), gradient.begin() + jet.gradient.numel(),
                 jet.gradient.template data_ptr<T>(), narrow);
  T* out = jet.second.template data_ptr<T>();
  for (long b = 0; b < batch_.size; ++b) {
    const double* upper = second.data() + b * batch_.rows * batch_.tangents;
    for (int i = 0; i < batch_.rows; ++i) {
      for (int j = 0; j < batch_.tangents; ++j) {
        *out++ = narrow(j >= i ? upper[i * batch_.tangents + j] : upper[j * batch_.tangents + i]);
      }
    }
  }
  return jet;
}

template <class T>
Weights<T> NativeEngine<T>::read_weights(const Functional& functional) const {
  Weights<T> weights;
  weights.first = read<double>(functional.first, batch_.filled() * batch_.inputs);
  weights.pairs = static_cast<int>(functional.mixed.size());
  weights.u.resize(at_index(batch_.filled() * weights.pairs * batch_.rows));
  weights.v.resize(at_index(batch_.filled() * weights.pairs * batch_.tangents));
  for (int p = 0; p < weights.pairs; ++p) {
    const MixedTerm& term = functional.mixed[at_index(p)];
    interleave(as_input<T>(term.u), p, weights.pairs, weights.u);
    interleave(as_input<T>(term.v), p, weights.pairs, weights.v);
  }
  add_chosen_squares<T>(functional.squares, batch_, weights.squares);
  std::stable_sort(weights.squares.begin(), weights.squares.end(),
                   [](const auto& a, const auto& b) { return a.sample < b.sample; });
  return weights;
}

template <class T>
at::Tensor NativeEngine<T>::backward(const Functional& functional) {
  invariant(kept_, "backward() follows a forward() that was told to keep for_backward");
  kept_ = false;
  const Weights<T> weights = read_weights(functional);
  input_.start_backward(batch_, weights);
  at::Tensor result = at::empty({network_.parameter_count()}, network_.parameters().options());
  T* const input_gradient = result.template data_ptr<T>();
  InputAdjoints adjoints;
  if (input_.has_parameters()) {
    adjoints.samples.resize(at_index(batch_.filled() * (weights.streams() - 1) * batch_.inputs));
    adjoints.squares.resize(weights.squares.size() * at_index(batch_.inputs));
  }
  T* gradient = input_gradient + input_.parameter_count();
  for (Branch<T>& branch : branches_) {
    branch.backward(batch_, weights, input_.operand(), input_.squares_operand(), gradient,
                    input_.has_parameters() ? &adjoints : nullptr);
    gradient += branch.parameter_count();
  }
  std::fill(gradient, input_gradient + result.numel(), T(0));  // the generators are no part of L
  if (input_.has_parameters()) input_.backward(batch_, weights, adjoints, input_gradient);
  return result;
}

template class NativeEngine<float>;
template class NativeEngine<double>;

}  // namespace lnn::jets::native
