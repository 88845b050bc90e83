#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "base/version.h"
#include "cli/commands.h"

namespace {

using lnn::cli::Words;

struct Command {
  const char* name;
  int (*run)(const Words&);
  const char* summary;
};

constexpr std::array commands{
    Command{"systems", lnn::cli::systems, "the physical systems with coordinates and constants"},
    Command{"schema", lnn::cli::schema, "JSON schema of experiment files, for editors"},
    Command{"plan", lnn::cli::plan, "list the trials of experiment files; trains nothing"},
    Command{"run", lnn::cli::run, "run a sweep (alone or under mpirun / srun); run again to resume"},
    Command{"submit", lnn::cli::submit,
            "run a sweep as a Slurm job that sizes itself; or only write the job"},
    Command{"status", lnn::cli::status, "how far a run is, from any shell"},
    Command{"train", lnn::cli::train, "train one configuration"},
    Command{"collect", lnn::cli::collect, "rebuild RUN/results.h5 from RUN/trials"},
    Command{"verify", lnn::cli::verify, "check every file of a run, list what is damaged or missing"},
    Command{"replay", lnn::cli::replay, "train one trial again and compare bit by bit"},
    Command{"why", lnn::cli::why, "the first difference between two trials, and its likely cause"},
    Command{"drill", lnn::cli::drill, "does a sweep survive here? kills, damage, and a receipt"},
    Command{"table", lnn::cli::table, "the paper's tables, measured beside published"},
    Command{"claims", lnn::cli::claims, "every published claim: reproduced, not reproduced or undecided"},
    Command{"report", lnn::cli::report, "one HTML page with all of it: tables, claims, figures, provenance"},
    Command{"export", lnn::cli::export_command, "trials, epochs and rollouts as CSV or JSON"},
    Command{"figures", lnn::cli::figures, "the papers' figures: pictures, gnuplot scripts and data"},
    Command{"rollout", lnn::cli::rollout, "trajectories of trained models again, with other settings"},
    Command{"bench", lnn::cli::bench,
            "how fast every derivative engine trains on this machine, and its error"},
};

void print_help(std::ostream& out) {
  out << "lnn-sweep: trains Lagrangian neural networks over ablation grids and prints the papers' tables.\n\n"
         "Usage: lnn-sweep COMMAND [options]      (lnn-sweep COMMAND --help explains one)\n\n";
  for (const Command& command : commands) {
    out << "  " << command.name << std::string(10 - std::string(command.name).size(), ' ') << command.summary
        << "\n";
  }
  out << "\nStart with: lnn-sweep run experiments/initialization.json --scale desk --out "
         "results/initialization\n"
         "Exit codes: 0 all well; 1 some trials did not complete; 2 bad command line or experiment file;\n"
         "            3 the environment (disk, MPI, device); 75 stopped early, run again to continue.\n";
}

int dispatch(const Words& words) {
  if (words.empty()) {
    print_help(std::cerr);
    return 2;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help(std::cout);
    return 0;
  }
  if (words[0] == "--version") {
    std::cout << lnn::version_line() << "\n";
    return 0;
  }
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (words[0] == command.name) return command.run(Words(words.begin() + 1, words.end()));
    names.emplace_back(command.name);
  }
  lnn::throw_unknown_name("command", words[0], names);
}

}  // namespace

int main(int argc, char** argv) {
  // `lnn-sweep table ... | head` must end quietly, not with a stack of errors.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    return dispatch(Words(argv + 1, argv + argc));
  } catch (const lnn::UserError& error) {
    std::cerr << "lnn-sweep: " << error.what() << "\n";
    return 2;
  } catch (const lnn::EnvironmentError& error) {
    std::cerr << "lnn-sweep: " << error.what() << "\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "lnn-sweep: " << error.what() << "\n";
    return 3;
  }
}
