#pragma once

#include <string>

#include "analysis/claims.h"

namespace lnn::analysis {

struct Finding {
  Verdict verdict = Verdict::undecided;
  std::string why;
};

/// The verdict that the claim's effects allow. Precondition: there are as many effects as the comparison
/// needs, and all have intervals.
Finding finding_of(const JudgedClaim& claim);

}  // namespace lnn::analysis
