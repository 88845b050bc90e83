#include "analysis/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/sample_run.h"

namespace {

using lnn::analysis::Format;
using lnn::analysis::Table;
using testing::HasSubstr;

std::vector<Table> sample_tables() {
  return lnn::analysis::build_tables(lnn::test::sample_plan(), lnn::test::sample_contents(), "results/a_1");
}

TEST(Render, Markdown) {
  EXPECT_EQ(render(sample_tables(), Format::markdown),
            R"(### Loss & instability by activation (Table 1)

Run results/a_1, scale desk. PARTIAL: 4 of 5 trials finished. Mean ± standard deviation over n trials.

| activation | validation loss       | published      | instability below GeLU | published | trials                          |
| ---------- | --------------------- | -------------- | ---------------------- | --------- | ------------------------------- |
| GeLU       | 0.0123 ± 0.0011 (n=2) | 0.0071, 0.0069 | reference              | -         | 2                               |
| xtanh      | 0.02 (n=1)            | -              | 75.0 % (n=1)           | -         | 1 of 3 diverged, 1 of 3 missing |
| Softplus_1 | -                     | 0.05           | -                      | -12.5 %   | not planned                     |

A "note", with 100 %.
)");
}

TEST(Render, MarkdownSaysWhenTheRunIsComplete) {
  auto plan = lnn::test::sample_plan();
  std::erase_if(plan.trials, [](const auto& trial) { return trial.id == "x3"; });
  const auto tables = lnn::analysis::build_tables(plan, lnn::test::sample_contents(), "RUN");
  EXPECT_THAT(render(tables, Format::markdown),
              HasSubstr("Run RUN, scale desk. 4 of 4 trials finished. Mean"));
}

TEST(Render, MarkdownEscapesBars) {
  auto tables = sample_tables();
  tables[0].rows[0].labels[0] = "a|b";
  EXPECT_THAT(render(tables, Format::markdown), HasSubstr("| a\\|b       |"));
}

TEST(Render, Latex) {
  EXPECT_EQ(render(sample_tables(), Format::latex), R"(\begin{table}
  \centering
  \caption{Loss \& instability by activation (Table 1). Run results/a\_1, scale desk. PARTIAL: 4 of 5 trials finished. Mean $\pm$ standard deviation over n trials. A "note", with 100 \%.}
  \label{tab:activations-loss}
  \begin{tabular}{llllll}
    \toprule
    activation & validation loss & published & instability below GeLU & published & trials \\
    \midrule
    GeLU & 0.0123 $\pm$ 0.0011 (n=2) & 0.0071, 0.0069 & reference & - & 2 \\
    xtanh & 0.02 (n=1) & - & 75.0 \% (n=1) & - & 1 of 3 diverged, 1 of 3 missing \\
    Softplus\_1 & - & 0.05 & - & -12.5 \% & not planned \\
    \bottomrule
  \end{tabular}
\end{table}
)");
}

TEST(Render, LatexEscapesEverySpecialCharacter) {
  auto tables = sample_tables();
  tables[0].definition.note = R"(\ ~ ^ & % $ # _ { })";
  EXPECT_THAT(render(tables, Format::latex),
              HasSubstr(R"(\textbackslash{} \textasciitilde{} \textasciicircum{} \& \% \$ \# \_ \{ \})"));
}

TEST(Render, Csv) {
  EXPECT_EQ(
      render(sample_tables(), Format::csv),
      R"(table,experiment,scale,network.activation,column,metric,count,mean,deviation,minimum,maximum,reduction_percent,published,planned,finished,completed,diverged,crashed,failed,timed_out,interrupted,damaged,missing,values
loss,activations,desk,gelu,best_val_total,best_val_total,2,0.0123,0.0011313708498984765,0.0115,0.0131,,0.0071;0.0069,2,2,2,0,0,0,0,0,0,0,0.0115;0.0131
loss,activations,desk,gelu,calmer,instability_train_total,2,0.5,0.3535533905932738,0.25,0.75,,,2,2,2,0,0,0,0,0,0,0,0.25;0.75
loss,activations,desk,xtanh,best_val_total,best_val_total,1,0.02,,0.02,0.02,,,3,2,1,1,0,0,0,0,0,1,0.02
loss,activations,desk,xtanh,calmer,instability_train_total,1,0.125,,0.125,0.125,75,,3,2,1,1,0,0,0,0,0,1,0.125
loss,activations,desk,softplus,best_val_total,best_val_total,0,,,,,,0.05,0,0,0,0,0,0,0,0,0,0,
loss,activations,desk,softplus,calmer,instability_train_total,0,,,,,,-12.5,0,0,0,0,0,0,0,0,0,0,
)");
}

TEST(Render, CsvQuotes) {
  auto tables = sample_tables();
  tables[0].rows[0].group["network.activation"] = "a, \"b\"\nc";
  EXPECT_THAT(render(tables, Format::csv), HasSubstr("desk,\"a, \"\"b\"\"\nc\",best"));
}

TEST(Render, Json) {
  const auto expected = nlohmann::json::parse(R"({
    "format": "lnn-sweep tables", "version": 1, "tables": [{
      "name": "loss", "title": "Loss & instability by activation", "paper": "Table 1",
      "note": "A \"note\", with 100 %.", "experiment": "activations", "run": "results/a_1", "scale": "desk",
      "planned": 5, "finished": 4, "partial": true, "row_keys": ["network.activation"],
      "columns": [
        {"name": "best_val_total", "title": "validation loss", "metric": "best_val_total",
         "reduction_from": null, "logarithmic": true},
        {"name": "calmer", "title": "instability below GeLU", "metric": "instability_train_total",
         "reduction_from": {"network.activation": "gelu"}, "logarithmic": false}],
      "rows": [
        {"group": {"network.activation": "gelu"}, "labels": ["GeLU"], "planned": 2, "trials": {"completed": 2},
         "cells": {
          "best_val_total": {"values": [{"id": "g1", "seed": 1, "value": 0.0115},
                                        {"id": "g2", "seed": 2, "value": 0.0131}],
            "count": 2, "mean": 0.0123, "deviation": 0.0011313708498984765, "minimum": 0.0115, "maximum": 0.0131,
            "without_value": 0, "reduction_percent": null, "is_reference": false, "published": [0.0071, 0.0069]},
          "calmer": {"values": [{"id": "g1", "seed": 1, "value": 0.25}, {"id": "g2", "seed": 2, "value": 0.75}],
            "count": 2, "mean": 0.5, "deviation": 0.3535533905932738, "minimum": 0.25, "maximum": 0.75,
            "without_value": 0, "reduction_percent": null, "is_reference": true, "published": []}}},
        {"group": {"network.activation": "xtanh"}, "labels": ["xtanh"], "planned": 3,
         "trials": {"completed": 1, "diverged": 1, "missing": 1},
         "cells": {
          "best_val_total": {"values": [{"id": "x1", "seed": 1, "value": 0.02}],
            "count": 1, "mean": 0.02, "deviation": null, "minimum": 0.02, "maximum": 0.02,
            "without_value": 0, "reduction_percent": null, "is_reference": false, "published": []},
          "calmer": {"values": [{"id": "x1", "seed": 1, "value": 0.125}],
            "count": 1, "mean": 0.125, "deviation": null, "minimum": 0.125, "maximum": 0.125,
            "without_value": 0, "reduction_percent": 75.0, "is_reference": false, "published": []}}},
        {"group": {"network.activation": "softplus"}, "labels": ["Softplus_1"], "planned": 0, "trials": {},
         "cells": {
          "best_val_total": {"values": [], "count": 0, "mean": null, "deviation": null, "minimum": null,
            "maximum": null, "without_value": 0, "reduction_percent": null, "is_reference": false,
            "published": [0.05]},
          "calmer": {"values": [], "count": 0, "mean": null, "deviation": null, "minimum": null,
            "maximum": null, "without_value": 0, "reduction_percent": null, "is_reference": false,
            "published": [-12.5]}}}
      ]}]})");
  const auto rendered = nlohmann::json::parse(render(sample_tables(), Format::json));
  EXPECT_EQ(rendered, expected) << rendered.dump(1);
}

TEST(Render, JsonKeepsTheDocumentedOrder) {
  EXPECT_THAT(render(sample_tables(), Format::json),
              testing::StartsWith("{\n  \"format\": \"lnn-sweep tables\",\n  \"version\": 1,"));
}

}  // namespace
