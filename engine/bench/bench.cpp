#include "bench/bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "bench/machine_facts.h"
#include "bench/measure_case.h"
#include "bench/worker_process.h"

namespace lnn::bench {
namespace {

// What a trial would take, or the first that is asked for.
jets::EngineOptions worker_engine(const CaseResult& c, const Selection& selection) {
  if (selection.backends.empty() && selection.precisions.empty()) return {};
  const jets::EngineFacts& first = c.contenders.front().engine;
  return {.backend = first.backend, .precision = first.precision};
}

}  // namespace

Result run_bench(const BenchOptions& options, const std::function<void(const std::string&)>& say) {
  constexpr double windows_per_case = 8;  // of the throughput, so that it takes about as long as the timing
  Result result;
  result.seconds_per_case = options.seconds;
  result.machine = machine_facts();
  Ceiling ceiling;
  for (std::size_t i = 0; i < options.cases.size(); ++i) {
    const Case& definition = options.cases[i];
    const auto left = static_cast<double>(options.cases.size() - i) * options.seconds;
    say(fmt::format("case {} of {}: {} (about {} to go)", i + 1, options.cases.size(), describe(definition),
                    duration_text(options.processes >= 2 ? 2 * left : left)));
    CaseResult& c = result.cases.emplace_back(
        measure_case(make_problem(definition), options.selection, options.seconds, ceiling));
    c.worker = measure_in_processes(definition, worker_engine(c, options.selection), options.processes,
                                    options.seconds / windows_per_case);
  }
  result.machine.threads = std::max(result.machine.threads, machine_facts().threads);
  result.ceilings = ceiling.products();
  return result;
}

}  // namespace lnn::bench
