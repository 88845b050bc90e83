#include "experiment/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "cli/options.h"
#include "cli/probe_report.h"
#include "experiment/settings.h"
#include "sweep/local_slots.h"
#include "sweep/probe.h"

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

std::string member_text(const experiment::Member& member) {
  return fmt::format("{}: {}", member.arm->experiment, member.arm->label);
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
    for (const auto& member : trial.members) arms.emplace(member.arm->experiment, member.arm->label);
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

// The command that trains what was listed: `run` takes the same words but those about the probe.
std::string run_command(const Words& words) {
  std::string command = "lnn-sweep run";
  for (const std::string& word : words) {
    if (word == "--probe" || word == "--json") continue;
    command += word.find(' ') == std::string::npos ? " " + word : fmt::format(" '{}'", word);
  }
  return command + " --out RUN";
}

std::optional<ProbeReport> probe(const experiment::Plan& plan, const po::variables_map& options) {
  if (!options.contains("probe")) return std::nullopt;
  sweep::ProbeOptions probing;
  probing.threads = options["threads"].as<int>();
  probing.engine = {options["backend"].as<std::string>(), options["precision"].as<std::string>(),
                    options["device"].as<std::string>()};
  jets::check_words(probing.engine);
  if (probing.threads < 1) throw_user_error("--threads {}: must be at least 1.", probing.threads);
  probing.slots = options.contains("workers")
                      ? options["workers"].as<int>()
                      : sweep::default_workers(probing.threads, probing.engine.device);
  if (probing.slots < 1) throw_user_error("--workers {}: must be at least 1.", probing.slots);
  probing.on_class = [](std::size_t done, std::size_t of) {
    std::cerr << fmt::format("lnn-sweep: measured {} of {} kinds of trials\n", done, of);
  };
  const sweep::PaceTable pace = sweep::probe(plan, probing);
  if (pace.empty()) {
    throw_environment_error(
        "no kind of trial could be measured (every probe failed). Run one by hand to see why: lnn-sweep "
        "train "
        "--help.");
  }
  if (const auto cache = sweep::pace_cache(probing.engine.backend, probing.engine.device); !cache.empty())
    sweep::write_pace(cache, pace);
  ProbeReport report = report_of(plan, pace, probing.slots);
  report.on_gpus = probing.engine.device.starts_with("cuda");
  return report;
}

}  // namespace

int plan(const Words& words) {
  Syntax syntax{
      .usage = "lnn-sweep plan FILE... [options]",
      .summary =
          "Lists the trials of experiment files in the order in which they would start, with their share of\n"
          "the whole estimated cost. Trains nothing; with --probe, a little of each kind of trial, to tell "
          "how\n"
          "long all of it will take here.",
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
  syntax.options.add_options()("probe",
                               "measure: time, memory and disk of the sweep on this machine, and a line for "
                               "sbatch; `run` and `submit` use what was measured (three epochs on a few "
                               "batches of each kind of trial; seconds to a minute each)");
  syntax.options.add_options()("workers", po::value<int>(),
                               "with --probe: trials side by side (default: as for `run`)");
  syntax.options.add_options()("threads", po::value<int>()->default_value(1), "with --probe, as for `run`");
  for (const char* name : {"backend", "precision", "device"}) {
    syntax.options.add_options()(name, po::value<std::string>()->default_value("auto"),
                                 "with --probe, as for `run`");
  }
  const auto options = parse(words, syntax);
  if (options.contains("help")) return 0;

  const Texts paths = texts(options, "FILE");
  if (paths.empty()) throw_user_error("plan: no experiment file given. Usage: {}", syntax.usage);
  std::vector<experiment::ExperimentFile> files;
  for (const std::string& path : paths) files.push_back(experiment::load_experiment(path));
  const auto plan =
      experiment::make_plan(files, options["scale"].as<std::string>(),
                            experiment::parse_overrides(texts(options, "set")), texts(options, "only"));
  const auto measured = probe(plan, options);
  if (options.contains("json")) {
    experiment::Json json = experiment::to_json(plan);
    if (measured) json["probe"] = to_json(*measured);
    std::cout << json.dump(2) << "\n";
    return 0;
  }
  print_plan(plan);
  if (measured) std::cout << to_text(*measured, plan.trials.size(), run_command(words));
  std::cout << "Train them: " << run_command(words) << "\n";
  return 0;
}

}  // namespace lnn::cli
