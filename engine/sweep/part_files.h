#pragma once

#include <string>
#include <vector>

#include "store/run_directory.h"
#include "sweep/shard.h"

namespace lnn::sweep {

/// A file in a run directory that belongs to one part of the sweep.
struct PartFile {
  Shard shard;
  std::filesystem::path path;
};

/// The files RUN/<stem>.shard-K-of-N<ending>, by N and K. None when the folder cannot be read.
std::vector<PartFile> part_files(const store::RunDirectory& run, const std::string& stem,
                                 const std::string& ending);

/// The event logs that are there: that of whole sweeps, then those of parts.
std::vector<PartFile> event_logs(const store::RunDirectory& run);

}  // namespace lnn::sweep
