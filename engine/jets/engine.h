#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jets/options.h"
#include "network/network.h"

/// First and second derivatives of a network in its input, and the parameter gradient of any linear
/// functional of them. This is the one primitive that training, penalties, validation and rollouts are
/// written on; none of them differentiates anything itself.
///
/// Shapes: B samples, d = 2n inputs, T tangent directions per sample, of which the first R also index rows.
namespace lnn::jets {

/// Directions of the second derivatives: D_{t_i} D_{t_j} L for i < rows, j < T.
/// For an LNN: rows = n unit velocity directions e_1..e_n, and one more tangent s = (v, 0), so that
/// second[:, i, j] = M_ij and second[:, i, n] = (L_vq v)_i.
struct Tangents {
  at::Tensor directions;  ///< [B, T, d]
  int rows = 0;           ///< R <= T
};

/// Values are in the network's precision and carry no autograd history.
struct Jet {
  at::Tensor value;     ///< [B]
  at::Tensor gradient;  ///< [B, d]: dL/dx
  at::Tensor second;    ///< [B, R, T]
};

/// sum_b D_{U_b} D_{V_b} L with U_b = sum_{i<R} u_bi t_i and V_b = sum_{j<T} v_bj t_j, for every sample.
/// Rank one by design: the base loss of an LNN needs one such term whatever n is, which is what a fast engine
/// lives on. Costs two more adjoint rows per sample.
struct MixedTerm {
  at::Tensor u;  ///< [B, R]
  at::Tensor v;  ///< [B, T]
};

/// sum_e weight_e D_{W_e} D_{W_e} L(x_{sample_e}) with W_e = sum_{i<R} direction_ei t_i, for chosen samples:
/// what penalties add where they are violated. Costs one more adjoint row per entry. A sample may occur
/// repeatedly.
struct SquareTerms {
  std::vector<std::int64_t> samples;  ///< E entries, each < B
  at::Tensor weights;                 ///< [E]
  at::Tensor directions;              ///< [E, R]
};

/// F = sum_b first_b . dL/dx(x_b) + the second-order terms, all weights held constant.
struct Functional {
  at::Tensor first;  ///< [B, d]
  std::vector<MixedTerm> mixed;
  SquareTerms squares;  ///< without entries by default; its tensors may then be undefined
};

/// Whether a forward pass keeps what a following backward() needs.
enum class Keep { values_only, for_backward };

/// What an engine computes with; every result records it.
struct EngineFacts {
  std::string backend;    ///< "autograd", "tensor", "native"
  std::string precision;  ///< of the products: "float32", "float64", "bf16x3"
  std::string device;     ///< "cpu", "cuda:0"
  std::string
      instruction_set;  ///< of the engine's own kernels ("avx512", ...); "libtorch" where ATen computes
};

/// One network's derivative engine. Not thread-safe; one per trial. The network must outlive it.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual EngineFacts facts() const = 0;

  /// The 2-jet at x [B, d]. B, T and R may differ from call to call.
  virtual Jet forward(const at::Tensor& x, const Tangents& tangents, Keep keep) = 0;

  /// dF/dtheta at the last forward() that was told to keep for_backward: flat, [parameter_count()].
  /// Throws std::logic_error without such a forward(); each forward() serves one backward().
  virtual at::Tensor backward(const Functional& functional) = 0;
};

/// Names of the backends that this build has, without "auto".
std::vector<std::string> backend_names();

/// Throws UserError for an unknown name or a precision that is not the network's, EnvironmentError for a
/// backend, precision or device that this machine lacks, naming what it has.
std::unique_ptr<Engine> make_engine(const EngineOptions& options, const network::Network& network);

}  // namespace lnn::jets
