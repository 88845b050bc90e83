#include "experiment/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "base/error.h"
#include "cli/options.h"
#include "experiment/settings.h"

namespace lnn::cli {
namespace {

// "1 arm", "2 arms".
std::string counted(std::size_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

using Texts = std::vector<std::string>;

Texts texts(const po::variables_map& options, const std::string& name) {
  return options.contains(name) ? options[name].as<Texts>() : Texts{};
}

std::string member_text(const experiment::Trial& member) {
  return fmt::format("{}: {}", member.experiment, member.label);
}

void print_trial(std::size_t order, const experiment::PlannedTrial& trial, double total_cost) {
  const auto& first = trial.members.front();
  std::string shared;
  for (auto other = trial.members.begin() + 1; other != trial.members.end(); ++other) {
    shared += fmt::format("  = {}", member_text(*other));
  }
  std::cout << fmt::format("{:>5}  {}  {:>6.2f} %  {:>4}  {}{}\n", order, trial.id,
                           100 * trial.cost / total_cost, first.seed, member_text(first), shared);
}

void print_totals(const experiment::Plan& plan) {
  std::set<std::pair<std::string, std::string>> arms;
  std::size_t members = 0;
  for (const auto& trial : plan.trials) {
    members += trial.members.size();
    for (const auto& member : trial.members) arms.emplace(member.experiment, member.label);
  }
  std::cout << fmt::format("\n{}, {} at scale '{}'", counted(arms.size(), "arm"),
                           counted(plan.trials.size(), "trial"), plan.scale);
  if (members > plan.trials.size()) {
    std::cout << fmt::format("; shared between experiments: {}", members - plan.trials.size());
  }
  std::cout << "\n";
}

void print_plan(const experiment::Plan& plan) {
  double total_cost = 0;
  for (const auto& trial : plan.trials) total_cost += trial.cost;
  std::cout << fmt::format("{:>5}  {:<12}  {:>8}  {:>4}  {}\n", "order", "trial", "cost", "seed",
                           "experiment: arm");
  std::size_t order = 0;
  for (const auto& trial : plan.trials) print_trial(++order, trial, total_cost);
  print_totals(plan);
}

// The command that trains what was listed: `run` takes the same words.
std::string run_command(const Words& words) {
  std::string command = "lnn-sweep run";
  for (const std::string& word : words) {
    command += word.find(' ') == std::string::npos ? " " + word : fmt::format(" '{}'", word);
  }
  return command + " --out RUN";
}

}  // namespace

int plan(const Words& words) {
  Syntax syntax{
      .usage = "lnn-sweep plan FILE... [options]",
      .summary =
          "Lists the trials of experiment files in the order in which they would start, with their share of\n"
          "the whole estimated cost. Trains nothing.",
      .options = po::options_description("Options"),
      .positional = {"FILE"},
      .last_positional_repeats = true};
  syntax.options.add_options()("scale", po::value<std::string>()->default_value("desk"),
                               "smoke, desk or paper");
  syntax.options.add_options()("set", po::value<Texts>()->composing(),
                               "key=value for all trials, e.g. --set training.epochs=5 (repeatable)");
  syntax.options.add_options()(
      "only", po::value<Texts>()->composing(),
      "only trials whose id starts with, or whose arm contains, this text (repeatable)");
  syntax.options.add_options()("json",
                               "print the plan as JSON, as in RUN/plan.json (see experiments/README.md)");
  const auto options = parse(words, syntax);
  if (options.contains("help")) return 0;

  const Texts paths = texts(options, "FILE");
  if (paths.empty()) throw_user_error("plan: no experiment file given. Usage: {}", syntax.usage);
  std::vector<experiment::ExperimentFile> files;
  for (const std::string& path : paths) files.push_back(experiment::load_experiment(path));
  const auto plan =
      experiment::make_plan(files, options["scale"].as<std::string>(),
                            experiment::parse_overrides(texts(options, "set")), texts(options, "only"));
  if (options.contains("json")) {
    std::cout << experiment::to_json(plan).dump(2) << "\n";
    return 0;
  }
  print_plan(plan);
  std::cout << "Train them: " << run_command(words) << "\n";
  return 0;
}

}  // namespace lnn::cli
