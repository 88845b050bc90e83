#include <iostream>

#include "base/error.h"
#include "cli/options.h"
#include "store/run_directory.h"

namespace lnn::cli {

int collect(const Words& words) {
  Syntax syntax{.usage = "lnn-sweep collect RUN",
                .summary =
                    "Rebuilds RUN/results.h5 from the finished trials in RUN/trials: every trial under "
                    "/trials/<id>, and\n"
                    "/table with one row per trial and arm, for h5py and pandas. It may be run at any "
                    "time, also while\n"
                    "the sweep runs. Exit code 1 when trial files are damaged; they are named and left out.",
                .options = {},
                .positional = {"RUN"}};
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("collect: RUN is missing. Usage: {}", syntax.usage);

  const store::RunDirectory run{values["RUN"].as<std::vector<std::string>>().front()};
  const experiment::Plan plan = store::read_run_plan(run);
  const store::RunContents contents = store::collect(run, plan);
  for (const auto& [id, problem] : contents.damaged) std::cerr << "lnn-sweep: " << problem << "\n";
  std::cout << fmt::format("{}: {} of {} planned trials\n", run.results().string(), contents.records.size(),
                           plan.trials.size());
  return contents.damaged.empty() ? 0 : 1;
}

}  // namespace lnn::cli
