#pragma once

#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The physical systems, eleven of both papers and two of our own: what is learned, and what it is compared
/// with.
namespace lnn::physics {

struct LagrangianJet;

/// One generalized coordinate q_i; its velocity has the unit `unit`/s (proper time counts as s).
struct Coordinate {
  std::string name;    ///< e.g. "theta1"
  std::string unit;    ///< "rad", "m" or "1" (dimensionless)
  bool angle = false;  ///< wrapped modulo 2 pi before a learned model sees it in a rollout
  bool time = false;   ///< the time coordinate of a Lorentzian system; always index 0
  /// The chart covers low < q < high: beyond lies a pole, r <= 0 or z <= 0.
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// A physical constant with its published value; `positive` constants refuse values <= 0.
struct Constant {
  std::string name;
  double value = 0;
  std::string unit;
  std::string meaning;
  bool positive = true;
};

/// A quantity that stays constant along every trajectory, e.g. energy or an angular momentum.
struct ConservedQuantity {
  std::string name;
  std::string unit;
};

/// One system with its constants fixed. States are (q, v), n values each, in physical units. Immutable and
/// safe to share between threads. Source of every formula: paper A appendix D and its code, paper B section
/// IV; free_particle and isotropic_oscillator are textbook systems.
class System {
 public:
  virtual ~System() = default;

  virtual std::string_view name() const = 0;
  /// One sentence for people: "Planar double pendulum, angles from the downward vertical".
  virtual std::string_view description() const = 0;
  virtual const std::vector<Coordinate>& coordinates() const = 0;
  /// The constants in force (defaults, or as overridden).
  virtual const std::vector<Constant>& constants() const = 0;

  /// L(q, v) [J, or dimensionless for geodesics].
  virtual double lagrangian(std::span<const double> q, std::span<const double> v) const = 0;
  /// Whether the system has lagrangian_jet().
  virtual bool has_lagrangian_jet() const { return false; }
  /// L with its exact first and second derivatives by (q, v) (physics/lagrangian_jet.h). Not finite where the
  /// system is singular. Throws UserError, naming the systems that have it, for one that has not.
  virtual LagrangianJet lagrangian_jet(std::span<const double> q, std::span<const double> v) const;
  /// Writes d2q/dt2 to `a` (n values). Non-finite where the system is singular (r = 0, a pole, z = 0).
  virtual void acceleration(std::span<const double> q, std::span<const double> v,
                            std::span<double> a) const = 0;
  /// The energy as the papers plot it: H; for AdS 2L (should be -1); for the sphere L.
  virtual double energy(std::span<const double> q, std::span<const double> v) const = 0;
  /// Quantities besides the energy that are constant along trajectories; may be empty.
  virtual std::vector<ConservedQuantity> conserved_quantities() const { return {}; }
  /// Their values, in the order of conserved_quantities().
  virtual std::vector<double> conserved_values(std::span<const double> /*q*/,
                                               std::span<const double> /*v*/) const {
    return {};
  }
  /// Replaces dependent velocities by what a constraint demands (AdS: t' from 2L = -1); otherwise does
  /// nothing.
  virtual void apply_constraint(std::span<const double> /*q*/, std::span<double> /*v*/) const {}

  int dimension() const { return static_cast<int>(coordinates().size()); }
  /// True when a coordinate is time: M then has exactly one negative eigenvalue.
  bool lorentzian() const;
};

/// Names of all systems, sorted: "ads2", ..., "double_pendulum", ...
std::vector<std::string> system_names();

/// The system `name` with the given constants replacing published ones.
/// Throws UserError for an unknown name or constant (with the nearest one) and for a value that makes no
/// sense.
std::unique_ptr<const System> make_system(std::string_view name,
                                          const std::map<std::string, double>& constants = {});

}  // namespace lnn::physics
