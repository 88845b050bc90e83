#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analysis/runs.h"
#include "store/trial_reader.h"

/// Runs whose trials figures can read in full.
namespace lnn::figures {

class Sources {
 public:
  /// Pools runs of one scale. Throws UserError when an arm has different settings in two runs.
  explicit Sources(std::vector<analysis::RunResults> runs);

  const std::vector<analysis::RunResults>& runs() const { return runs_; }
  /// All that a trial's file holds. Throws EnvironmentError for a file that cannot be read.
  store::TrialRecord read(const std::string& scale, const std::string& id) const;

 private:
  std::map<std::pair<std::string, std::string>, std::shared_ptr<store::TrialReader>> readers_;
  std::vector<analysis::RunResults> runs_;
};

}  // namespace lnn::figures
