#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "cli/options.h"
#include "cli/run_request.h"
#include "cluster/job_script.h"
#include "cluster/job_size.h"
#include "cluster/profile.h"
#include "cluster/sbatch.h"
#include "sweep/board.h"
#include "sweep/pace.h"
#include "sweep/run_folder.h"

namespace lnn::cli {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

Syntax submit_syntax() {
  Syntax syntax{"lnn-sweep submit FILE... --profile P --out RUN [options] [-- options of run]",
                "Sizes a Slurm job from the plan, writes its script to RUN/job.sbatch and submits it. The "
                "job runs lnn-sweep "
                "run; near its time limit it saves what it trains and puts itself back in the queue, until "
                "all is done. "
                "What stands behind -- goes to lnn-sweep run as it is.",
                po::options_description("Options"),
                {"file"},
                true};
  syntax.options.add_options()                                                                           //
      ("profile", po::value<std::string>()->required(),                                                  //
       "what the site offers: a name (generic, workstation, ...; see slurm/README.md) or a .json file")  //
      ("out", po::value<std::string>()->required(), "the run's folder; created when missing")            //
      ("scale", po::value<std::string>()->default_value("desk"), "smoke, desk or paper")                 //
      ("set", po::value<Texts>()->default_value({}, ""), "KEY=VALUE for all trials; may be repeated")    //
      ("only", po::value<Texts>()->default_value({}, ""),                                                //
       "only trials whose id starts with this or whose label contains it; may be repeated")              //
      ("threads", po::value<int>()->default_value(1), "threads of each trial")                           //
      ("time", po::value<std::string>(),
       "time limit of the job (90m, 12h, D-HH:MM:SS); default: what the measured pace says, else the "
       "profile's longest")                                                                      //
      ("nodes", po::value<int>(), "nodes; default: the fewest that end in one go")               //
      ("array", po::value<int>(), "a job array of so many one-node tasks in one run directory")  //
      ("gpus", po::value<int>(), "GPUs per node; default: those of the profile; 0: none")        //
      ("after", po::value<std::string>(), "start when this job has ended")                       //
      ("analysis", po::value<std::string>(),
       "also submit a job that collects, tabulates, judges and reports when the sweep has ended; "
       "--analysis=afterok: only if every trial completed")  //
      ("dry-run", po::bool_switch(), "print the script and what it asks for; write and submit nothing");
  return syntax;
}

/// The words before "--" and those behind it. "--analysis" alone gets its value here, for Boost would take a
/// file's name that follows it.
std::pair<Words, Words> split(const Words& words) {
  const auto mark = std::ranges::find(words, "--");
  Words own(words.begin(), mark);
  std::ranges::replace(own, "--analysis", "--analysis=afterany");
  return {own, mark == words.end() ? Words() : Words(mark + 1, words.end())};
}

template <class T>
std::optional<T> optional(const po::variables_map& values, const char* name) {
  return values.contains(name) ? std::optional(values[name].as<T>()) : std::nullopt;
}

// What submit decides itself, and --fresh, because each turn of the job would begin anew.
void refuse_words_of_submit(const Words& extra) {
  for (const std::string& word : extra) {
    const std::string name = word.substr(0, word.find('='));
    for (const char* own : {"--out", "--scale", "--set", "--only", "--threads", "--workers", "--shard"}) {
      if (name == own) {
        throw_user_error("{} behind --: is decided by submit. Give submit's own options before --.", name);
      }
    }
    if (name == "--fresh") {
      throw_user_error(
          "--fresh behind --: would begin anew each time the job returns to the queue. Choose a new "
          "--out.");
    }
  }
}

/// The words of `lnn-sweep run` in the job, without its folder and its workers.
Words run_words(const po::variables_map& values, const Words& extra) {
  Words words;
  for (const std::string& file : values["file"].as<Texts>())
    words.push_back(fs::absolute(file).lexically_normal());
  words.insert(words.end(), {"--scale", values["scale"].as<std::string>()});
  for (const char* name : {"set", "only"}) {
    for (const std::string& value : values[name].as<Texts>()) {
      words.insert(words.end(), {std::string("--") + name, value});
    }
  }
  words.insert(words.end(), {"--threads", std::to_string(values["threads"].as<int>())});
  words.insert(words.end(), extra.begin(), extra.end());
  return words;
}

/// The plan as the job will find it.
sweep::Board board_of(const RunRequest& request, const store::RunDirectory& run) {
  sweep::Board board(request.plan, store::scan_outcomes(run, request.plan, store::Depth::seal));
  board.select(request.options.selected);
  board.retry(request.options.retry);
  return board;
}

cluster::WallTime wall_time(const sweep::Board& board, const sweep::PaceTable& earlier) {
  return [&board, pace = sweep::Pace(board, earlier)](int workers) -> std::optional<double> {
    const auto forecast = sweep::forecast(board, pace, unix_seconds(), workers);
    return forecast ? std::optional(forecast->high) : std::nullopt;
  };
}

cluster::JobRequest job_request(const po::variables_map& values, const sweep::Board& board) {
  cluster::JobRequest request;
  request.trials = static_cast<std::size_t>(board.totals().waiting);
  request.threads = values["threads"].as<int>();
  request.nodes = optional<int>(values, "nodes");
  request.array = optional<int>(values, "array");
  request.gpus = optional<int>(values, "gpus");
  if (const auto time = optional<std::string>(values, "time")) request.time = parse_duration(*time, "--time");
  return request;
}

// A folder that the job could not use is better known now than when the job starts at night.
void prepare_run(const fs::path& run, const RunRequest& request) {
  const sweep::RunFolder folder({.root = run, .overrides = request.options.overrides}, request.plan);
}

Texts dependency(const po::variables_map& values) {
  const auto after = optional<std::string>(values, "after");
  if (!after) return {};
  if (after->empty() || after->find_first_not_of("0123456789_") != std::string::npos) {
    throw_user_error("--after {}: is not the id of a job. Give the number that submit or squeue prints.",
                     *after);
  }
  return {"--dependency=afterany:" + *after};
}

std::string analysis_kind(const po::variables_map& values) {
  std::string kind = optional<std::string>(values, "analysis").value_or("");
  const Texts kinds{"afterany", "afterok"};
  if (!kind.empty() && std::ranges::find(kinds, kind) == kinds.end())
    throw_unknown_name("--analysis", kind, kinds);
  return kind;
}

/// Everything that is submitted.
struct Submission {
  fs::path run;
  std::string job;
  Texts job_options;
  std::string analysis;  ///< empty: none
  std::string analysis_kind;
};

void print(const Submission& submission) {
  std::cout << submission.job;
  if (!submission.analysis.empty()) std::cout << "\n# ----- analysis.sbatch -----\n" << submission.analysis;
}

void submit_analysis(const Submission& submission, const std::string& job) {
  if (submission.analysis.empty()) return;
  const fs::path script = cluster::analysis_script_path(submission.run);
  write_text_file(script, submission.analysis);
  // Without the second option a job whose condition cannot come true any more would wait forever.
  const std::string id = cluster::sbatch(
      script,
      {fmt::format("--dependency={}:{}", submission.analysis_kind, job), "--kill-on-invalid-dep=yes"});
  std::cout << fmt::format("Job {} then writes tables.md, claims.md and report.html there.\n", id);
}

void submit_all(const Submission& submission) {
  const fs::path script = cluster::job_script_path(submission.run);
  write_text_file(script, submission.job);
  const std::string job = cluster::sbatch(script, submission.job_options);
  const std::string run = cluster::shell_quoted(submission.run.string());
  std::cout << fmt::format(
      "Job {} is submitted ({}). Watch it: squeue -j {}; lnn-sweep status {} --watch. Stop it: scancel {}.\n",
      job, script.string(), job, run, job);
  submit_analysis(submission, job);
}

}  // namespace

int submit(const Words& words) {
  const auto [own, extra] = split(words);
  const po::variables_map values = parse(own, submit_syntax());
  if (values.contains("help")) return 0;
  if (!values.contains("file"))
    throw_user_error("submit: no experiment file. Usage: {}", submit_syntax().usage);
  refuse_words_of_submit(extra);
  const fs::path run = fs::absolute(values["out"].as<std::string>()).lexically_normal();
  const cluster::Profile profile = cluster::load_profile(values["profile"].as<std::string>());

  const Words job_words = run_words(values, extra);
  Words checked = job_words;
  checked.insert(checked.end(), {"--out", run});
  const auto request = read_run_words(checked);
  if (!request) return 0;

  const sweep::Board board = board_of(*request, {run});
  cluster::JobRequest job = job_request(values, board);
  const bool on_gpus = job.gpus.value_or(profile.gpus_per_node) > 0;
  const jets::EngineOptions& engine = request->options.engine;
  const sweep::PaceTable pace = sweep::earlier_pace({run}, engine.backend, on_gpus ? "cuda" : engine.device);
  job.trial_memory = sweep::measured_memory(board, pace);
  const cluster::JobSize size = cluster::size_job(profile, job, wall_time(board, pace));
  const cluster::JobCommand command{fs::read_symlink("/proc/self/exe"), run, fs::current_path(), job_words};
  Submission submission{run, cluster::job_script(profile, size, command), dependency(values), "",
                        analysis_kind(values)};
  if (!submission.analysis_kind.empty()) submission.analysis = cluster::analysis_script(profile, command);

  const bool dry_run = values["dry-run"].as<bool>();
  for (const std::string& reason : size.reasons) (dry_run ? std::cerr : std::cout) << reason << "\n";
  if (dry_run) {
    print(submission);
    return 0;
  }
  if (!values.contains("after")) prepare_run(run, *request);
  submit_all(submission);
  return 0;
}

}  // namespace lnn::cli
