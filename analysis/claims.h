#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/claim_data.h"
#include "analysis/effect.h"
#include "base/names.h"

/// Published claims, judged by what runs measured (rules: experiments/README.md, "Claims").
namespace lnn::analysis {

enum class Verdict { reproduced, not_reproduced, undecided, not_judged };

/// One planned trial of a claim's group.
struct ClaimTrial {
  std::string id;
  std::string arm;
  std::uint64_t seed = 0;
  std::string outcome;          ///< an outcome's name, "damaged" or "missing"
  bool ended = false;           ///< a resumed run would not continue it
  std::optional<double> value;  ///< finite; only of completed trials

  /// It ended without a value, which counts as worse than any.
  bool lost() const { return ended && !value; }
};

struct ClaimGroup {
  ArmGroup arms;
  bool is_against = false;
  std::vector<ClaimTrial> trials;  ///< by arm, then seed
  std::size_t seeds = 0;           ///< distinct ones among ended trials
  std::optional<double> level;     ///< the claim's statistic over all ended trials; may be infinite
};

struct JudgedClaim {
  ClaimDefinition definition;
  Verdict verdict = Verdict::undecided;
  std::string why;
  Statistic statistic = Statistic::mean;  ///< what was used: the median as soon as a trial is lost
  std::vector<ClaimGroup> groups;         ///< in the definition's order; empty where it is not judged
  std::vector<Effect> effects;            ///< one; for "order" one per pair of neighbors; empty without data

  /// Some planned trial has not ended.
  bool partial() const;
};

/// The claims of one experiment at one scale.
struct ClaimReport {
  std::string experiment;
  std::string title;
  std::string scale;
  std::vector<std::string> runs;
  int planned = 0;  ///< distinct trials of the experiment
  int ended = 0;    ///< of these
  std::vector<JudgedClaim> claims;

  int count(Verdict verdict) const;
};

/// Judges one claim. Never throws for lack of data: the verdict is then `undecided` and says why.
JudgedClaim judge(const ClaimDefinition& definition, const PooledExperiment& experiment);

/// Judges all claims of all runs; experiments without claims are left out. Throws as pool_experiments().
std::vector<ClaimReport> judge_claims(std::span<const RunResults> runs);

}  // namespace lnn::analysis

namespace lnn {
template <>
struct EnumNames<analysis::Verdict> {
  using E = analysis::Verdict;
  static constexpr const char* what = "verdict";
  static constexpr std::array table{
      std::pair{E::reproduced, "reproduced"}, std::pair{E::not_reproduced, "not reproduced"},
      std::pair{E::undecided, "undecided"}, std::pair{E::not_judged, "not judged at this scale"}};
};
}  // namespace lnn
