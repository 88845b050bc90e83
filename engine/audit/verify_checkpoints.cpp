#include "audit/verify_parts.h"
#include "base/error.h"
#include "store/checkpoint_file.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;

// A trial that failed may be started again, and then goes on from its checkpoint.
bool is_final(store::Outcome outcome) {
  return outcome == store::Outcome::completed || outcome == store::Outcome::diverged;
}

void verify_checkpoint(Inspection& inspection, const std::string& id) {
  const fs::path path = inspection.run.checkpoint(id);
  try {
    const store::Checkpoint checkpoint = store::read_checkpoint(path);
    if (checkpoint.id != id) {
      inspection.add(Severity::damaged, path, id, fmt::format("holds trial '{}'", checkpoint.id),
                     "Delete it: this training starts over.");
    } else {
      inspection.saved_epochs[id] = checkpoint.epochs();
    }
  } catch (const EnvironmentError& error) {
    std::error_code ignored;
    if (inspection.options.running && !fs::exists(path, ignored)) return;  // its trial has just ended
    const Complaint complaint = split_message(error.what(), path);
    inspection.add(Severity::damaged, path, id, complaint.problem, complaint.remedy);
  }
}

}  // namespace

void verify_checkpoints(Inspection& inspection) {
  for (const auto& trial : inspection.plan.trials) {
    std::error_code ignored;
    if (!fs::exists(inspection.run.checkpoint(trial.id), ignored)) continue;
    const bool finished = inspection.trials.contains(trial.id);
    if (!finished) {
      verify_checkpoint(inspection, trial.id);
    } else if (!inspection.options.running && is_final(inspection.trials.at(trial.id).outcome)) {
      inspection.add(Severity::note, inspection.run.checkpoint(trial.id), trial.id, "its trial is finished",
                     "It may be deleted.");
    }
  }
}

}  // namespace lnn::audit
