#include "sweep/part_files.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <tuple>

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;

// True only for exactly the name that such a file has: no temporaries, no other spelling.
std::optional<Shard> shard_of(const std::string& name, const std::string& stem, const std::string& ending) {
  Shard shard;
  if (!name.starts_with(stem) ||
      std::sscanf(name.c_str() + stem.size(), ".shard-%9d-of-%9d", &shard.index, &shard.count) != 2) {
    return std::nullopt;
  }
  const bool exact = stem + store::RunDirectory::suffix_of(shard.text()) + ending == name;
  return exact && shard.index >= 1 && shard.index <= shard.count ? std::optional(shard) : std::nullopt;
}

}  // namespace

std::vector<PartFile> part_files(const store::RunDirectory& run, const std::string& stem,
                                 const std::string& ending) {
  std::vector<PartFile> files;
  std::error_code failure;
  for (fs::directory_iterator entry(run.root, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (const auto shard = shard_of(entry->path().filename().string(), stem, ending)) {
      files.push_back({*shard, entry->path()});
    }
  }
  std::ranges::sort(files, {},
                    [](const PartFile& file) { return std::tuple(file.shard.count, file.shard.index); });
  return files;
}

std::vector<PartFile> event_logs(const store::RunDirectory& run) {
  std::vector<PartFile> logs = part_files(run, "events", ".jsonl");
  std::error_code ignored;
  if (fs::exists(run.events(), ignored)) logs.insert(logs.begin(), {Shard(), run.events()});
  return logs;
}

}  // namespace lnn::sweep
