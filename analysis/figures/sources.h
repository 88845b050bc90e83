#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analysis/runs.h"
#include "store/trial_reader.h"

/// Runs whose trials' histories and arrays figures can read.
namespace lnn::figures {

class Sources {
 public:
  /// Pools runs of one scale. Throws UserError when an arm has different settings in two runs.
  explicit Sources(std::vector<analysis::RunResults> runs);

  const std::vector<analysis::RunResults>& runs() const { return runs_; }
  /// What the trial's summary in runs() leaves out. Throws EnvironmentError for a file that cannot be read.
  store::TrialArrays read(const std::string& scale, const std::string& id) const;

 private:
  std::map<std::pair<std::string, std::string>, std::shared_ptr<store::TrialReader>> readers_;
  std::vector<analysis::RunResults> runs_;
};

}  // namespace lnn::figures
