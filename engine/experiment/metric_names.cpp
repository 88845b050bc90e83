#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/replace.hpp>

#include "experiment/file_format.h"

namespace lnn::experiment {
namespace {

std::vector<MetricName> training_metrics() {
  return {
      {"best_val_total", "1", "lowest validation loss with penalty"},
      {"best_val_base", "1", "validation loss without penalty of the best model"},
      {"best_val_total_normalized", "1",
       "best_val_total times the mean scale alpha: comparable between scalings"},
      {"best_epoch", "epoch", "epoch of the best model"},
      {"final_val_total", "1", "validation loss with penalty after the last epoch"},
      {"final_train_total", "1", "training loss with penalty of the last epoch"},
      {"instability_train_total", "1",
       "training instability of the training loss with penalty (paper A, appendix B)"},
      {"instability_train_base", "1", "training instability of the training loss without penalty"},
      {"instability_val_total", "1", "training instability of the validation loss with penalty"},
      {"instability_val_base", "1", "training instability of the validation loss without penalty"},
      {"instability_train_total_normalized", "1", "instability_train_total times the mean scale alpha"},
      {"zero_acceleration_loss", "1", "validation loss of the prediction a = 0: puts losses in proportion"},
      {"wrong_signature_share", "1", "share of validation states whose mass matrix has the wrong signature"},
      {"largest_condition_number", "1", "largest condition number of the mass matrix"},
      {"seconds", "s", "wall time of the trial"},
      {"parameters", "1", "number of trained parameters"},
  };
}

// Of the best model in physical units, against the truth.
std::vector<MetricName> learned_metrics() {
  return {
      {"acceleration_mae", "per s^2", "mean |a - a true| over validation states and coordinates"},
      {"lnn2020_metric", "per s^2",
       "sum of |a - a true| over coordinates, mean over validation states: the loss of LNN-2020"},
      {"mass_matrix_scale", "1", "factor between the learned and the true mass matrix"},
      {"mass_matrix_error", "1", "error of the learned mass matrix up to that factor, median over states"},
      {"mass_matrix_error_p95", "1", "its 95th percentile"},
      {"lagrangian_scale", "1", "factor between the learned and the true Lagrangian"},
      {"lagrangian_error", "1",
       "error of the learned Lagrangian up to factor, constant and total derivative"},
      {"lagrangian_odd_share", "1", "share of the learned Lagrangian that is odd in the velocities"},
      {"wrong_determinant_share", "1", "share of the grid of figure 4 where det M has the wrong sign"},
      {"wrong_determinant_edge_share", "1",
       "the same near the edge: angles near 0 or 2 pi, largest velocities"},
      {"metric_tensor_error", "1",
       "geodesics: error of the metric read off the mass matrix, up to one factor"},
      {"metric_off_diagonal_share", "1", "geodesics: off-diagonal part of that metric"},
      {"metric_power_z", "1", "AdS: power of z that fits the metric (true: -2)"},
      {"metric_power_z_residual", "1", "AdS: rms residual of that fit"},
  };
}

// Of models that learn from trajectories (paper B).
std::vector<MetricName> trajectory_metrics() {
  const std::string plane = "D_2 D_1 L_d at the first triple, systems with two coordinates";
  std::vector<MetricName> names{
      {"recreation_error", "of the coordinates",
       "largest |q - q true| of the rollout over the training's steps"},
      {"prediction_error", "of the coordinates",
       "largest |q - q true| of the rollout beyond the training's steps"},
      {"prediction_error_mean", "of the coordinates", "its mean beyond the training's steps"},
      {"test_error", "of the coordinates",
       "largest |q - q true| of a rollout from the test trajectory's start"},
      {"rollout_steps_reached", "1", "steps of the rollout before the root finder gave up", true},
      {"energy_error_max", "of the model's energy",
       "largest |H - H_0| as paper B plots it: true H of an LNN, else that of the corrected learned "
       "Lagrangian"},
      {"true_energy_error_max", "of the energy", "largest |H - H_0| of the true H along the rollout"},
      {"symmetry_error_max", "of the momentum map",
       "largest |I - I_0| as paper B plots it: SymDLNN with its own generator and momenta, else the true "
       "ones"},
      {"true_symmetry_error_max", "of the momentum map", "largest |I - I_0| of the true I along the rollout"},
      {"symmetry_angle", "rad",
       "largest principal angle between the learned generators and the true Lie algebra"},
      {"symmetry_shift", "rad",
       "largest principal angle between the learned generators and their first guess"},
      {"plateau_passes", "1", "passes until the degeneracy term is below 0.45 for good"},
      {"mixed_eigenvalue1_real", "1", "of " + plane},
      {"mixed_eigenvalue1_imag", "1", "of " + plane},
      {"mixed_eigenvalue2_real", "1", "of " + plane},
      {"mixed_eigenvalue2_imag", "1", "of " + plane},
  };
  for (int k = 1; k <= 3; ++k) {
    names.push_back(
        {fmt::format("generator{}_drift", k), "1",
         fmt::format(
             "largest |I - I_0| of learned generator {}'s momentum map along the rollout over the largest "
             "size of its terms",
             k)});
    for (const char* entry : {"w1", "w2", "M11", "M12", "M21", "M22"})
      names.push_back({fmt::format("generator{}_{}", k, entry), "1",
                       fmt::format("{} of learned generator {}, systems with two coordinates", entry, k)});
  }
  return names;
}

// Over all rollouts, and of test k = 1 to 4.
std::vector<MetricName> rollout_metrics() {
  const std::vector<MetricName> errors{
      {"position_error_mean", "1", "mean over time of sum_i |q_i - q_i true|"},
      {"position_error_max", "1", "largest sum_i |q_i - q_i true|"},
      {"energy_error_mean", "1", "mean over time of |E - E true| / |E true at the start|"},
      {"energy_error_max", "1", "largest |E - E true| / |E true at the start|"},
      {"energy_error_final", "1", "|E - E true| / |E true at the start| at the end"},
  };
  const std::vector<MetricName> single{
      {"completed", "1", "1 when the solver reached the end", true},
      {"time_reached", "s", "how far the solver got", true},
      {"steps", "1", "steps of the solver"},
      {"energy_drift_true", "of the energy", "standard deviation of the true energy"},
      {"energy_drift_model", "of the energy", "standard deviation of the model's energy"},
      {"outside_box", "1", "share of the true trajectory outside the training box"},
      {"divergence_time", "s", "first time with sum_i |q_i - q_i true| > 0.1", true},
      {"chaos_time", "s", "when two true trajectories 1e-8 apart are 0.1 apart"},
  };
  std::vector<MetricName> names{{"rollouts_completed", "1", "tests whose solver reached the end", true}};
  for (const MetricName& error : errors)
    names.push_back({"rollout_" + error.name, error.unit, "mean over completed tests: " + error.meaning});
  constexpr int published_tests = 4;
  for (int k = 1; k <= published_tests; ++k) {
    for (const auto& part : {errors, single})
      for (const MetricName& metric : part)
        names.push_back({fmt::format("rollout{}_{}", k, metric.name), metric.unit,
                         fmt::format("test {}: {}", k, metric.meaning), metric.higher_is_better});
  }
  return names;
}

// Facts about a trial rather than its quality; those of rollouts stand once for each test.
bool is_fact(const std::string& name) {
  static constexpr std::array facts{"best_epoch",       "zero_acceleration_loss",
                                    "parameters",       "mass_matrix_scale",
                                    "lagrangian_scale", "metric_power_z",
                                    "_steps",           "_energy_drift_true",
                                    "_outside_box",     "_chaos_time"};
  return std::ranges::any_of(facts, [&name](const char* fact) { return name.ends_with(fact); });
}

}  // namespace

const std::vector<MetricName>& metric_names() {
  static const std::vector<MetricName> names = [] {
    std::vector<MetricName> all;
    for (const auto& part : {training_metrics(), learned_metrics(), trajectory_metrics(), rollout_metrics()})
      all.insert(all.end(), part.begin(), part.end());
    for (MetricName& metric : all) metric.is_rated = !is_fact(metric.name);
    return all;
  }();
  return names;
}

std::string metrics_markdown(std::span<const MetricName> metrics) {
  std::string text = "| metric | unit | meaning |\n|---|---|---|\n";
  for (const MetricName& metric : metrics) {
    text += fmt::format("| `{}` | {} | {} |\n", metric.name, metric.unit,
                        boost::replace_all_copy(metric.meaning, "|", "\\|"));
  }
  return text;
}

}  // namespace lnn::experiment
