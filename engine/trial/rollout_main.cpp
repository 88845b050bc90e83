// lnn-sweep-rollout: evaluates trained models again: rollouts and the comparison with the truth, with the
// planned or other settings. Loads LibTorch; reached as `lnn-sweep rollout`.
#include <fmt/ranges.h>

#include <boost/algorithm/string/split.hpp>
#include <boost/program_options.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "store/run_directory.h"
#include "store/trial_file.h"
#include "trial/evaluation.h"
#include "trial/run_trial.h"
#include "trial/trajectory_evaluation.h"

namespace {

using namespace lnn;
namespace po = boost::program_options;

using Texts = std::vector<std::string>;

constexpr const char* usage = "Usage: lnn-sweep rollout RUN [ID-or-label...] [options]";
constexpr const char* summary =
    "Rolls the trained models of a run out again, from the published initial states or from your own, and "
    "compares\nthem with the truth. Without ids: every trial that has a model. Prints one line per test; "
    "--store\n"
    "writes the evaluation into the trials' files as the run itself does (for models of older versions, or "
    "when\n"
    "rollout.* settings have changed), --csv writes the trajectories.";

po::options_description describe() {
  po::options_description options("Options");
  options.add_options()("help,h", "show this text")("t-end", po::value<double>(), "end of the rollouts [s]")(
      "dt", po::value<double>(), "time between two states of the output [s]")(
      "absolute-tolerance", po::value<double>(), "of the model's solver")(
      "relative-tolerance", po::value<double>(), "of the model's solver")(
      "max-steps", po::value<int>(), "steps of the model's solver before it gives up")(
      "steps", po::value<int>(), "steps of the rollout, of models that learned from trajectories")(
      "q", po::value<std::string>(), "initial positions of one test of your own, separated by commas")(
      "v", po::value<std::string>(),
      "its initial velocities (a time coordinate's follows from the constraint)")(
      "store", po::bool_switch(), "replace the evaluation in the trials' files, with the planned settings")(
      "missing", po::bool_switch(), "only trials that have no evaluation yet")(
      "csv", po::value<std::string>(), "write <id>_rollout<k>.csv into this folder");
  return options;
}

// With the words that stand without an option's name.
po::options_description with_positional(const po::options_description& visible) {
  po::options_description all(visible);
  all.add_options()("run", po::value<std::string>()->required())("ids", po::value<Texts>());
  return all;
}

// The planned options with those of the command line on top.
rollout::Options options_of(const trial::PreparedTrial& trial, const po::variables_map& values) {
  rollout::Options options = trial.config().rollout;
  const auto replace = [&](const char* name, auto& target) {
    using Value = std::remove_reference_t<decltype(target)>;
    if (values.contains(name)) target = values[name].as<Value>();
  };
  replace("t-end", options.grid.t_end);
  replace("dt", options.grid.dt);
  replace("absolute-tolerance", options.tolerances.absolute);
  replace("relative-tolerance", options.tolerances.relative);
  replace("max-steps", options.max_steps);
  return options;
}

std::vector<double> numbers(const std::string& text, const char* option, const physics::System& system) {
  Texts words;
  boost::split(words, text, [](char c) { return c == ','; });
  std::vector<double> result;
  for (const std::string& word : words) {
    std::size_t used = 0;
    try {
      result.push_back(std::stod(word, &used));
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != word.size() || !std::isfinite(result.back()))
      throw_user_error("--{} {}: '{}' is not a number. Separate numbers by commas.", option, text, word);
  }
  if (result.size() != static_cast<std::size_t>(system.dimension())) {
    throw_user_error("--{} {}: {} numbers ('{}' has {} coordinates). Give one for each.", option, text,
                     result.size(), system.name(), system.dimension());
  }
  return result;
}

// The user's own test, or else those of the options.
std::vector<physics::InitialState> starts_of(const physics::System& system, const rollout::Options& options,
                                             const po::variables_map& values) {
  if (values.contains("q") != values.contains("v"))
    throw_user_error("--q and --v belong together (a state has positions and velocities). Give both.");
  if (values.contains("q")) {
    physics::InitialState start{numbers(values["q"].as<std::string>(), "q", system),
                                numbers(values["v"].as<std::string>(), "v", system)};
    system.apply_constraint(start.q, start.v);
    return {start};
  }
  if (options.tests == rollout::Tests::none) return {};
  return physics::published_rollout_tests(system).initial_states;
}

double metric(const trial::Evaluation& evaluation, const std::string& name) {
  const auto found = evaluation.metrics.find(name);
  return found == evaluation.metrics.end() ? std::nan("") : found->second.value;
}

std::string number_text(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.3g}", value);
}

void print(const store::TrialRecord& record, const std::string& label, const trial::Evaluation& evaluation) {
  fmt::print("{} {}\n", record.id, label);
  fmt::print("  {:>4}  {:13} {:>9} {:>13} {:>13} {:>13} {:>13} {:>10} {:>10}\n", "test", "outcome",
             "time [s]", "mean |dq|", "max |dq|", "max |dE/E|", "final |dE/E|", "parted at", "chaos at");
  for (const store::ArrayGroup& group : evaluation.groups) {
    if (group.family != "rollouts") continue;
    const auto value = [&](const char* name) {
      return number_text(metric(evaluation, fmt::format("rollout{}_{}", group.name, name)));
    };
    fmt::print("  {:>4}  {:13} {:>9} {:>13} {:>13} {:>13} {:>13} {:>10} {:>10}\n", group.name,
               group.facts.at("outcome"), value("time_reached"), value("position_error_mean"),
               value("position_error_max"), value("energy_error_max"), value("energy_error_final"),
               value("divergence_time"), value("chaos_time"));
    if (!group.facts.at("reason").empty()) fmt::print("        {}\n", group.facts.at("reason"));
  }
}

// One line per point; a column for each coordinate of a two-dimensional array.
std::string csv(const store::ArrayGroup& group, const physics::System& system) {
  std::string text;
  for (const store::DataArray& array : group.arrays) {
    if (!text.empty()) text += ",";
    Texts names{array.name};
    if (array.shape.size() > 1) {
      names.clear();
      for (const physics::Coordinate& coordinate : system.coordinates())
        names.push_back(fmt::format("{}_{}", array.name, coordinate.name));
    }
    text += fmt::format("{}", fmt::join(names, ","));
  }
  text += "\n";
  const auto points = static_cast<std::size_t>(group.arrays.front().shape.front());
  for (std::size_t k = 0; k < points; ++k) {
    Texts cells;
    for (const store::DataArray& array : group.arrays) {
      const std::size_t width = array.values.size() / points;
      for (std::size_t i = 0; i < width; ++i) cells.push_back(fmt::format("{}", array.values[k * width + i]));
    }
    text += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return text;
}

void write_csv(const std::filesystem::path& folder, const store::TrialRecord& record,
               const trial::Evaluation& evaluation, const physics::System& system) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure)
    throw_environment_error("{}: cannot be created ({}). Choose another --csv.", folder.string(),
                            failure.message());
  for (const store::ArrayGroup& group : evaluation.groups) {
    if (group.family == "rollouts")
      write_text_file(folder / fmt::format("{}_rollout{}.csv", record.id, group.name), csv(group, system));
  }
}

// Rollouts of models that learned from trajectories have other numbers.
void print_trajectories(const store::TrialRecord& record, const std::string& label,
                        const trial::Evaluation& evaluation) {
  fmt::print("{} {}\n", record.id, label);
  for (const store::ArrayGroup& group : evaluation.groups) {
    const std::string& reason = group.facts.at("reason");
    fmt::print("  {:8}  {:9}  {:>5} steps{}{}\n", group.name, group.facts.at("outcome"),
               group.facts.at("steps"), reason.empty() ? "" : ": ", reason);
  }
  for (const auto& [name, metric] : evaluation.metrics)
    fmt::print("  {:24} {:>12}  {}\n", name, number_text(metric.value), metric.meaning);
}

void refuse_options(const po::variables_map& values, const std::vector<const char*>& options,
                    const std::string& why) {
  for (const char* option : options) {
    if (values.contains(option)) throw_user_error("--{} is of no use here ({}). Leave it out.", option, why);
  }
}

trial::Evaluation evaluate_trajectories(const trial::PreparedTrial& trial, const po::variables_map& values) {
  refuse_options(values, {"t-end", "dt", "absolute-tolerance", "relative-tolerance", "max-steps"},
                 "a model of trajectories is rolled out by its own time step");
  constexpr int fewest = 2;
  const int steps = values.contains("steps") ? values["steps"].as<int>() : trial.config().rollout_steps;
  if (steps < fewest) throw_user_error("--steps {} is too few. Give at least {}.", steps, fewest);
  rollout::Options none;
  none.tests = rollout::Tests::none;
  const auto starts = starts_of(trial.system(), none, values);
  return starts.empty() ? trial::evaluate_on_trajectories(trial, steps)
                        : trial::evaluate_from_start(trial, steps, starts.front());
}

trial::Evaluation evaluate_states(const trial::PreparedTrial& trial, const po::variables_map& values) {
  refuse_options(values, {"steps"}, "this model was not trained on trajectories: see --t-end and --dt");
  const rollout::Options options = options_of(trial, values);
  // Only a stored evaluation needs the comparison with the truth, which takes time for wide networks.
  return values["store"].as<bool>()
             ? trial::evaluate(trial, options)
             : trial::evaluate_from(trial, options, starts_of(trial.system(), options, values));
}

void refuse_storing_other_settings(const po::variables_map& values) {
  if (!values["store"].as<bool>()) return;
  for (const char* option :
       {"t-end", "dt", "absolute-tolerance", "relative-tolerance", "max-steps", "steps", "q", "v"}) {
    if (!values.contains(option)) continue;
    throw_user_error(
        "--store and --{} exclude each other (a trial's file holds the planned evaluation). Set rollout.* in "
        "the "
        "experiment file, or leave out --store.",
        option);
  }
}

// The trial as the run plans it; its file may be older than the plan's rollout settings.
void evaluate_again(const store::RunDirectory& run, const experiment::PlannedTrial& planned,
                    store::TrialRecord record, const po::variables_map& values) {
  trial::PreparedTrial trial(planned.config());
  trial::load_model(record, trial.network());
  const std::string& label = planned.members.front().arm->label;
  trial::Evaluation evaluation =
      trial.on_trajectories() ? evaluate_trajectories(trial, values) : evaluate_states(trial, values);
  trial.on_trajectories() ? print_trajectories(record, label, evaluation) : print(record, label, evaluation);
  if (values.contains("csv")) write_csv(values["csv"].as<std::string>(), record, evaluation, trial.system());
  std::cout.flush();
  if (!values["store"].as<bool>()) return;
  record.config = trial.config_text();
  trial::add_plateau(trial, record);
  trial::add_evaluation(record, std::move(evaluation));
  store::write_trial(run.trial(record.id), record);
}

int roll_out(const po::variables_map& values) {
  refuse_storing_other_settings(values);
  const store::RunDirectory run{values["run"].as<std::string>()};
  experiment::Plan plan = store::read_run_plan(run);
  const experiment::Plan whole = plan;
  if (values.contains("ids")) experiment::keep_only(plan.trials, values["ids"].as<Texts>());
  int without_model = 0;
  for (const experiment::PlannedTrial& planned : plan.trials) {
    if (!std::filesystem::exists(run.trial(planned.id))) {
      ++without_model;
      continue;
    }
    store::TrialRecord record = store::read_trial(run.trial(planned.id));
    if (record.model.empty()) {
      ++without_model;
    } else if (!values["missing"].as<bool>() || record.groups.empty()) {
      evaluate_again(run, planned, std::move(record), values);
    }
  }
  if (values["store"].as<bool>()) store::collect(run, whole);
  if (without_model > 0)
    std::cerr << fmt::format("lnn-sweep rollout: {} of {} trials have no model yet\n", without_model,
                             plan.trials.size());
  return without_model > 0 ? 1 : 0;
}

int run_program(int argc, char** argv) {
  const po::options_description options = describe();
  po::positional_options_description positional;
  positional.add("run", 1).add("ids", -1);
  po::variables_map values;
  try {
    po::store(
        po::command_line_parser(argc, argv).options(with_positional(options)).positional(positional).run(),
        values);
    if (values.contains("help")) {
      std::cout << usage << "\n\n" << summary << "\n\n" << options << "\n";
      return 0;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw_user_error("{}. {}", error.what(), usage);
  }
  trial::prepare_process(1);
  return roll_out(values);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_program(argc, argv);
  } catch (const UserError& error) {
    std::cerr << "lnn-sweep rollout: " << error.what() << "\n";
    return 2;
  } catch (const EnvironmentError& error) {
    std::cerr << "lnn-sweep rollout: " << error.what() << "\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "lnn-sweep rollout: " << error.what() << "\n";
    return 1;
  }
}
