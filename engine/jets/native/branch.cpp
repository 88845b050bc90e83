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
    in = width;
  }
  layers_.back().output = true;
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
  long widest = 0;
  for (Layer& layer : layers_) {
    const long rows = blocks * batch.block_size * layer.ld;
    layer.z.resize((1 + batch.tangents) * rows);
    layer.f1.resize(rows);
    layer.f2.resize(rows);
    layer.operand.resize((tangent_stream + batch.tangents) * rows);
    layer.adjoint.resize(adjoint_streams * rows);
    if (keep) {
      layer.f3.resize(rows);
      layer.sigma_z.resize(rows);
      layer.uv.resize(2 * rows);
    }
    widest = std::max(widest, std::max(layer.ld, round_up(layer.in, kernels_.lanes)));
  }
  scratch_.resize(3 * batch.block_size * widest);
}

// Without keeping, all blocks share the memory of the first, which then stays in the cache.
template <class T>
LayerBlock<T> Branch<T>::block_of(Layer& layer, const Batch& batch, long block, bool keep) {
  const long rows = (keep ? block : 0) * batch.block_size * layer.ld;
  LayerBlock<T> view{};
  view.samples = batch.block_size;
  view.width = layer.width;
  view.ld = layer.ld;
  view.tangents = batch.tangents;
  view.rows = batch.rows;
  view.output = layer.output;
  view.z = layer.z.data() + (1 + batch.tangents) * rows;
  view.f1 = layer.f1.data() + rows;
  view.f2 = layer.f2.data() + rows;
  view.operand = layer.operand.data() + (tangent_stream + batch.tangents) * rows;
  view.adjoint = layer.adjoint.data() + adjoint_streams * rows;
  if (keep) {
    view.f3 = layer.f3.data() + rows;
    view.sigma_z = layer.sigma_z.data() + rows;
    view.uv = layer.uv.data() + 2 * rows;
  }
  return view;
}

template <class T>
void Branch<T>::forward(const Batch& batch, const T* input, bool keep, double* value, double* input_adjoint,
                        double* second) {
  resize(batch, keep);
  const long pairs = batch.rows * batch.tangents;
  for (long block = 0; block < batch.blocks; ++block) {
    const long first = block * batch.block_size;
    forward_block(batch, input, block, keep, value + first, input_adjoint + first * inputs_,
                  second + first * pairs);
  }
}

template <class T>
void Branch<T>::forward_block(const Batch& batch, const T* input, long block, bool keep, double* value,
                              double* input_adjoint, double* second) {
  const long samples = batch.block_size;
  const long streams = tangent_stream + batch.tangents;
  const T* operand = input + (block * streams + value_stream) * samples * inputs_;
  long operand_ld = inputs_;
  for (Layer& layer : layers_) {
    const LayerBlock<T> view = block_of(layer, batch, block, keep);
    kernels_.product((1 + batch.tangents) * samples, layer.out, layer.in, operand, operand_ld,
                     layer.forward_weight.data(), view.z, layer.ld, false);
    kernels_.activate(activation_, view, layer.bias.data());
    operand = view.operand + value_stream * samples * layer.ld;
    operand_ld = layer.ld;
  }
  const long width = layers_.back().width;
  for (long s = 0; s < samples; ++s) {
    value[s] += static_cast<double>(kernels_.dot(width, operand + s * operand_ld, output_weight_.data()));
  }

  for (std::size_t l = layers_.size(); l-- > 0;) {
    Layer& layer = layers_[l];
    const LayerBlock<T> view = block_of(layer, batch, block, keep);
    if (layer.output) {  // r_a of the last hidden layer is the output weight, for every sample
      for (long s = 0; s < samples; ++s) std::copy_n(output_weight_.data(), width, view.z + s * layer.ld);
    } else {
      Layer& above = layers_[l + 1];
      const LayerBlock<T> from = block_of(above, batch, block, keep);
      kernels_.product(samples, above.in, above.out, from.adjoint, above.ld, above.reverse_weight.data(),
                       view.z, layer.ld, false);
    }
    kernels_.reverse(view, second);
  }
  Layer& first = layers_.front();
  const LayerBlock<T> from = block_of(first, batch, block, keep);
  const long ld = round_up(inputs_, kernels_.lanes);
  kernels_.product(samples, inputs_, first.out, from.adjoint, first.ld, first.reverse_weight.data(),
                   scratch_.data(), ld, false);
  for (long s = 0; s < samples; ++s) {
    for (long k = 0; k < inputs_; ++k) {
      input_adjoint[s * inputs_ + k] += static_cast<double>(scratch_.data()[s * ld + k]);
    }
  }
}

template <class T>
void Branch<T>::backward(const Batch& batch, const Weights<T>& weights, const T* input,
                         const T* squares_input, T* gradient) {
  const auto squares = static_cast<long>(weights.squares.size());
  for (Layer& layer : layers_) {
    layer.squares_z.resize(squares * layer.ld);
    layer.squares_operand.resize(squares * layer.ld);
    layer.squares_adjoint.resize(squares * layer.ld);
    scratch_.resize(squares * std::max(layer.ld, round_up(layer.in, kernels_.lanes)));
  }
  for (long block = 0; block < batch.blocks; ++block) {
    for (std::size_t l = 0; l < layers_.size(); ++l) combine_layer(batch, weights, l, input, block);
    for (std::size_t l = layers_.size(); l-- > 0;) backward_layer(batch, weights, l, block);
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    weight_gradient(batch, weights, l, input, squares_input, gradient);
    gradient += layers_[l].out * (layers_[l].in + 1);
  }
  Layer& last = layers_.back();
  scratch_.resize(last.width);
  std::fill_n(scratch_.data(), last.width, T(0));
  for (long block = 0; block < batch.blocks; ++block) {
    const LayerBlock<T> view = block_of(last, batch, block, true);
    kernels_.add_column_sums(batch.block_size, last.width, view.operand, last.ld, scratch_.data());
  }
  std::copy_n(scratch_.data(), last.out, gradient);
}

template <class T>
void Branch<T>::combine_layer(const Batch& batch, const Weights<T>& weights, std::size_t l, const T* input,
                              long block) {
  Layer& layer = layers_[l];
  const long samples = batch.block_size;
  const long first = block * samples;
  const LayerBlock<T> view = block_of(layer, batch, block, true);
  const T* operand = l == 0 ? input + block * (tangent_stream + batch.tangents) * samples * inputs_
                            : block_of(layers_[l - 1], batch, block, true).operand;
  const long operand_ld = l == 0 ? inputs_ : layers_[l - 1].ld;
  kernels_.product(samples, layer.out, layer.in, operand, operand_ld, layer.forward_weight.data(),
                   view.sigma_z, layer.ld, false);
  kernels_.combine(view, weights.u.data() + first * batch.rows, weights.v.data() + first * batch.tangents);
  const auto [begin, end] = squares_of_block(batch, weights, block);
  for (long e = begin; e < end; ++e) {
    const auto& square = weights.squares[static_cast<std::size_t>(e)];
    kernels_.combine_square(
        view,
        {square.sample - first, square.weight, square.direction.data(), layer.squares_z.data() + e * layer.ld,
         layer.squares_operand.data() + e * layer.ld, layer.squares_adjoint.data() + e * layer.ld});
  }
}

template <class T>
void Branch<T>::backward_layer(const Batch& batch, const Weights<T>& weights, std::size_t l, long block) {
  Layer& layer = layers_[l];
  const long samples = batch.block_size;
  const long first = block * samples;
  const LayerBlock<T> view = block_of(layer, batch, block, true);
  const auto [begin, end] = squares_of_block(batch, weights, block);
  Layer* above = layer.output ? nullptr : &layers_[l + 1];
  const T* incoming = nullptr;
  if (above != nullptr) {
    const LayerBlock<T> from = block_of(*above, batch, block, true);
    kernels_.product(3 * samples, above->in, above->out, from.adjoint + samples * above->ld, above->ld,
                     above->reverse_weight.data(), scratch_.data(), layer.ld, false);
    incoming = scratch_.data();
  }
  kernels_.backward(view, incoming);
  if (begin == end) return;
  if (above != nullptr) {
    kernels_.product(end - begin, above->in, above->out, above->squares_adjoint.data() + begin * above->ld,
                     above->ld, above->reverse_weight.data(), scratch_.data(), layer.ld, false);
  }
  for (long e = begin; e < end; ++e) {
    const auto& square = weights.squares[static_cast<std::size_t>(e)];
    kernels_.backward_square(
        view,
        {square.sample - first, square.weight, square.direction.data(), layer.squares_z.data() + e * layer.ld,
         layer.squares_operand.data() + e * layer.ld, layer.squares_adjoint.data() + e * layer.ld},
        incoming == nullptr ? nullptr : incoming + (e - begin) * layer.ld);
  }
}

// dW = sum over samples of r (x) sigma + ubar (x) t_u + vbar (x) t_v + zbar (x) a, and wbar (x) t_w for
// squares. The first layer's is computed transposed: its few inputs make poor columns.
template <class T>
void Branch<T>::weight_gradient(const Batch& batch, const Weights<T>& weights, std::size_t l, const T* input,
                                const T* squares_input, T* gradient) {
  Layer& layer = layers_[l];
  const bool first = l == 0;
  const long samples = batch.block_size;
  const long operand_ld = first ? inputs_ : layers_[l - 1].ld;
  const long operand_stride = (tangent_stream + batch.tangents) * samples * operand_ld;
  const auto squares = static_cast<long>(weights.squares.size());
  const Runs<T> adjoint{layer.adjoint.data(), batch.blocks, adjoint_streams * samples * layer.ld,
                        adjoint_streams * samples, layer.ld};
  const Runs<T> operand{first ? input : layers_[l - 1].operand.data(), batch.blocks, operand_stride,
                        adjoint_streams * samples, operand_ld};
  const Runs<T> squares_adjoint{layer.squares_adjoint.data(), 1, 0, squares, layer.ld};
  const Runs<T> squares_operand{first ? squares_input : layers_[l - 1].squares_operand.data(), 1, 0, squares,
                                operand_ld};
  const long rows = first ? layer.in : layer.out;
  const long columns = first ? layer.out : layer.in;
  const long ld = round_up(columns, kernels_.lanes);
  gathered_.resize(
      kernels_.transposed_scratch_size(std::max(batch.blocks * adjoint.rows, squares), rows, columns));
  scratch_.resize(rows * ld);
  const auto add = [&](const Runs<T>& left, const Runs<T>& right, bool accumulate) {
    kernels_.transposed_product(rows, columns, left, right, gathered_.data(), scratch_.data(), ld,
                                accumulate);
  };
  add(first ? operand : adjoint, first ? adjoint : operand, false);
  if (squares > 0)
    add(first ? squares_operand : squares_adjoint, first ? squares_adjoint : squares_operand, true);

  for (long o = 0; o < layer.out; ++o) {
    for (long i = 0; i < layer.in; ++i) {
      gradient[o * layer.in + i] = first ? scratch_.data()[i * ld + o] : scratch_.data()[o * ld + i];
    }
  }
  gradient += layer.out * layer.in;
  scratch_.resize(layer.width);
  std::fill_n(scratch_.data(), layer.width, T(0));
  for (long block = 0; block < batch.blocks; ++block) {
    const LayerBlock<T> view = block_of(layer, batch, block, true);
    kernels_.add_column_sums(samples, layer.width, view.adjoint + 3 * samples * layer.ld, layer.ld,
                             scratch_.data());
  }
  std::copy_n(scratch_.data(), layer.out, gradient);
}

template <class T>
void Branch<T>::add_input_adjoints(const Batch& batch, const Weights<T>& weights,
                                   std::vector<double>& adjoint, std::vector<double>& squares_adjoint) {
  Layer& layer = layers_.front();
  const long samples = batch.block_size;
  const long ld = round_up(inputs_, kernels_.lanes);
  const auto squares = static_cast<long>(weights.squares.size());
  scratch_.resize(std::max(3 * samples, squares) * ld);
  for (long block = 0; block < batch.blocks; ++block) {
    const LayerBlock<T> view = block_of(layer, batch, block, true);
    kernels_.product(3 * samples, inputs_, layer.out, view.adjoint + samples * layer.ld, layer.ld,
                     layer.reverse_weight.data(), scratch_.data(), ld, false);
    for (long stream = 0; stream < 3; ++stream) {
      for (long s = 0; s < samples; ++s) {
        for (long k = 0; k < inputs_; ++k) {
          const long to = ((block * samples + s) * 3 + stream) * inputs_ + k;
          adjoint[static_cast<std::size_t>(to)] +=
              static_cast<double>(scratch_.data()[(stream * samples + s) * ld + k]);
        }
      }
    }
  }
  if (squares == 0) return;
  kernels_.product(squares, inputs_, layer.out, layer.squares_adjoint.data(), layer.ld,
                   layer.reverse_weight.data(), scratch_.data(), ld, false);
  for (long e = 0; e < squares; ++e) {
    for (long k = 0; k < inputs_; ++k) {
      squares_adjoint[static_cast<std::size_t>(e * inputs_ + k)] +=
          static_cast<double>(scratch_.data()[e * ld + k]);
    }
  }
}

template class Branch<float>;
template class Branch<double>;

}  // namespace lnn::jets::native
