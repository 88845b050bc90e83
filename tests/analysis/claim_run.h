#pragma once

#include <cmath>
#include <limits>

#include "analysis/claims.h"
#include "tests/store/sample_trials.h"

/// Runs whose trials have chosen losses, for the tests of claims.
namespace lnn::test {

inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Claims about the activations gelu, xtanh and softplus with two initializations.
inline experiment::Json claims_experiment(const std::vector<experiment::Json>& claims) {
  experiment::Json experiment = experiment::Json::parse(R"({
    "name": "activations", "title": "Activations & more", "system": "double_pendulum",
    "grid": {
      "network.activation": ["gelu", "xtanh", "softplus"],
      "network.initialization": ["default", "custom"],
      "training.lambda": [1, 10]
    }
  })");
  experiment["claims"] = claims;
  return experiment;
}

/// A claim that gelu's loss lies below xtanh's, with some fields replaced (null removes one).
inline experiment::Json claim_with(const std::string& changes) {
  experiment::Json claim = experiment::Json::parse(R"({
    "name": "gelu_wins", "statement": "GeLU has a lower loss than xtanh.", "paper": "A, IV.4",
    "metric": "best_val_total", "comparison": "lower",
    "of": {"network.activation": "gelu"}, "against": {"network.activation": "xtanh"}, "scales": ["desk"]
  })");
  claim.merge_patch(experiment::Json::parse(changes));
  return claim;
}

inline analysis::RunResults run_with(const std::vector<experiment::Json>& claims,
                                     const std::string& name = "RUN") {
  analysis::RunResults run;
  run.name = name;
  run.plan.scale = "desk";
  run.plan.experiments = {claims_experiment(claims)};
  return run;
}

/// Plans a trial of an arm without a result. Its id: activation, initialization, lambda and seed.
inline std::string plan_trial(analysis::RunResults& run, const std::string& activation, std::uint64_t seed,
                              const std::string& initialization = "default", int lambda = 1) {
  const std::string id =
      activation + "-" + initialization + "-" + std::to_string(lambda) + "-" + std::to_string(seed);
  const experiment::Json swept{{"network.activation", activation},
                               {"network.initialization", initialization},
                               {"training.lambda", lambda}};
  run.plan.trials.push_back(
      planned(id, "activations", activation + ", " + initialization + ", lambda " + std::to_string(lambda),
              swept, seed, {{"network", {{"activation", activation}, {"seed", seed}}}}));
  return id;
}

/// Plans seeds 1, 2, ... of an arm; each completed with a loss, `no_value` without one.
inline void add_arm(analysis::RunResults& run, const std::string& activation,
                    const std::vector<double>& losses, const std::string& initialization = "default",
                    int lambda = 1) {
  std::uint64_t seed = 0;
  for (const double loss : losses) {
    const std::string id = plan_trial(run, activation, ++seed, initialization, lambda);
    run.contents.records[id] = completed_record(id, loss, 1);
  }
}

}  // namespace lnn::test
