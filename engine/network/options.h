#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/names.h"

/// What a Lagrangian network looks like; free of LibTorch, so that planning a sweep never loads it.
namespace lnn::network {

/// Smooth activations (paper A, section III.2 and IV.4). `xtanh` is z tanh(z/2), `quadratic` is z^2.
enum class Activation { gelu, xtanh, softplus, quadratic };

/// Initial weights (paper A, section III.5 and C.7).
/// - standard: U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weights and biases (PyTorch's default Linear)
/// - custom: N(0, gain^2/fan_in), gain = 1/sqrt(E[phi'(z)^2]); last layer gain 1; biases 0
/// - cranmer_paper: as LNN-2020 prints and codes it, n = largest side of the weight matrix
/// - cranmer_code: as paper A's code has it, with fan_in for n and 0.58 (i + 1)
/// - stax: weights N(0, 2/(fan_in + fan_out)) cut at two deviations of the parent distribution, whose
/// variance
///   the cut makes up for; biases N(0, 0.01^2) (defaults of JAX's stax, which paper B's code uses)
/// - near_zero: standard, but the last layer U(-0.01, 0.01) (Liu et al.)
enum class Initialization { standard, custom, cranmer_paper, cranmer_code, near_zero, stax };

/// `dyt`: y = gamma tanh(alpha x) + beta on the network's input (paper A, section IV.2).
enum class InputLayer { none, dyt };

/// Sign of coordinate 0 in the quadratic velocity term: lorentzian is a (-v_0^2 + sum_{i>0} v_i^2).
enum class Signature { euclidean, lorentzian };

struct NetworkOptions {
  int coordinates = 1;  ///< n; the network has 2n inputs [q, v]; a discrete Lagrangian's are [q_k, q_{k+1}]
  /// One activation per parallel branch; the branches' outputs are summed and share `width` evenly.
  std::vector<Activation> branches{Activation::gelu};
  int hidden_layers = 3;  ///< the paper's "4-layer" net has 3 hidden layers
  int width = 500;        ///< total width of a hidden layer over all branches
  Initialization initialization = Initialization::standard;
  InputLayer input_layer = InputLayer::none;
  double dyt_alpha = 0.5;       ///< initial alpha of the DyT layer, dimensionless
  double quadratic_term = 1.0;  ///< a in a sum_i v_i^2, on scaled velocities; 0 switches it off
  Signature signature = Signature::euclidean;
  int generators = 0;      ///< K affine symmetry generators (w, M), trained beside the network (paper B, III)
  std::uint64_t seed = 1;  ///< of the initial weights
};

}  // namespace lnn::network

namespace lnn {

template <>
struct EnumNames<network::Activation> {
  using E = network::Activation;
  static constexpr const char* what = "activation";
  static constexpr std::array table{std::pair{E::gelu, "gelu"}, std::pair{E::xtanh, "xtanh"},
                                    std::pair{E::softplus, "softplus"}, std::pair{E::quadratic, "quadratic"}};
};

template <>
struct EnumNames<network::Initialization> {
  using E = network::Initialization;
  static constexpr const char* what = "initialization";
  static constexpr std::array table{std::pair{E::standard, "default"},
                                    std::pair{E::custom, "custom"},
                                    std::pair{E::cranmer_paper, "cranmer_paper"},
                                    std::pair{E::cranmer_code, "cranmer_code"},
                                    std::pair{E::near_zero, "near_zero"},
                                    std::pair{E::stax, "stax"}};
};

template <>
struct EnumNames<network::InputLayer> {
  using E = network::InputLayer;
  static constexpr const char* what = "input_layer";
  static constexpr std::array table{std::pair{E::none, "none"}, std::pair{E::dyt, "dyt"}};
};

template <>
struct EnumNames<network::Signature> {
  using E = network::Signature;
  static constexpr const char* what = "signature";
  static constexpr std::array table{std::pair{E::euclidean, "euclidean"},
                                    std::pair{E::lorentzian, "lorentzian"}};
};

}  // namespace lnn
