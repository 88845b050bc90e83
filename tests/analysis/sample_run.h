#pragma once

#include "store/run_directory.h"
#include "tests/store/sample_trials.h"

/// A run of three activations: gelu complete; xtanh with a diverged and a missing trial; softplus published
/// but not planned.
namespace lnn::test {

inline experiment::Json sample_experiment() {
  return experiment::Json::parse(R"({
    "name": "activations", "system": "double_pendulum", "title": "Activations",
    "grid": {"network.activation": ["gelu", "xtanh", "softplus"]},
    "tables": [{
      "name": "loss", "title": "Loss & instability by activation", "paper": "Table 1",
      "rows": ["network.activation"],
      "columns": [
        {"metric": "best_val_total", "title": "validation loss", "scale": "log"},
        {"metric": "instability_train_total", "title": "instability below GeLU", "name": "calmer",
         "reduction_from": {"network": {"activation": "gelu"}}}
      ],
      "published": [
        {"where": {"network.activation": "gelu"}, "best_val_total": [0.0071, 0.0069]},
        {"where": {"network.activation": "softplus"}, "best_val_total": 0.05, "calmer": -12.5}
      ],
      "labels": {"network.activation": {"gelu": "GeLU", "softplus": "Softplus_1"}},
      "note": "A \"note\", with 100 %."
    }]
  })");
}

inline experiment::Plan sample_plan() {
  const experiment::Json gelu{{"network.activation", "gelu"}};
  const experiment::Json xtanh{{"network.activation", "xtanh"}};
  experiment::Plan plan;
  plan.scale = "desk";
  plan.experiments = {sample_experiment()};
  plan.trials = {
      planned("x1", "activations", "xtanh", xtanh, 1), planned("x2", "activations", "xtanh", xtanh, 2),
      planned("x3", "activations", "xtanh", xtanh, 3), planned("g2", "activations", "gelu", gelu, 2),
      planned("g1", "activations", "gelu", gelu, 1),   planned("o1", "another", "gelu", gelu, 1)};
  return plan;
}

inline store::RunContents sample_contents() {
  store::RunContents contents;
  contents.records["g1"] = completed_record("g1", 0.0115, 0.25);
  contents.records["g2"] = completed_record("g2", 0.0131, 0.75);
  contents.records["x1"] = completed_record("x1", 0.02, 0.125);
  contents.records["x2"] = sample_record("x2");  // diverged, with a best_val_total that must not count
  contents.records["o1"] = completed_record("o1", 1000, 1000);
  return contents;
}

}  // namespace lnn::test
