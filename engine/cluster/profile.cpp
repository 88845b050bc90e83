#include "cluster/profile.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"

namespace lnn::cluster {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// One value of a profile and how to complain about it.
struct Value {
  const Json& json;
  std::string where;  // "FILE: KEY"

  [[noreturn]] void refuse(const char* allowed) const {
    throw_user_error("{}: {} is not allowed. Write {}.", where, json.dump(), allowed);
  }
};

// Texts end up in a shell script and in #SBATCH lines: one line each.
std::string line(const Value& value) {
  if (!value.json.is_string()) value.refuse("a text");
  const std::string text = value.json;
  if (text.find('\n') != std::string::npos) value.refuse("a text of one line");
  return text;
}

std::string word(const Value& value) {
  const std::string text = line(value);
  if (text.find_first_of(" \t\"'") != std::string::npos) value.refuse("a name without spaces and quotes");
  return text;
}

std::vector<std::string> lines(const Value& value) {
  if (!value.json.is_array()) value.refuse("a list of texts");
  std::vector<std::string> result;
  for (const Json& entry : value.json) result.push_back(line({entry, value.where}));
  return result;
}

std::vector<std::string> options(const Value& value) {
  std::vector<std::string> result = lines(value);
  for (const std::string& option : result) {
    if (!option.starts_with("--")) value.refuse("options as [\"--qos=long\"]");
  }
  return result;
}

int count(const Value& value, int least) {
  if (!value.json.is_number_integer() || value.json < least || value.json > 1'000'000) {
    value.refuse(least == 0 ? "a whole number, 0 or more" : "a whole number, 1 or more");
  }
  return value.json;
}

double gigabytes(const Value& value) {
  if (!value.json.is_number() || value.json <= 0) value.refuse("gigabytes, more than 0");
  return value.json;
}

double duration(const Value& value) {
  return parse_duration(line(value), value.where + ":");
}

using Reader = std::function<void(Profile&, const Value&)>;

const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> table{
      {"description", [](Profile& p, const Value& v) { p.description = line(v); }},
      {"partition", [](Profile& p, const Value& v) { p.partition = word(v); }},
      {"account", [](Profile& p, const Value& v) { p.account = word(v); }},
      {"cores_per_node", [](Profile& p, const Value& v) { p.cores_per_node = count(v, 1); }},
      {"memory_per_node", [](Profile& p, const Value& v) { p.memory_per_node = gigabytes(v); }},
      {"gpus_per_node", [](Profile& p, const Value& v) { p.gpus_per_node = count(v, 0); }},
      {"gpu_type", [](Profile& p, const Value& v) { p.gpu_type = word(v); }},
      {"workers_per_gpu", [](Profile& p, const Value& v) { p.workers_per_gpu = count(v, 1); }},
      {"max_nodes", [](Profile& p, const Value& v) { p.max_nodes = count(v, 1); }},
      {"max_time", [](Profile& p, const Value& v) { p.max_time = duration(v); }},
      {"max_array", [](Profile& p, const Value& v) { p.max_array = count(v, 1); }},
      {"warning", [](Profile& p, const Value& v) { p.warning = duration(v); }},
      {"launcher", [](Profile& p, const Value& v) { p.launcher = from_name<Launcher>(line(v)); }},
      {"launcher_options", [](Profile& p, const Value& v) { p.launcher_options = lines(v); }},
      {"modules", [](Profile& p, const Value& v) { p.modules = lines(v); }},
      {"setup", [](Profile& p, const Value& v) { p.setup = lines(v); }},
      {"sbatch", [](Profile& p, const Value& v) { p.sbatch = options(v); }}};
  return table;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  for (const auto& [key, reader] : readers()) keys.push_back(key);
  return keys;
}

Profile read_profile(const fs::path& file) {
  const std::string text = read_text_file(file);
  Json json;
  try {
    json = Json::parse(text, nullptr, true, true);
  } catch (const Json::parse_error& error) {
    throw_user_error("{}: not valid JSON ({}). Correct the file at this place.", file.string(), error.what());
  }
  if (!json.is_object()) throw_user_error("{}: is not a JSON object. Write {{...}}.", file.string());
  Profile profile;
  profile.file = file;
  for (const auto& [key, value] : json.items()) {
    const auto reader = readers().find(key);
    if (reader == readers().end()) throw_unknown_name(file.string() + ": key", key, known_keys());
    reader->second(profile, {value, file.string() + ": " + key});
  }
  return profile;
}

fs::path user_folder() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config != '\0') return fs::path(config) / "lnn-sweep";
  return home != nullptr && *home != '\0' ? fs::path(home) / ".config" / "lnn-sweep" : fs::path();
}

std::vector<fs::path> slurm_folders() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  std::vector<fs::path> folders{program.parent_path().parent_path() / "share" / "lnn-sweep" / "slurm",
                                LNN_SLURM_FOLDER};
  if (const fs::path own = user_folder(); !own.empty()) folders.insert(folders.begin(), own);
  return folders;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const fs::path& folder : slurm_folders()) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder / "profiles", missing)) {
      if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace

fs::path find_slurm_file(const std::string& relative) {
  std::error_code ignored;
  for (const fs::path& folder : slurm_folders()) {
    if (fs::is_regular_file(folder / relative, ignored)) return folder / relative;
  }
  return {};
}

Profile load_profile(const std::string& name_or_path) {
  if (name_or_path.ends_with(".json")) {
    std::error_code ignored;
    if (!fs::is_regular_file(name_or_path, ignored)) {
      throw_user_error(
          "--profile {}: there is no such file. Give the path of a profile or one of the names {}.",
          name_or_path, quoted_list(profile_names()));
    }
    return read_profile(name_or_path);
  }
  const bool plain = name_or_path.find('/') == std::string::npos;
  const fs::path file = plain ? find_slurm_file("profiles/" + name_or_path + ".json") : fs::path();
  if (file.empty()) throw_unknown_name("--profile", name_or_path, profile_names());
  return read_profile(file);
}

}  // namespace lnn::cluster
