#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "experiment/experiment_file.h"
#include "experiment/plan.h"
#include "experiment/settings.h"
#include "sweep/sweep.h"

namespace lnn::cli {
namespace {

Syntax run_syntax() {
  Syntax syntax{
      "[mpirun -n N] lnn-sweep run FILE... --out RUN [options]",
      "Trains every trial of the experiment files and collects the results in RUN/results.h5. Alone, it "
      "runs one trial per core; under mpirun or srun, rank 0 directs and every other rank runs one "
      "trial at a time. The same command again resumes: results are kept, the rest is run.",
      po::options_description("Options"),
      {"file"},
      true};
  syntax.options.add_options()                                                                          //
      ("out", po::value<std::string>()->required(), "the run's folder; created when missing")           //
      ("scale", po::value<std::string>()->default_value("desk"),                                        //
       "smoke (seconds), desk (minutes on two cores) or paper (exactly the paper)")                     //
      ("set", po::value<std::vector<std::string>>()->default_value({}, ""),                             //
       "KEY=VALUE: one setting for all trials, stronger than the file; may be repeated")                //
      ("only", po::value<std::vector<std::string>>()->default_value({}, ""),                            //
       "run only trials whose id starts with this or whose label contains it; may be repeated")         //
      ("workers", po::value<int>(), "trials at a time without MPI (default: cores / threads)")          //
      ("threads", po::value<int>()->default_value(1), "threads of each trial")                          //
      ("trial-timeout", po::value<double>(), "wall-clock limit of one trial, in seconds")               //
      ("max-attempts", po::value<int>()->default_value(3),                                              //
       "how often a trial that crashes, fails or times out is started, over all runs")                  //
      ("retry-failed", po::bool_switch(), "start such trials again however often they have failed")     //
      ("fresh", po::bool_switch(), "move an older run in --out aside (RUN.old-<time>) and begin anew")  //
      ("quiet", po::bool_switch(), "no progress, only the summary");
  return syntax;
}

std::vector<std::string> ids_of(const experiment::Plan& plan) {
  std::vector<std::string> ids;
  for (const auto& trial : plan.trials) ids.push_back(trial.id);
  return ids;
}

sweep::SweepOptions sweep_options(const po::variables_map& values) {
  sweep::SweepOptions options;
  options.out = values["out"].as<std::string>();
  if (options.out.empty()) throw_user_error("--out: is empty. Name the run's folder.");
  options.overrides = experiment::parse_overrides(values["set"].as<std::vector<std::string>>());
  if (values.contains("workers")) options.workers = values["workers"].as<int>();
  options.threads = values["threads"].as<int>();
  if (values.contains("trial-timeout")) {
    options.trial_timeout = values["trial-timeout"].as<double>();
    if (!(options.trial_timeout > 0)) {
      throw_user_error("--trial-timeout {}: must be more than 0 seconds. Leave it out for no limit.",
                       options.trial_timeout);
    }
  }
  options.retry = {values["max-attempts"].as<int>(), values["retry-failed"].as<bool>()};
  options.fresh = values["fresh"].as<bool>();
  options.quiet = values["quiet"].as<bool>();
  return options;
}

int run_here(const Words& words, const sweep::MpiSession* mpi) {
  const po::variables_map values = parse(words, run_syntax());
  if (values.contains("help")) return 0;
  if (!values.contains("file")) {
    throw_user_error("run: no experiment file. Usage: {}", run_syntax().usage);
  }
  sweep::SweepOptions options = sweep_options(values);
  std::vector<experiment::ExperimentFile> files;
  for (const std::string& path : values["file"].as<std::vector<std::string>>()) {
    files.push_back(experiment::load_experiment(path));
  }
  const std::string scale = values["scale"].as<std::string>();
  // The folder always holds the whole plan, so that `--only` today and the rest tomorrow make one run.
  const experiment::Plan plan = experiment::make_plan(files, scale, options.overrides, {});
  const auto only = values["only"].as<std::vector<std::string>>();
  if (!only.empty()) options.selected = ids_of(experiment::make_plan(files, scale, options.overrides, only));
  return sweep::run_sweep(plan, options, mpi);
}

}  // namespace

int run(const Words& words) {
  return sweep::run_on_master([&](const sweep::MpiSession* mpi) { return run_here(words, mpi); });
}

}  // namespace lnn::cli
