#pragma once

#include <string>

#include "store/trial_record.h"
#include "trial/protocol.h"

/// What a trial program says on standard output: the lines of trial/protocol.h in a pipe or a file, text for
/// people on a terminal. `trial` is the id of a trial in a pack, empty for one alone.
namespace lnn::trial {

void announce_epoch(const EpochEvent& event, const std::string& trial);

/// `path` is where the record has been written.
void announce_end(const store::TrialRecord& record, const std::string& path, const std::string& trial);

/// People see that a program works; only another program needs to be told.
void announce_life(const std::string& doing);

/// Ready for the next request. Nothing that libraries have printed before comes after it.
void announce_idle();

}  // namespace lnn::trial
