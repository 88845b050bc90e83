#pragma once

#include <vector>

#include "jets/native/batch.h"
#include "jets/native/buffer.h"
#include "jets/native/kernels.h"

namespace lnn::jets::native {

/// One branch of a network, a plain stack of hidden layers with one activation and an output layer: its part
/// of the 2-jet and of the parameter gradient (the algorithm is stated in native_engine.h).
template <class T>
class Branch {
 public:
  Branch(const Kernels<T>& kernels, network::Activation activation, long inputs, int hidden_layers,
         long width);

  long parameter_count() const;
  /// Parameters in the network's order: weight and bias of each layer, then the output weights. They are
  /// packed for the products here, once per optimizer step.
  void set_parameters(const T* parameters);

  /// Adds this branch's part to value [filled], input_adjoint dL/dy [filled, d] and second [filled, R, T] (j
  /// >= i). `input` holds y and its tangents, see InputStage.
  void forward(const Batch& batch, const T* input, bool keep, double* value, double* input_adjoint,
               double* second);

  /// Gradient of the functional in the parameters, after a forward() that kept. `operand` [2 P + 2] and
  /// `squares_operand` [E, d] are those of the first layer, see InputStage. Adds this branch's part to
  /// `input_adjoints` unless that is null.
  void backward(const Batch& batch, const Weights<T>& weights, const T* operand, const T* squares_operand,
                T* gradient, InputAdjoints* input_adjoints);

 private:
  struct Layer {
    long in = 0;
    long out = 0;
    long width = 0;  // out, padded to whole vectors
    long ld = 0;     // row length of this layer's streams
    bool output = false;
    Buffer<T> bias;
    Buffer<T> forward_weight;                               // packed W^T: rows in, columns out
    Buffer<T> reverse_weight;                               // packed W: rows out, columns in
    Buffer<T> kept;                                         // of every block: z, f1, f2, f3, a
    Buffer<T> activated, operand, adjoint;                  // of one block
    Buffer<T> squares_z, squares_operand, squares_adjoint;  // [E] rows
    Buffer<T> weight_sums, bias_sums;                       // the gradient, row by row padded
  };

  void resize(const Batch& batch, bool keep);
  void resize(const Batch& batch, const Weights<T>& weights);
  LayerBlock<T> block_of(Layer& layer, const Batch& batch, long block, bool keep);
  LayerBlock<T> block_of(Layer& layer, const Batch& batch, const Weights<T>& weights, long block);
  void forward_block(const Batch& batch, const T* input, long block, bool keep, double* value,
                     double* input_adjoint, double* second);
  static SquareRow<T> square_row(Layer& layer, const Weights<T>& weights, long entry, long first_sample);
  void combine_layer(const Batch& batch, const Weights<T>& weights, std::size_t l, const T* operand,
                     long block);
  void backward_layer(const Batch& batch, const Weights<T>& weights, std::size_t l, long block);
  void add_weight_gradient(const Batch& batch, const Weights<T>& weights, std::size_t l, const T* operand,
                           const T* squares_operand, long block);
  void write_gradient(T* gradient) const;
  void add_input_adjoints(const Batch& batch, const Weights<T>& weights, long block, InputAdjoints& adjoints);

  const Kernels<T>& kernels_;
  network::Activation activation_;
  long inputs_;
  std::vector<Layer> layers_;
  Buffer<T> output_weight_;
  Buffer<T> output_sums_;  // gradient of the output weights
  Buffer<T> scratch_;      // results on their way: incoming adjoints, adjoints of inputs
  Buffer<T> gathered_;     // operands of the weight gradients, rearranged
};

}  // namespace lnn::jets::native
