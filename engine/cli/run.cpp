#include <algorithm>
#include <charconv>
#include <iostream>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_request.h"
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
      "trial at a time. The same command again resumes: results are kept, unfinished trainings continue "
      "where they were saved, the rest is run.",
      po::options_description("Options"),
      {"file"},
      true};
  syntax.options.add_options()                                                                   //
      ("out", po::value<std::string>()->required(), "the run's folder; created when missing")    //
      ("scale", po::value<std::string>()->default_value("desk"),                                 //
       "smoke (seconds), desk (minutes on two cores) or paper (exactly the paper)")              //
      ("set", po::value<std::vector<std::string>>()->default_value({}, ""),                      //
       "KEY=VALUE: one setting for all trials, stronger than the file; may be repeated")         //
      ("only", po::value<std::vector<std::string>>()->default_value({}, ""),                     //
       "run only trials whose id starts with this or whose label contains it; may be repeated")  //
      ("workers", po::value<int>(),
       "trials at a time without MPI (default: cores / threads, with --device cuda one on each GPU)")  //
      ("threads", po::value<int>()->default_value(1),
       "threads of each trial (the native engine uses one)")        //
      ("backend", po::value<std::string>()->default_value("auto"),  //
       "derivative engine: native (processor), tensor (processor or GPU), autograd (slow, the reference); "
       "auto: native on the processor, tensor on a GPU")              //
      ("precision", po::value<std::string>()->default_value("auto"),  //
       "float32 or float64: sets training.precision for all trials; bf16x3: float32 whose products use the "
       "matrix unit (AMX); auto: as the file says, with the matrix unit where there is one")         //
      ("device", po::value<std::string>()->default_value("auto"), "cpu, cuda or cuda:N; auto: cpu")  //
      ("pack", po::value<std::string>()->default_value("auto"),                                      //
       "trials of one shape that train together in one process; auto: 1 on the processor, as many as "
       "there are on a GPU (at most 128)")  //
      ("time-limit", po::value<std::string>(),
       "leave within this time (90s, 45m, 12h, HH:MM:SS): what runs is saved, and exit code 75 says that the "
       "same command continues. Default: the limit of the Slurm job, if any")  //
      ("shard", po::value<std::string>(),
       "K/N: only the K-th of N parts of the plan; parts may run at the same time in one folder. Default: "
       "the "
       "task of the Slurm job array, if any")                                                         //
      ("trial-timeout", po::value<std::string>(), "wall-clock limit of one trial (as --time-limit)")  //
      ("hang-limit", po::value<std::string>()->default_value("10m"),
       "a trial that shows no sign of life for so long is ended and started again; 0: never")  //
      ("memory-limit", po::value<double>()->default_value(0),
       "data that one trial process may hold, in MiB; 0: no limit")  //
      ("checkpoint-every", po::value<double>()->default_value(30),
       "least time between two checkpoints of a trial, in seconds; 0: one after every epoch")  //
      ("max-retries", po::value<int>()->default_value(2),
       "how often a trial that crashed, hung, failed or ran out of memory is started again, over all runs; "
       "then "
       "it is quarantined")                                                                             //
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

// A precision is part of what a trial is, so --precision is a setting like any other.
std::vector<std::string> settings_of(const po::variables_map& values) {
  std::vector<std::string> settings = values["set"].as<std::vector<std::string>>();
  const std::string precision = values["precision"].as<std::string>();
  if (precision == "float32" || precision == "float64") settings.push_back("training.precision=" + precision);
  if (precision == "bf16x3") settings.emplace_back("training.precision=float32");
  return settings;
}

int pack_size(const std::string& text) {
  if (text == "auto") return 0;
  int size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size() || size < 1) {
    throw_user_error("--pack {}: is neither auto nor a number of trials (1 or more).", text);
  }
  return size;
}

sweep::SweepOptions sweep_options(const po::variables_map& values) {
  sweep::SweepOptions options;
  options.out = values["out"].as<std::string>();
  if (options.out.empty()) throw_user_error("--out: is empty. Name the run's folder.");
  options.overrides = experiment::parse_overrides(settings_of(values));
  if (values.contains("workers")) options.workers = values["workers"].as<int>();
  options.threads = values["threads"].as<int>();
  options.engine = {values["backend"].as<std::string>(), values["precision"].as<std::string>(),
                    values["device"].as<std::string>()};
  options.pack = pack_size(values["pack"].as<std::string>());
  auto duration = [&](const char* name) {
    return parse_duration(values[name].as<std::string>(), std::string("--") + name);
  };
  if (values.contains("time-limit")) options.time_limit = duration("time-limit");
  if (values.contains("trial-timeout")) options.trial_timeout = duration("trial-timeout");
  options.hang_limit = values["hang-limit"].as<std::string>() == "0" ? 0 : duration("hang-limit");
  options.memory_limit = values["memory-limit"].as<double>();
  options.checkpoint_every = values["checkpoint-every"].as<double>();
  if (values.contains("shard"))
    options.shard = sweep::parse_shard(values["shard"].as<std::string>(), "--shard");
  options.retry = {values["max-retries"].as<int>(), values["retry-failed"].as<bool>()};
  options.fresh = values["fresh"].as<bool>();
  options.quiet = values["quiet"].as<bool>();
  return options;
}

}  // namespace

std::optional<RunRequest> read_run_words(const Words& words) {
  const po::variables_map values = parse(words, run_syntax());
  if (values.contains("help")) return std::nullopt;
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
  experiment::Plan plan = experiment::make_plan(files, scale, options.overrides, {});
  const auto only = values["only"].as<std::vector<std::string>>();
  if (!only.empty()) options.selected = ids_of(experiment::make_plan(files, scale, options.overrides, only));
  return RunRequest{std::move(plan), std::move(options)};
}

int run(const Words& words) {
  return sweep::run_on_master([&](const sweep::MpiSession* mpi) {
    const auto request = read_run_words(words);
    return request ? sweep::run_sweep(request->plan, request->options, mpi) : 0;
  });
}

}  // namespace lnn::cli
