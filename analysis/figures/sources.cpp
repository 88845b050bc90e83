#include "analysis/figures/sources.h"

#include "base/error.h"

namespace lnn::figures {

Sources::Sources(std::vector<analysis::RunResults> runs) {
  for (const analysis::RunResults& run : runs) {
    const auto reader = std::make_shared<store::TrialReader>(run.name);
    for (const auto& [id, record] : run.contents.records) {
      const bool completed = record.outcome == store::Outcome::completed;
      const auto [known, is_new] = readers_.try_emplace({run.plan.scale, id}, reader);
      // As pooling has it: of two runs' files a completed one counts.
      if (!is_new && completed) known->second = reader;
    }
  }
  runs_ = analysis::merge_runs(std::move(runs));
}

store::TrialArrays Sources::read(const std::string& scale, const std::string& id) const {
  const auto found = readers_.find({scale, id});
  invariant(found != readers_.end(), "a record comes from one of the runs");
  return found->second->arrays(id);
}

}  // namespace lnn::figures
