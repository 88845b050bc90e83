#pragma once

#include "base/error.h"
#include "base/scratch_folder.h"
#include "store/run_directory.h"

namespace lnn::store {

/// A folder that is laid out like a run, for trials whose results nobody keeps; gone at the end.
class ScratchRun {
 public:
  /// Throws EnvironmentError when it cannot be made. `stem`: see ScratchFolder.
  explicit ScratchRun(const std::string& stem) : folder_(stem), run_{folder_.path()} {
    for (const auto& folder : {run_.trials(), run_.checkpoints(), run_.configs(), run_.logs()}) {
      std::error_code failure;
      std::filesystem::create_directories(folder, failure);
      if (!failure) continue;
      throw_environment_error("{}: no temporary folder can be made ({}). Set TMPDIR to a folder with space.",
                              folder.string(), failure.message());
    }
  }

  const RunDirectory& run() const { return run_; }

 private:
  ScratchFolder folder_;
  RunDirectory run_;
};

}  // namespace lnn::store
