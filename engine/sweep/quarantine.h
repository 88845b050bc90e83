#pragma once

#include "store/run_directory.h"
#include "sweep/board.h"
#include "sweep/slot.h"

/// Trials that have failed so often that they are left alone: what a person needs to look into one.
namespace lnn::sweep {

/// Writes RUN/quarantine/<id>.txt: the trial, how each sweep gave up on it, the last lines of its log, and a
/// one-line command that trains it alone in the same way. Throws EnvironmentError when that is impossible.
void write_quarantine(const store::RunDirectory& run, const TrialStatus& trial, const TrialEnd& end,
                      const Job& job);

/// Takes a trial out of it, if it was there.
void leave_quarantine(const store::RunDirectory& run, const std::string& id);

}  // namespace lnn::sweep
