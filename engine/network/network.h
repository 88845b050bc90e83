#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "network/options.h"

/// The Lagrangian network L(x; theta), x = [q, v] in scaled units (paper A, sections II, III and IV.2 to
/// IV.4).
namespace lnn::network {

/// Role of a parameter array in its network; decides how it is initialized.
enum class Role { weight, bias, dyt_alpha, dyt_gamma, dyt_beta, generator };

/// Where one parameter array lies in the flat parameter vector.
struct ParameterInfo {
  std::string name;  ///< "branch1.layer2.weight", "input.gamma", "generator1.w", "generator1.M", ...
  Role role = Role::weight;
  std::vector<std::int64_t> shape;  ///< weights [out, in], biases [out]; DyT: alpha [1], gamma and beta [2n];
                                    ///< generators: w [n], M [n, n]
  std::int64_t offset = 0;
  std::int64_t size = 0;
  int branch = 0;  ///< zero-based; DyT arrays belong to no branch and have 0
  int layer = 0;   ///< zero-based linear layer; the last one is the output layer and has no bias
  std::int64_t fan_in = 0;
};

/// A network with all parameters in one flat vector, so that clipping, optimizer and best-model copies are
/// one operation each. Generators of symmetries, which are trained together with it but are no part of L,
/// come last; derivative engines give them the gradient 0. Each hidden layer is Linear (with bias) and
/// activation; the output layer is Linear without bias. Branches run in parallel and their outputs are
/// summed. The quadratic velocity term a sum_i v_i^2 is part of L
/// (-a v_0^2 for the time coordinate of a Lorentzian network) and sees the input layer's output.
class Network {
 public:
  /// All parameters zero; see initialize() in network/initialization.h. `dtype` is kFloat or kDouble.
  /// Throws UserError for impossible options (n < 1, width not divisible by the number of branches, ...).
  Network(NetworkOptions options, at::ScalarType dtype);

  const NetworkOptions& options() const { return options_; }
  const std::vector<ParameterInfo>& layout() const { return layout_; }
  std::int64_t parameter_count() const { return flat_.numel(); }

  /// The flat parameter vector [parameter_count()]; assign through copy_ or in-place operations, never
  /// rebind.
  const at::Tensor& parameters() const { return flat_; }
  /// Leaves that share storage with parameters(), in layout() order and shape; require gradients.
  const std::vector<at::Tensor>& leaves() const { return leaves_; }

  /// L for x [B, 2n]: [B], dimensionless; differentiable in x and leaves() when gradients are enabled.
  at::Tensor lagrangian(const at::Tensor& x) const;

 private:
  at::Tensor branch_output(const at::Tensor& x, std::size_t first_leaf, Activation activation) const;
  at::Tensor quadratic_term(const at::Tensor& x) const;

  NetworkOptions options_;
  std::vector<ParameterInfo> layout_;
  at::Tensor flat_;
  std::vector<at::Tensor> leaves_;
  at::Tensor velocity_signs_;  // [n]: +-a
};

}  // namespace lnn::network
