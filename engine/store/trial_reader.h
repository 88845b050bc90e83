#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/trial_record.h"

namespace lnn::store {

/// What a trial recorded epoch by epoch and of its model.
struct TrialArrays {
  std::vector<Column> history;  ///< without units and meanings
  std::vector<ArrayGroup> groups;
};

/// What a summary leaves out, trial by trial: from RUN/trials/<id>.h5 of a run folder, or from /trials/<id>
/// of a results.h5 that stands alone.
///
/// All functions throw EnvironmentError naming the file, the trial and what is wrong with it.
class TrialReader {
 public:
  /// `run` is a run folder, a results.h5, or a folder that holds only that.
  explicit TrialReader(std::filesystem::path run);
  ~TrialReader();
  TrialReader(TrialReader&&) noexcept;

  /// The columns of /history; units and meanings are left empty, which takes half the time.
  std::vector<Column> history(const std::string& id) const;
  /// The history and the groups of arrays: a fifth of the time that everything takes.
  TrialArrays arrays(const std::string& id) const;
  /// Everything.
  TrialRecord record(const std::string& id) const;

 private:
  struct ResultsFile;

  /// What `read` makes of the trial's group; `what` it is for the message of an error.
  template <class Read>
  auto read_with(Read read, const std::string& id, const char* what) const;

  std::filesystem::path run_;
  std::unique_ptr<ResultsFile> results_;  ///< null for a folder
};

}  // namespace lnn::store
