#include "audit/drill.h"

#include <filesystem>
#include <iostream>
#include <random>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "sweep/signals.h"
#include "sweep/sweep.h"

namespace lnn::cli {
namespace {

Syntax drill_syntax() {
  Syntax syntax{
      "lnn-sweep drill --out DIR [options]",
      "Does it survive here? Trains a small sweep undisturbed, and again while trial processes, the sweep "
      "itself "
      "and, with --mpi, its ranks and mpirun are killed at random times and the same command is started "
      "anew; "
      "asks it to drain (SIGUSR1); damages result files; and compares every number of every trial, bit by "
      "bit. "
      "Prints a receipt. Writes to DIR only and leaves no process behind. Exit code 0: all passed; 1: not.",
      po::options_description("Options"),
      {}};
  syntax.options.add_options()                                                                     //
      ("out", po::value<std::string>(), "folder for its files, new or empty")                      //
      ("seconds", po::value<double>()->default_value(30), "how long processes are killed")         //
      ("mpi", po::value<int>()->default_value(0), "N: run the sweep under mpirun with N ranks")    //
      ("seed", po::value<std::uint64_t>(), "of the random times; default: another one each time")  //
      ("json", po::bool_switch(), "the receipt as one JSON object for other programs");
  return syntax;
}

audit::DrillOptions drill_options(const po::variables_map& values) {
  audit::DrillOptions options;
  options.program = std::filesystem::read_symlink("/proc/self/exe");
  options.out = std::filesystem::absolute(values["out"].as<std::string>());
  options.seconds = values["seconds"].as<double>();
  options.ranks = values["mpi"].as<int>();
  options.seed = values.contains("seed") ? values["seed"].as<std::uint64_t>() : std::random_device{}();
  options.say = [](const std::string& line) { std::cerr << "lnn-sweep drill: " << line << std::endl; };
  options.stop = [] { return sweep::StopSignals::requested().has_value(); };
  return options;
}

}  // namespace

int drill(const Words& words) {
  const Syntax syntax = drill_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("out")) throw_user_error("drill: --out DIR is missing. Usage: {}", syntax.usage);
  const audit::DrillOptions options = drill_options(values);
  options.say(fmt::format("--seed {}", options.seed));
  const sweep::StopSignals signals;
  try {
    const audit::Receipt receipt = audit::run_drill(options);
    if (values["json"].as<bool>()) {
      std::cout << audit::to_json(receipt).dump() << "\n";
    } else {
      std::cout << audit::to_text(receipt);
    }
    return receipt.passed() ? 0 : 1;
  } catch (const audit::DrillStopped& stopped) {
    std::cerr << fmt::format("lnn-sweep: {}; nothing of it runs any more, and {} may be deleted\n",
                             stopped.what(), options.out.string());
    return sweep::run_again;
  }
}

}  // namespace lnn::cli
