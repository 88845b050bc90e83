#pragma once

#include <optional>
#include <string>

#include "store/trial_file.h"

/// The note in a trial file's seal (store/sealed_file.h): how the trial ended, as one line of JSON.
///
///   {"id":"0123456789ab","outcome":"diverged","attempts":2,"seconds":12.5,"reason":"the loss became NaN"}
namespace lnn::store {

/// At most largest_note bytes; a longer reason is cut.
std::string note_of(const TrialRecord& record);

/// Reads what note_of makes; nothing when the text is something else.
std::optional<Glance> parse_note(const std::string& note);

/// What a record's note says, with the whole reason.
Glance glance_of(const TrialRecord& record);

}  // namespace lnn::store
