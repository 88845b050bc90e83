#include "audit/receipt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace lnn::audit {

void Receipt::add(std::string name, bool passed, std::string detail) {
  checks.push_back({std::move(name), passed, std::move(detail)});
}

bool Receipt::passed() const {
  return !checks.empty() && std::ranges::all_of(checks, &Check::passed);
}

nlohmann::json to_json(const Receipt& receipt) {
  nlohmann::json checks = nlohmann::json::array();
  for (const Check& check : receipt.checks)
    checks.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  return {{"schema_version", 1},
          {"passed", receipt.passed()},
          {"program", receipt.program},
          {"host", receipt.host},
          {"processor", receipt.processor},
          {"cores", receipt.cores},
          {"start", receipt.start},
          {"seconds", receipt.seconds},
          {"seed", receipt.seed},
          {"ranks", receipt.ranks},
          {"trials", receipt.trials},
          {"kills", receipt.kills},
          {"restarts", receipt.restarts},
          {"checks", checks}};
}

std::string to_text(const Receipt& receipt) {
  std::string text = fmt::format(
      "{}\n{} ({}, {} cores), {}, {}\n", receipt.program, receipt.host, receipt.processor, receipt.cores,
      receipt.start, receipt.ranks == 0 ? "without MPI" : fmt::format("mpirun -n {}", receipt.ranks));
  for (const Check& check : receipt.checks)
    text += fmt::format("  {}  {:<22} {}\n", check.passed ? "pass" : "FAIL", check.name, check.detail);
  return text + fmt::format("{} after {} (again with the same times: --seed {})\n",
                            receipt.passed() ? "ALL PASSED" : "FAILED", duration_text(receipt.seconds),
                            receipt.seed);
}

}  // namespace lnn::audit
