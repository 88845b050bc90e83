#include "audit/explain.h"

#include <algorithm>
#include <cmath>

#include "audit/comparison_json.h"
#include "base/error.h"

namespace lnn::audit {
namespace {

using store::Column;
using store::TrialRecord;

constexpr double visible = 0.01;  // relative
constexpr const char* untrained_loss = "initial_val_base";
constexpr const char* followed_loss = "val_total";

const Column* column(const TrialRecord& record, const std::string& name) {
  const auto found = std::ranges::find(record.history, name, &Column::name);
  return found == record.history.end() ? nullptr : &*found;
}

std::optional<double> metric(const TrialRecord& record, const std::string& name) {
  const auto found = record.metrics.find(name);
  if (found == record.metrics.end() || std::isnan(found->second.value)) return std::nullopt;
  return found->second.value;
}

double relative(double a, double b) {
  const double largest = std::max(std::abs(a), std::abs(b));
  return largest > 0 ? std::abs(a - b) / largest : 0;
}

std::optional<double> untrained_difference(const TrialRecord& first, const TrialRecord& second) {
  const auto a = metric(first, untrained_loss);
  const auto b = metric(second, untrained_loss);
  if (!a || !b) return std::nullopt;
  return relative(*a, *b);
}

std::optional<std::size_t> first_visible_epoch(const TrialRecord& first, const TrialRecord& second) {
  const Column* a = column(first, followed_loss);
  const Column* b = column(second, followed_loss);
  if (a == nullptr || b == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < std::min(a->values.size(), b->values.size()); ++i) {
    if (!(relative(a->values[i], b->values[i]) <= visible) &&
        !(std::isnan(a->values[i]) && std::isnan(b->values[i])))
      return i + 1;
  }
  return std::nullopt;
}

bool is_loss(const Difference& difference) {
  return difference.what.find("train_") != std::string::npos ||
         difference.what.find("val_") != std::string::npos;
}

// The earliest epoch in which anything differs, and there a loss, if one does: people know those.
std::optional<Difference> parting_of(const std::vector<Difference>& differences) {
  std::optional<Difference> parting;
  for (const Difference& difference : differences) {
    if (!difference.epoch) continue;
    if (!parting || difference.epoch < parting->epoch ||
        (difference.epoch == parting->epoch && is_loss(difference) && !is_loss(*parting))) {
      parting = difference;
    }
  }
  return parting;
}

bool is_small(const std::optional<double>& size) {
  return size && *size < rounding_limit;
}

Cause cause_of(const Explanation& explanation) {
  if (!explanation.settings.empty()) return Cause::configuration;
  if (explanation.differences.empty()) return Cause::none;
  if (explanation.untrained.value_or(0) >= rounding_limit) return Cause::start;
  if (explanation.untrained.value_or(0) > 0) return Cause::rounding;
  if (!explanation.parting || explanation.parting->first == "absent" ||
      explanation.parting->second == "absent")
    return Cause::ending;
  if (is_small(explanation.parting->relative) || explanation.parting->epoch > 1U) return Cause::rounding;
  return Cause::start;
}

std::size_t epochs_of(const TrialRecord& record) {
  return record.history.empty() ? 0 : record.history.front().values.size();
}

std::string loss_text(const TrialRecord& record, const std::string& name) {
  const auto value = metric(record, name);
  return value ? fmt::format("{:.6g}", *value) : "none";
}

std::string settings_text(const std::vector<Difference>& settings) {
  std::string text = fmt::format("The configurations differ in {} key{}:\n", settings.size(),
                                 settings.size() == 1 ? "" : "s");
  for (const Difference& key : settings)
    text += fmt::format("  {}: {} / {}\n", key.what, key.first, key.second);
  return text;
}

std::string facts_text(const std::vector<FactDifference>& facts) {
  if (facts.empty()) return "Nothing that is recorded of their origins differs.\n";
  std::string text = "They were made differently, the likeliest cause first:\n";
  const auto shown = [](const std::string& value) {
    return value.empty() ? std::string("not recorded") : value;
  };
  for (const FactDifference& fact : facts)
    text += fmt::format("  {}: {} / {}\n", fact.name, shown(fact.first), shown(fact.second));
  return text;
}

std::string start_text(const Explanation& explanation) {
  if (!explanation.untrained) return "";
  const double size = *explanation.untrained;
  if (size == 0) return "The untrained networks have the same loss, to the last bit.\n";
  const std::string text =
      fmt::format("The losses of the untrained networks differ by {:.1e} (relative)", size);
  if (!explanation.settings.empty()) return text + ".\n";
  return text +
         (size < rounding_limit ? ": rounding, from the start.\n" : ": other weights or other data.\n");
}

std::string parting_text(const Explanation& explanation) {
  if (!explanation.parting) return "";
  const Difference& parting = *explanation.parting;
  std::string text = fmt::format("The histories part in epoch {}: {} is {} / {}", *parting.epoch,
                                 parting.what, parting.first, parting.second);
  if (parting.relative) text += fmt::format(" ({:.1e} relative)", *parting.relative);
  if (explanation.visible_epoch)
    text += fmt::format("; from epoch {} on the validation losses differ by more than 1 %",
                        *explanation.visible_epoch);
  return text + ".\n";
}

std::string end_text(const TrialRecord& record, const std::string& name) {
  return fmt::format("  {}: {}, {} epochs, best validation loss {}, last {}\n", name, to_name(record.outcome),
                     epochs_of(record), loss_text(record, "best_val_total"),
                     loss_text(record, "final_val_total"));
}

bool only_seeds(const std::vector<Difference>& settings) {
  return std::ranges::all_of(settings, [](const Difference& key) { return key.what.ends_with("seed"); });
}

std::string conclusion(const Explanation& explanation) {
  const std::string suspect = explanation.facts.empty() ? "" : explanation.facts.front().name;
  switch (explanation.cause) {
    case Cause::none:
      return "Bitwise equal: history, model, metrics and rollouts.\n";
    case Cause::configuration:
      return only_seeds(explanation.settings) ? "Cause: the seeds; they are two samples of one experiment.\n"
                                              : "Cause: the configurations; they are different trials.\n";
    case Cause::rounding:
      return fmt::format(
          "Cause: rounding{}. Training amplifies the last bits, most of all near the plateau, so compare "
          "distributions over seeds.\n",
          suspect.empty() ? ", although nothing recorded differs: a GPU adds in any order, or memory is bad"
                          : fmt::format(" (another {})", suspect));
    case Cause::start:
      return fmt::format(
          "Cause: data or initial weights, which the same configuration should make alike{}.\n",
          suspect.empty() ? "; replay both" : fmt::format("; suspect {}", suspect));
    case Cause::ending:
      return "Cause: not the training, whose numbers agree as far as both have them.\n";
  }
  return "";
}

nlohmann::json number_or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json end_json(const TrialRecord& record) {
  return {{"id", record.id},
          {"outcome", to_name(record.outcome)},
          {"reason", record.reason},
          {"epochs", epochs_of(record)},
          {"best_val_total", number_or_null(metric(record, "best_val_total"))},
          {"final_val_total", number_or_null(metric(record, "final_val_total"))}};
}

}  // namespace

Explanation explain(const TrialRecord& first, const TrialRecord& second) {
  Explanation explanation;
  for (Difference& difference : compare_trials(first, second)) {
    auto& list = difference.part == TrialPart::config ? explanation.settings : explanation.differences;
    list.push_back(std::move(difference));
  }
  explanation.facts = compare_provenance(first.provenance, second.provenance);
  explanation.untrained = untrained_difference(first, second);
  explanation.parting = parting_of(explanation.differences);
  explanation.visible_epoch = first_visible_epoch(first, second);
  explanation.cause = cause_of(explanation);
  return explanation;
}

nlohmann::json to_json(const Explanation& explanation, const TrialRecord& first, const TrialRecord& second) {
  nlohmann::json parting;
  if (explanation.parting) parting = to_json(std::vector{*explanation.parting}).front();
  return {{"schema_version", 1},
          {"first", end_json(first)},
          {"second", end_json(second)},
          {"cause", to_name(explanation.cause)},
          {"settings", to_json(explanation.settings)},
          {"provenance", to_json(explanation.facts)},
          {"untrained_relative", number_or_null(explanation.untrained)},
          {"parting", parting},
          {"visible_epoch",
           explanation.visible_epoch ? nlohmann::json(*explanation.visible_epoch) : nlohmann::json()},
          {"differences", to_json(explanation.differences)}};
}

std::string to_text(const Explanation& explanation, const TrialRecord& first, const TrialRecord& second,
                    const std::string& first_name, const std::string& second_name) {
  std::string text = end_text(first, first_name) + end_text(second, second_name);
  if (!explanation.settings.empty()) text += settings_text(explanation.settings);
  if (explanation.settings.empty() && explanation.cause != Cause::none) text += facts_text(explanation.facts);
  if (explanation.cause != Cause::none) text += start_text(explanation) + parting_text(explanation);
  if (!explanation.parting && !explanation.differences.empty())
    text += "First difference: " + to_text(explanation.differences.front(), "/", "") + "\n";
  return text + conclusion(explanation);
}

}  // namespace lnn::audit
