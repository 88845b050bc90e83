#include <fstream>
#include <nlohmann/json.hpp>

#include "audit/verify_parts.h"
#include "base/error.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

bool is_event_log(const fs::path& path) {
  const std::string name = path.filename();
  return name == "events.jsonl" || (name.starts_with("events.") && name.ends_with(".jsonl"));
}

void take(Inspection& inspection, const Json& event) {
  const std::string id = event.value("id", "");
  const std::string what = event.value("event", "");
  if (what == "trial_start") inspection.started.insert(id);
  if (what != "trial_end") return;
  const std::string outcome = event.value("outcome", "");
  if (outcome == to_name(store::Outcome::completed) || outcome == to_name(store::Outcome::diverged)) {
    inspection.ended.insert(id);
  }
}

void verify_log(Inspection& inspection, const fs::path& path) {
  std::error_code ignored;
  // A named pipe would keep its reader waiting forever.
  std::ifstream file(fs::is_regular_file(path, ignored) ? path : fs::path(), std::ios::binary);
  if (!file) {
    inspection.add(Severity::damaged, path, "", "cannot be read (no permission, or not a file)",
                   "Check what it is.");
    return;
  }
  std::size_t torn = 0;
  for (std::string line; std::getline(file, line);) {
    if (file.eof() && inspection.options.running) break;  // being written
    const Json event = Json::parse(line, nullptr, false);
    if (event.is_object() && event.value("event", Json()).is_string() &&
        event.value("id", Json("")).is_string() && event.value("outcome", Json("")).is_string()) {
      take(inspection, event);
    } else if (!line.empty()) {
      ++torn;
    }
  }
  if (torn == 0) return;
  inspection.add(Severity::note, path, "",
                 fmt::format("{} torn line{} (whoever wrote was killed)", torn, torn == 1 ? "" : "s"),
                 "Nothing: readers skip such lines.");
}

}  // namespace

void verify_events(Inspection& inspection) {
  for (const auto& entry : fs::directory_iterator(inspection.run.root)) {
    if (is_event_log(entry.path())) verify_log(inspection, entry.path());
  }
}

}  // namespace lnn::audit
