#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>

#include "analysis/claims.h"
#include "base/names.h"

/// Judged claims as text: for people (Markdown, LaTeX) and for programs (JSON; numbers with all their
/// digits).
namespace lnn::analysis {

enum class ClaimFormat { markdown, latex, json };

/// One table per experiment and scale: claim, published, measured (statistic of each group, effect with its
/// 95 % interval, n seeds), verdict, why; below it the counts and what each claim says.
std::string claims_markdown(std::span<const ClaimReport> reports);

/// `table` floats with the claims' statements, published, measured and verdict (\usepackage{booktabs}).
std::string claims_latex(std::span<const ClaimReport> reports);

/// Stable: fields are added, never renamed or removed, while "version" stays 1.
///
///   {"format": "lnn-sweep claims", "version": 1, "experiments": [{
///     "experiment", "title", "scale": text, "runs": [text],
///     "planned", "finished": trials, "partial": finished < planned,
///     "counts": {"reproduced", "not reproduced", "undecided", "not judged at this scale": claims},
///     "claims": [{
///       "name", "statement", "paper", "note", "metric", "comparison": text,
///       "statistic": "mean", "geometric_mean" or "median": what was used,
///       "published": [number], "tolerance": number or null,
///       "verdict": one of the names in "counts", "why": text, "partial": some of its trials have not ended,
///       "effects": [{"kind": "level", "difference", "ratio", "reduction_percent" or "ratio_to_published",
///                    "estimate": number or null,
///                    "interval": {"low", "high": number or null, "confidence"} or null, "paired"}],
///       "groups": [{"role": "of" or "against", "label": text, "where": {swept key: value or values},
///                   "seeds": distinct seeds of trials that ended, "level": number or null,
///                   "trials": [{"id", "arm": text, "seed", "outcome", "ended", "value": number or
///                   null}]}]}]}]}
///
/// Comparison "order" has one effect per pair of neighboring groups, all others one; there is none without
/// data. null stands for what there is not, and for an infinite number.
std::string claims_json(std::span<const ClaimReport> reports);

std::string render_claims(std::span<const ClaimReport> reports, ClaimFormat format);

/// What a claim's row says, for people.
struct ClaimWords {
  std::string statement;  ///< with its place in the paper and its note
  std::string published;
  std::string measured;
};
ClaimWords claim_words(const JudgedClaim& claim);

}  // namespace lnn::analysis

namespace lnn {
template <>
struct EnumNames<analysis::ClaimFormat> {
  using E = analysis::ClaimFormat;
  static constexpr const char* what = "--format";
  static constexpr std::array table{std::pair{E::markdown, "md"}, std::pair{E::latex, "latex"},
                                    std::pair{E::json, "json"}};
};
}  // namespace lnn
