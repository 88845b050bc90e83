#include "experiment/pack.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "experiment/digest.h"
#include "physics/system.h"

namespace lnn::experiment {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string activation_text(const network::NetworkOptions& options) {
  std::vector<std::string> branches;
  for (const network::Activation branch : options.branches) branches.push_back(to_name(branch));
  return fmt::format("{}", fmt::join(branches, "+"));
}

template <class Value>
std::string of_phases(const TrialConfig& config, Value value) {
  std::vector<int> values;
  for (const training::Phase& phase : config.training.phases) values.push_back(value(phase));
  return fmt::format("{}", fmt::join(values, ","));
}

// The shortest text that reads back as the same number.
std::string text(double value) {
  return fmt::format("{}", value);
}

Facts network_facts(const network::NetworkOptions& options) {
  const bool signed_term = options.quadratic_term != 0;
  return {{"network.activation", activation_text(options)},
          {"network.hidden_layers", std::to_string(options.hidden_layers)},
          {"network.width", std::to_string(options.width)},
          {"network.input_layer", to_name(options.input_layer)},
          {"network.quadratic_term", text(options.quadratic_term)},
          {"network.signature", signed_term ? to_name(options.signature) : "none"}};
}

Facts training_facts(const training::TrainingOptions& options) {
  return {{"training.base_loss", to_name(options.base_loss)},
          {"training.regularizer", to_name(options.regularizer)},
          {"training.optimizer", to_name(options.optimizer)},
          {"training.beta1", text(options.beta1)},
          {"training.beta2", text(options.beta2)},
          {"training.epsilon", text(options.epsilon)},
          {"training.weight_decay", text(options.weight_decay)},
          {"training.clip_norm", text(options.clip_norm)},
          {"training.batch_size", std::to_string(options.batch_size)},
          {"training.precision", to_name(options.precision)}};
}

// The sizes of sets that come from trajectories.
Facts trajectory_facts(const TrialConfig& config) {
  const bool read = config.source == DataSource::trajectories;
  const auto size = [&](int number) { return read ? std::to_string(number) : "none"; };
  return {{"data.source", to_name(config.source)},
          {"trajectory.count", size(config.trajectory.count)},
          {"trajectory.steps", size(config.trajectory.steps)}};
}

Facts facts_of(const TrialConfig& config) {
  const bool lorentzian = physics::make_system(config.system, config.constants)->lorentzian();
  Facts facts{{"coordinates", std::to_string(config.network.coordinates)},
              {"time coordinate", lorentzian ? "yes" : "no"}};
  for (const Facts& part :
       {trajectory_facts(config), network_facts(config.network), training_facts(config.training)})
    facts.insert(facts.end(), part.begin(), part.end());
  facts.emplace_back("model", to_name(config.model));
  facts.emplace_back("training.passes_per_epoch", std::to_string(config.training.passes_per_epoch));
  facts.emplace_back("training.epochs", of_phases(config, [](const auto& phase) { return phase.epochs; }));
  facts.emplace_back("data.samples", of_phases(config, [](const auto& phase) { return phase.data.samples; }));
  facts.emplace_back("data.validation_samples", std::to_string(config.validation.samples));
  return facts;
}

}  // namespace

std::string shape_text(const TrialConfig& config) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : facts_of(config)) parts.push_back(key + "=" + value);
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string pack_key(const TrialConfig& config) {
  if (config.source != DataSource::box) return "";  // tiny sets of one batch: nothing to gain
  return short_digest(shape_text(config));
}

std::optional<PackDifference> pack_difference(const TrialConfig& first, const TrialConfig& second) {
  const Facts one = facts_of(first);
  const Facts two = facts_of(second);
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i] != two[i]) return PackDifference{one[i].first, one[i].second, two[i].second};
  }
  return std::nullopt;
}

}  // namespace lnn::experiment
