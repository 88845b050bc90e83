#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audit/compare_trials.h"

/// Comparisons as commands print them.
namespace lnn::audit {

/// [{"part", "what", "epoch" (or null), "position" (or null), "first", "second", "relative" (or null)}]
nlohmann::json to_json(const std::vector<Difference>& differences);
/// [{"name", "first", "second"}]
nlohmann::json to_json(const std::vector<FactDifference>& facts);

/// "instruction_set: avx512 there, avx2 here".
std::string to_text(const FactDifference& fact, const std::string& there, const std::string& here);

}  // namespace lnn::audit
