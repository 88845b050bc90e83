#include "learned/comparison.h"

#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "learned/fits.h"
#include "learned/lagrangian_fit.h"
#include "learned/mass_fit.h"
#include "learned/profiles.h"
#include "learned/signature.h"
#include "learned/truth.h"

namespace lnn::learned {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* dimensionless = "1";

// "rad/s^2", or "m/s^2, rad/s^2" when coordinates have different units.
std::string acceleration_unit(const physics::System& system) {
  std::set<std::string> units;
  for (const physics::Coordinate& coordinate : system.coordinates()) units.insert(coordinate.unit + "/s^2");
  std::string all;
  for (const std::string& unit : units) all += (all.empty() ? "" : ", ") + unit;
  return all;
}

// Builds a Comparison one subject at a time.
class Comparer {
 public:
  Comparer(const Model& model, const physics::System& system, const physics::Dataset& validation,
           const physics::SamplingOptions& training)
      : model_(model),
        system_(system),
        training_(training),
        states_{system.dimension(),
                {validation.q.begin(), validation.q.end()},
                {validation.v.begin(), validation.v.end()}},
        learned_(model.respond(states_)),
        truth_(true_response(system, states_)) {}

  Comparison run() {
    compare_accelerations();
    compare_mass();
    compare_lagrangian();
    compare_signature();
    compare_metric();
    return std::move(result_);
  }

 private:
  void set(const std::string& name, double value, const std::string& unit, const std::string& meaning) {
    result_.metrics[name] = {std::isfinite(value) ? value : nan, unit, meaning};
  }

  void compare_accelerations();
  void compare_mass();
  void compare_lagrangian();
  void compare_signature();
  void compare_metric();
  LineFit power_of_z() const;

  const Model& model_;
  const physics::System& system_;
  const physics::SamplingOptions& training_;
  States states_;  // of the validation set
  Response learned_;
  Response truth_;
  MassFit mass_;
  LagrangianFit lagrangian_;
  Comparison result_;
};

void Comparer::compare_accelerations() {
  const double error = mean_absolute_difference(learned_.acceleration, truth_.acceleration);
  const std::string unit = acceleration_unit(system_);
  set("acceleration_mae", error, unit,
      "mean over validation samples and coordinates of the acceleration's absolute error, physical units");
  set("lnn2020_metric", error * system_.dimension(), unit,
      "acceleration's absolute error, sum over coordinates, mean over validation samples (as LNN-2020 "
      "reports it)");
}

void Comparer::compare_mass() {
  mass_ = fit_mass(system_.dimension(), learned_.mass, truth_.mass);
  const std::string inverse = system_.lorentzian() ? "1" : "1/J";
  set("mass_matrix_scale", mass_.scale, inverse,
      "scale c of the learned mass matrix M ~ c M_true: median over validation samples of tr(M_true^-1 M)/n");
  set("mass_matrix_error", mass_.error, dimensionless,
      "relative error of M/c, elements in units of the true M: median over validation samples");
  set("mass_matrix_error_p95", mass_.error_p95, dimensionless, "95th percentile of the same errors");
}

void Comparer::compare_lagrangian() {
  lagrangian_ = {nan, nan, nan, nan};
  // A Lorentzian system's constraint gives the true L one value in all samples, and no reversed motion.
  if (!system_.lorentzian()) {
    const Response backward = model_.respond(reversed(states_));
    lagrangian_ = fit_lagrangian(learned_.lagrangian, backward.lagrangian, truth_.lagrangian);
  }
  const std::string inverse = system_.lorentzian() ? "1" : "1/J";
  set("lagrangian_scale", lagrangian_.scale, inverse,
      "scale c of the learned L, part even in the velocities, fitted as c L_true + b to the validation "
      "samples");
  set("lagrangian_error", lagrangian_.error, dimensionless,
      "rms residual of that fit over the rms of c (L_true - its mean)");
  set("lagrangian_odd_share", lagrangian_.odd_share, dimensionless,
      "rms of the part odd in the velocities (a total derivative changes no motion) over the rms of the "
      "varying even part");
}

void Comparer::compare_signature() {
  SignatureMap map{{}, nan, nan};
  if (has_two_free_angles(system_)) {
    const SignatureGrid grid = published_signature_grid(training_.v_box);
    map = signature_map(model_, system_, grid);
    result_.groups.push_back(signature_group(system_, grid, map));
    result_.groups.push_back(lagrangian_slice(model_, system_, training_.v_box, lagrangian_, mass_.scale));
  }
  set("wrong_determinant_share", map.share, dimensionless,
      "share of wrong signs of det M on 100 x 100 angles in [0, 2 pi], velocities at the edges of the "
      "training "
      "box and 0");
  set("wrong_determinant_edge_share", map.edge_share, dimensionless,
      "the same where an angle is within pi/10 of 0 or 2 pi and both velocities are at the edge");
}

void Comparer::compare_metric() {
  const bool geodesic = is_geodesic(system_, states_);
  set("metric_tensor_error", geodesic ? mass_.error : nan, dimensionless,
      "relative error of the metric tensor up to one scale: mass_matrix_error of a system without potential, "
      "whose M is the metric");
  set("metric_off_diagonal_share",
      geodesic ? off_diagonal_share(system_.dimension(), learned_.mass, truth_.mass) : nan, dimensionless,
      "size of the learned metric's off-diagonal elements relative to the diagonal, in units of the true "
      "diagonal: median over validation samples");
  const LineFit power = system_.lorentzian() ? power_of_z() : LineFit{nan, nan, nan};
  set("metric_power_z", power.slope, dimensionless,
      "exponent p of |g_ii| ~ z^p, fitted to all diagonal elements of all validation samples; -2 in AdS");
  set("metric_power_z_residual", power.residual, dimensionless, "rms residual of ln|g_ii| in that fit");
  if (geodesic && profile_coordinate(system_))
    result_.groups.push_back(metric_profile(model_, system_, training_.q_box, mass_.scale));
}

LineFit Comparer::power_of_z() const {
  const auto n = static_cast<std::size_t>(system_.dimension());
  const std::size_t depth = profile_coordinate(system_).value();
  std::vector<double> z;
  std::vector<double> diagonal;
  for (std::size_t k = 0; k < states_.q.size(); ++k) {
    z.push_back(states_.q[k - k % n + depth]);
    diagonal.push_back(learned_.mass[k * n + k % n]);
  }
  return fit_power_law(z, diagonal);
}

}  // namespace

Comparison compare(const Model& model, const physics::System& system, const physics::Dataset& validation,
                   const physics::SamplingOptions& training) {
  const int n = system.dimension();
  invariant(model.dimension() == n && validation.dimension == n, "model and data are of this system");
  invariant(training.q_box.size() == static_cast<std::size_t>(n) &&
                training.v_box.size() == static_cast<std::size_t>(n),
            "the training box has an interval per coordinate");
  return Comparer(model, system, validation, training).run();
}

}  // namespace lnn::learned
