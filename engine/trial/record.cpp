#include "trial/record.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "training/instability.h"

namespace lnn::trial {
namespace {

using training::EpochRecord;
using training::TrainingResult;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* dimensionless = "1";

template <class Member>
std::vector<double> column_values(const std::vector<EpochRecord>& history, Member EpochRecord::*member) {
  std::vector<double> values;
  values.reserve(history.size());
  for (const EpochRecord& epoch : history) values.push_back(static_cast<double>(epoch.*member));
  return values;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Mean over all learning-rate phases of all training phases; each training phase is smoothed on its own.
double instability_of(const TrainingResult& result, const training::TrainingOptions& options,
                      double EpochRecord::*member) {
  // A schedule of steps has no phases of the rate to take deviations over.
  if (result.divergence || options.schedule == training::Schedule::steps) return nan;
  const std::vector<double> losses = column_values(result.history, member);
  std::vector<double> deviations;
  std::size_t start = 0;
  for (const training::Phase& phase : options.phases) {
    const auto count = static_cast<std::size_t>(phase.epochs);
    const auto part =
        training::phase_deviations(std::span<const double>(losses).subspan(start, count), phase.t_max);
    deviations.insert(deviations.end(), part.begin(), part.end());
    start += count;
  }
  return deviations.empty() ? nan : mean(deviations);
}

// Every member of an epoch's record as a column: use(name, member, unit, meaning).
template <class Use>
void for_each_column(Use use) {
  use("phase", &EpochRecord::phase, dimensionless, "training phase, zero-based");
  use("learning_rate", &EpochRecord::learning_rate, dimensionless, "learning rate of the epoch");
  use("train_total", &EpochRecord::train_total, dimensionless,
      "training loss, base + lambda * penalty, scaled units, mean over mini-batches");
  use("train_base", &EpochRecord::train_base, dimensionless, "base training loss, scaled units");
  use("train_penalty", &EpochRecord::train_penalty, dimensionless, "training penalty without lambda");
  use("val_total", &EpochRecord::validation_total, dimensionless,
      "validation loss after the epoch, base + lambda * penalty, scaled units");
  use("val_base", &EpochRecord::validation_base, dimensionless, "base validation loss, scaled units");
  use("val_penalty", &EpochRecord::validation_penalty, dimensionless, "validation penalty without lambda");
  use("train_symmetry", &EpochRecord::train_symmetry, dimensionless,
      "symmetry, norm and orthogonality terms of the training, with their weights");
  use("val_symmetry", &EpochRecord::validation_symmetry, dimensionless,
      "symmetry, norm and orthogonality terms at the validation, with their weights");
  use("gradient_norm", &EpochRecord::gradient_norm, dimensionless,
      "median over the epoch's steps of the gradient's L2 norm before clipping");
  use("wrong_signature_share", &EpochRecord::wrong_signature_share, dimensionless,
      "share of validation samples whose mass matrix has the wrong signature");
  use("largest_condition_number", &EpochRecord::largest_condition_number, dimensionless,
      "largest condition number of the mass matrix over the validation samples");
  use("seconds", &EpochRecord::seconds, "s", "wall time of the epoch, validation included");
}

// Columns that only trainings of symmetries have.
bool is_optional(const std::string& column) {
  return column.ends_with("_symmetry");
}

EpochRecord undefined_epoch() {
  EpochRecord record;
  record.train_total = record.validation_total = record.validation_base = record.validation_penalty = nan;
  record.wrong_signature_share = record.largest_condition_number = nan;
  return record;
}

}  // namespace

std::vector<store::Column> history_columns(const std::vector<EpochRecord>& history) {
  std::vector<store::Column> columns;
  for_each_column([&](const char* name, auto member, const char* unit, const char* meaning) {
    std::vector<double> values = column_values(history, member);
    if (is_optional(name) && std::ranges::all_of(values, [](double x) { return x == 0; })) return;
    columns.push_back({name, unit, meaning, std::move(values)});
  });
  return columns;
}

std::optional<std::vector<EpochRecord>> parse_history(const std::vector<store::Column>& columns) {
  std::vector<EpochRecord> history(columns.empty() ? 0 : columns.front().values.size());
  bool complete = true;
  for_each_column([&](const char* name, auto member, const char*, const char*) {
    const auto column = std::ranges::find(columns, name, &store::Column::name);
    if (column == columns.end() && is_optional(name)) return;
    complete = complete && column != columns.end();
    if (!complete) return;
    for (std::size_t i = 0; i < history.size(); ++i) {
      auto& value = history[i].*member;
      value = static_cast<std::remove_reference_t<decltype(value)>>(column->values[i]);
    }
  });
  if (!complete) return std::nullopt;
  return history;
}

std::map<std::string, store::Metric> metrics(const TrainingResult& result,
                                             const training::TrainingOptions& options, const DataFacts& data,
                                             const network::Network& network) {
  const bool any = result.best_epoch > 0;
  const EpochRecord best =
      any ? result.history[static_cast<std::size_t>(result.best_epoch - 1)] : undefined_epoch();
  const EpochRecord last = any ? result.history.back() : undefined_epoch();
  const double alpha = mean(data.scales);
  const double restless = instability_of(result, options, &EpochRecord::train_total);
  const std::vector<double> seconds = column_values(result.history, &EpochRecord::seconds);

  std::map<std::string, store::Metric> metrics{
      {"best_epoch",
       {static_cast<double>(result.best_epoch), dimensionless, "one-based epoch of the best model"}},
      {"best_val_total",
       {best.validation_total, dimensionless, "lowest total validation loss, scaled units"}},
      {"best_val_base", {best.validation_base, dimensionless, "base validation loss of the best model"}},
      {"best_val_penalty", {best.validation_penalty, dimensionless, "validation penalty of the best model"}},
      {"best_val_total_normalized",
       {best.validation_total * alpha, dimensionless, "best_val_total times the mean alpha"}},
      {"initial_val_base",
       {result.initial.validation_base, dimensionless, "base validation loss, untrained network"}},
      {"final_val_total",
       {last.validation_total, dimensionless, "total validation loss after the last epoch"}},
      {"final_train_total", {last.train_total, dimensionless, "total training loss of the last epoch"}},
      {"zero_acceleration_loss",
       {data.zero_acceleration_loss, dimensionless, "base validation loss of a model that predicts a = 0"}},
      {"instability_train_total",
       {restless, dimensionless, "training instability of the total training loss"}},
      {"instability_train_total_normalized",
       {restless * alpha, dimensionless, "instability_train_total times the mean alpha"}},
      {"instability_train_base",
       {instability_of(result, options, &EpochRecord::train_base), dimensionless,
        "of the base training loss"}},
      {"instability_val_total",
       {instability_of(result, options, &EpochRecord::validation_total), dimensionless,
        "of the total validation loss"}},
      {"instability_val_base",
       {instability_of(result, options, &EpochRecord::validation_base), dimensionless,
        "of the base validation loss"}},
      {"wrong_signature_share",
       {best.wrong_signature_share, dimensionless, "validation samples with a wrong signature, best model"}},
      {"largest_condition_number",
       {best.largest_condition_number, dimensionless,
        "of the mass matrix over validation samples, best model"}},
      {"epochs", {static_cast<double>(result.history.size()), dimensionless, "finished epochs"}},
      {"seconds", {std::accumulate(seconds.begin(), seconds.end(), 0.0), "s", "wall time of all epochs"}},
      {"parameters", {static_cast<double>(network.parameter_count()), dimensionless, "trainable parameters"}},
  };
  for (std::size_t i = 0; i < data.scales.size(); ++i) {
    metrics["alpha_" + data.coordinates[i].name] = {
        data.scales[i], data.coordinates[i].unit,
        "physical scale of the coordinate; its velocity is divided by the same number"};
  }
  return metrics;
}

std::vector<store::Parameter> model_arrays(const network::Network& network) {
  std::vector<store::Parameter> arrays;
  const bool single = network.parameters().scalar_type() == at::kFloat;
  const at::Tensor flat = network.parameters().to(at::kCPU, at::kDouble).contiguous();
  for (const network::ParameterInfo& info : network.layout()) {
    const double* begin = flat.data_ptr<double>() + info.offset;
    arrays.push_back({info.name, info.shape, std::vector<double>(begin, begin + info.size), single});
  }
  return arrays;
}

}  // namespace lnn::trial
