#include "jets/native/branch.h"

#include <algorithm>

namespace lnn::jets::native {
namespace {

long round_up(long n, long step) {
  return (n + step - 1) / step * step;
}

// Rows whose distance is a multiple of a large power of two would all fall into the same few cache sets.
template <class T>
long row_length(long width, long lanes) {
  constexpr long aliasing_bytes = 1024;
  const bool aliases = width * static_cast<long>(sizeof(T)) % aliasing_bytes == 0;
  return aliases ? width + lanes : width;
}

// Streams of a layer that outlive a forward pass: z and its tangents, phi', phi'', phi''', a.
long kept_streams(const Batch& batch) {
  return 5 + batch.tangents;
}

// The squares of one block: entries [first, end).
template <class T>
std::pair<long, long> squares_of_block(const Batch& batch, const Weights<T>& weights, long block) {
  const auto in_block = [&](long sample) {
    return std::partition_point(weights.squares.begin(), weights.squares.end(),
                                [&](const auto& square) { return square.sample < sample; }) -
           weights.squares.begin();
  };
  return {in_block(block * batch.block_size), in_block((block + 1) * batch.block_size)};
}

}  // namespace

template <class T>
Branch<T>::Branch(const Kernels<T>& kernels, network::Activation activation, long inputs, int hidden_layers,
                  long width)
    : kernels_(kernels),
      activation_(activation),
      inputs_(inputs),
      layers_(static_cast<std::size_t>(hidden_layers)) {
  long in = inputs;
  for (Layer& layer : layers_) {
    layer.in = in;
    layer.out = width;
    layer.width = round_up(width, kernels.lanes);
    layer.ld = row_length<T>(layer.width, kernels.lanes);
    layer.bias.resize(layer.width);
    layer.forward_weight.resize(kernels.packed_size(layer.in, layer.out));
    layer.reverse_weight.resize(kernels.packed_size(layer.out, layer.in));
    layer.weight_sums.resize(layer.width * round_up(layer.in, kernels.lanes));
    layer.bias_sums.resize(layer.width);
    in = width;
  }
  layers_.back().output = true;
  output_sums_.resize(layers_.back().width);
  output_weight_.resize(layers_.back().width);
}

template <class T>
long Branch<T>::parameter_count() const {
  long count = layers_.back().out;
  for (const Layer& layer : layers_) count += layer.out * (layer.in + 1);
  return count;
}

template <class T>
void Branch<T>::set_parameters(const T* parameters) {
  for (Layer& layer : layers_) {
    kernels_.pack(layer.in, layer.out, parameters, 1, layer.in, layer.forward_weight.data());
    kernels_.pack(layer.out, layer.in, parameters, layer.in, 1, layer.reverse_weight.data());
    parameters += layer.out * layer.in;
    std::copy_n(parameters, layer.out, layer.bias.data());
    parameters += layer.out;
  }
  std::copy_n(parameters, layers_.back().out, output_weight_.data());
}

template <class T>
void Branch<T>::resize(const Batch& batch, bool keep) {
  const long blocks = keep ? batch.blocks : 1;
  for (Layer& layer : layers_) {
    const long rows = batch.block_size * layer.ld;
    layer.kept.resize(blocks * kept_streams(batch) * rows);
    layer.activated.resize((1 + batch.tangents) * rows);
    layer.adjoint.resize(rows);
  }
  scratch_.resize(batch.block_size * round_up(inputs_, kernels_.lanes));
}

template <class T>
void Branch<T>::resize(const Batch& batch, const Weights<T>& weights) {
  const auto squares = static_cast<long>(weights.squares.size());
  for (Layer& layer : layers_) {
    layer.operand.resize(weights.streams() * batch.block_size * layer.ld);
    layer.adjoint.resize(weights.streams() * batch.block_size * layer.ld);
    layer.squares_z.resize(squares * layer.ld);
    layer.squares_operand.resize(squares * layer.ld);
    layer.squares_adjoint.resize(squares * layer.ld);
    const long widest = std::max(layer.ld, round_up(layer.in, kernels_.lanes));
    scratch_.resize(std::max(weights.streams() * batch.block_size, squares) * widest);
  }
}

// Without keeping, all blocks share the memory of the first, which then stays in the cache.
template <class T>
LayerBlock<T> Branch<T>::block_of(Layer& layer, const Batch& batch, long block, bool keep) {
  const long stream = batch.block_size * layer.ld;
  LayerBlock<T> view{};
  view.samples = batch.block_size;
  view.width = layer.width;
  view.ld = layer.ld;
  view.tangents = batch.tangents;
  view.rows = batch.rows;
  view.output = layer.output;
  view.z = layer.kept.data() + (keep ? block : 0) * kept_streams(batch) * stream;
  view.f1 = view.z + (1 + batch.tangents) * stream;
  view.f2 = view.f1 + stream;
  view.f3 = view.f2 + stream;
  view.a = keep ? view.f3 + stream : layer.activated.data();
  view.tangent = layer.activated.data() + stream;
  view.operand = layer.operand.data();
  view.adjoint = layer.adjoint.data();
  return view;
}

template <class T>
LayerBlock<T> Branch<T>::block_of(Layer& layer, const Batch& batch, const Weights<T>& weights, long block) {
  LayerBlock<T> view = block_of(layer, batch, block, true);
  view.pairs = weights.pairs;
  return view;
}

template <class T>
void Branch<T>::forward(const Batch& batch, const T* input, bool keep, double* value, double* input_adjoint,
                        double* second) {
  resize(batch, keep);
  const long pairs = batch.rows * batch.tangents;
  for (long block = 0; block < batch.blocks; ++block) {
    const long first = block * batch.block_size;
    forward_block(batch, input + first * (1 + batch.tangents) * inputs_, block, keep, value + first,
                  input_adjoint + first * inputs_, second + first * pairs);
  }
}

template <class T>
void Branch<T>::forward_block(const Batch& batch, const T* input, long block, bool keep, double* value,
                              double* input_adjoint, double* second) {
  const long samples = batch.block_size;
  const T* a = input;
  const T* tangent = input + samples * inputs_;
  long ld = inputs_;
  for (Layer& layer : layers_) {
    const LayerBlock<T> view = block_of(layer, batch, block, keep);
    const auto multiply = [&](long rows, const T* operand, T* z) {
      kernels_.product(rows, layer.out, layer.in, operand, ld, layer.forward_weight.data(), z, layer.ld,
                       false);
    };
    const bool together = tangent == a + samples * ld;
    multiply((together ? 1 + batch.tangents : 1) * samples, a, view.z);
    if (!together) multiply(batch.tangents * samples, tangent, view.z + samples * layer.ld);
    kernels_.activate(activation_, view, layer.bias.data());
    a = view.a;
    tangent = view.tangent;
    ld = layer.ld;
  }
  const long width = layers_.back().width;
  for (long s = 0; s < samples; ++s) {
    value[s] += static_cast<double>(kernels_.dot(width, a + s * ld, output_weight_.data()));
  }

  for (std::size_t l = layers_.size(); l-- > 0;) {
    Layer& layer = layers_[l];
    const LayerBlock<T> view = block_of(layer, batch, block, keep);
    if (layer.output) {  // r_a of the last hidden layer is the output weight, for every sample
      for (long s = 0; s < samples; ++s) std::copy_n(output_weight_.data(), width, view.z + s * layer.ld);
    } else {
      Layer& above = layers_[l + 1];
      kernels_.product(samples, above.in, above.out, above.adjoint.data(), above.ld,
                       above.reverse_weight.data(), view.z, layer.ld, false);
    }
    kernels_.reverse(view, second);
  }
  Layer& first = layers_.front();
  ld = round_up(inputs_, kernels_.lanes);
  kernels_.product(samples, inputs_, first.out, first.adjoint.data(), first.ld, first.reverse_weight.data(),
                   scratch_.data(), ld, false);
  for (long s = 0; s < samples; ++s) {
    for (long k = 0; k < inputs_; ++k) {
      input_adjoint[s * inputs_ + k] += static_cast<double>(scratch_.data()[s * ld + k]);
    }
  }
}

template <class T>
void Branch<T>::backward(const Batch& batch, const Weights<T>& weights, const T* operand,
                         const T* squares_operand, T* gradient, InputAdjoints* input_adjoints) {
  resize(batch, weights);
  for (Layer& layer : layers_) std::fill_n(layer.bias_sums.data(), layer.width, T(0));
  const Layer& last = layers_.back();
  std::fill_n(output_sums_.data(), last.width, T(0));
  for (long block = batch.blocks; block-- > 0;) {  // what was used last may still be in the cache
    for (std::size_t l = 0; l < layers_.size(); ++l) combine_layer(batch, weights, l, operand, block);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      backward_layer(batch, weights, l, block);
      add_weight_gradient(batch, weights, l, operand, squares_operand, block);
    }
    kernels_.add_column_sums(batch.block_size, last.width, last.operand.data(), last.ld, output_sums_.data());
    if (input_adjoints != nullptr) add_input_adjoints(batch, weights, block, *input_adjoints);
  }
  write_gradient(gradient);
}

template <class T>
SquareRow<T> Branch<T>::square_row(Layer& layer, const Weights<T>& weights, long entry, long first_sample) {
  const auto& square = weights.squares[static_cast<std::size_t>(entry)];
  const long row = entry * layer.ld;
  return {square.sample - first_sample,
          square.weight,
          square.direction.data(),
          layer.squares_z.data() + row,
          layer.squares_operand.data() + row,
          layer.squares_adjoint.data() + row};
}

template <class T>
void Branch<T>::combine_layer(const Batch& batch, const Weights<T>& weights, std::size_t l, const T* operand,
                              long block) {
  Layer& layer = layers_[l];
  const long samples = batch.block_size;
  const long first = block * samples;
  const LayerBlock<T> view = block_of(layer, batch, weights, block);
  T* const sigma_z = view.adjoint + (weights.streams() - 1) * samples * layer.ld;
  const T* sigma = l == 0 ? operand + first * weights.streams() * inputs_ : layers_[l - 1].operand.data();
  kernels_.product(samples, layer.out, layer.in, sigma, l == 0 ? inputs_ : layers_[l - 1].ld,
                   layer.forward_weight.data(), sigma_z, layer.ld, false);
  kernels_.combine(view, weights.u.data() + first * weights.pairs * batch.rows,
                   weights.v.data() + first * weights.pairs * batch.tangents);
  const auto [begin, end] = squares_of_block(batch, weights, block);
  for (long e = begin; e < end; ++e) kernels_.combine_square(view, square_row(layer, weights, e, first));
}

template <class T>
void Branch<T>::backward_layer(const Batch& batch, const Weights<T>& weights, std::size_t l, long block) {
  Layer& layer = layers_[l];
  const long samples = batch.block_size;
  const LayerBlock<T> view = block_of(layer, batch, weights, block);
  const auto [begin, end] = squares_of_block(batch, weights, block);
  const auto from_above = [&, begin = begin](long rows, bool squares) -> const T* {
    if (layer.output || rows == 0) return nullptr;
    const Layer& above = layers_[l + 1];
    const T* adjoint =
        squares ? above.squares_adjoint.data() + begin * above.ld : above.adjoint.data() + samples * above.ld;
    kernels_.product(rows, above.in, above.out, adjoint, above.ld, above.reverse_weight.data(),
                     scratch_.data(), layer.ld, false);
    return scratch_.data();
  };
  kernels_.backward(view, from_above((weights.streams() - 1) * samples, false));
  const T* incoming = from_above(end - begin, true);
  for (long e = begin; e < end; ++e) {
    kernels_.backward_square(view, square_row(layer, weights, e, block * samples),
                             incoming == nullptr ? nullptr : incoming + (e - begin) * layer.ld);
  }
}

// dW = sum over samples of r (x) sigma + ubar (x) t_u + vbar (x) t_v + zbar (x) a, and wbar (x) t_w for
// squares. The first layer's is computed transposed: its few inputs make poor columns.
template <class T>
void Branch<T>::add_weight_gradient(const Batch& batch, const Weights<T>& weights, std::size_t l,
                                    const T* operand, const T* squares_operand, long block) {
  Layer& layer = layers_[l];
  const long samples = batch.block_size;
  const long operand_ld = l == 0 ? inputs_ : layers_[l - 1].ld;
  const long rows = l == 0 ? layer.in : layer.out;
  const long columns = l == 0 ? layer.out : layer.in;
  const auto add = [&](long depth, const T* adjoint, const T* from_below, bool accumulate) {
    const T* left = l == 0 ? from_below : adjoint;
    const T* right = l == 0 ? adjoint : from_below;
    gathered_.resize(kernels_.transposed_scratch_size(depth, rows, columns));
    kernels_.transposed_product(rows, columns, depth, left, l == 0 ? operand_ld : layer.ld, right,
                                l == 0 ? layer.ld : operand_ld, gathered_.data(), layer.weight_sums.data(),
                                round_up(columns, kernels_.lanes), accumulate);
  };
  add(weights.streams() * samples, layer.adjoint.data(),
      l == 0 ? operand + block * weights.streams() * samples * inputs_ : layers_[l - 1].operand.data(),
      block + 1 < batch.blocks);
  const auto [begin, end] = squares_of_block(batch, weights, block);
  if (begin < end) {
    add(end - begin, layer.squares_adjoint.data() + begin * layer.ld,
        (l == 0 ? squares_operand : layers_[l - 1].squares_operand.data()) + begin * operand_ld, true);
  }
  const T* zbar = layer.adjoint.data() + (weights.streams() - 1) * samples * layer.ld;
  kernels_.add_column_sums(samples, layer.width, zbar, layer.ld, layer.bias_sums.data());
}

template <class T>
void Branch<T>::write_gradient(T* gradient) const {
  for (const Layer& layer : layers_) {
    const bool transposed = &layer == &layers_.front();
    const long ld = round_up(transposed ? layer.out : layer.in, kernels_.lanes);
    const T* sums = layer.weight_sums.data();
    for (long o = 0; o < layer.out; ++o, gradient += layer.in) {
      if (transposed) {
        for (long i = 0; i < layer.in; ++i) gradient[i] = sums[i * ld + o];
      } else {
        std::copy_n(sums + o * ld, layer.in, gradient);
      }
    }
    gradient = std::copy_n(layer.bias_sums.data(), layer.out, gradient);
  }
  std::copy_n(output_sums_.data(), layers_.back().out, gradient);
}

template <class T>
void Branch<T>::add_input_adjoints(const Batch& batch, const Weights<T>& weights, long block,
                                   InputAdjoints& adjoints) {
  const Layer& layer = layers_.front();
  const long samples = batch.block_size;
  const long ld = round_up(inputs_, kernels_.lanes);
  const long streams = weights.streams() - 1;
  const auto pull_down = [&](long rows, const T* adjoint) {
    kernels_.product(rows, inputs_, layer.out, adjoint, layer.ld, layer.reverse_weight.data(),
                     scratch_.data(), ld, false);
  };
  const auto add_row = [&](long from, long to, std::vector<double>& sums) {
    for (long k = 0; k < inputs_; ++k)
      sums[static_cast<std::size_t>(to * inputs_ + k)] += static_cast<double>(scratch_.data()[from * ld + k]);
  };
  pull_down(streams * samples, layer.adjoint.data() + samples * layer.ld);
  for (long stream = 0; stream < streams; ++stream) {
    for (long s = 0; s < samples; ++s)
      add_row(stream * samples + s, (block * samples + s) * streams + stream, adjoints.samples);
  }
  const auto [begin, end] = squares_of_block(batch, weights, block);
  if (begin == end) return;
  pull_down(end - begin, layer.squares_adjoint.data() + begin * layer.ld);
  for (long e = begin; e < end; ++e) add_row(e - begin, e, adjoints.squares);
}

template class Branch<float>;
template class Branch<double>;

}  // namespace lnn::jets::native
