#include "experiment/experiment_file.h"

#include <algorithm>
#include <regex>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/names.h"
#include "experiment/arms.h"
#include "experiment/claim_form.h"
#include "experiment/file_format.h"
#include "experiment/form_checks.h"
#include "experiment/keys.h"
#include "experiment/table_form.h"

namespace lnn::experiment {
namespace {

// JSON readers keep the last of two equal fields silently; in a file written by hand that is a mistake.
Json::parser_callback_t refuse_repeated_fields(const std::string& where) {
  return [where, levels = std::vector<std::set<std::string>>()](int, Json::parse_event_t event,
                                                                Json& parsed) mutable {
    if (event == Json::parse_event_t::object_start) levels.emplace_back();
    if (event == Json::parse_event_t::object_end) levels.pop_back();
    if (event == Json::parse_event_t::key && !levels.back().insert(parsed.get<std::string>()).second) {
      throw_user_error("{}: the field {} is there twice in one object. Keep one of them.", where,
                       parsed.dump());
    }
    return true;
  };
}

Json parse_json(const std::string& text, const std::string& where) {
  try {
    return Json::parse(text, refuse_repeated_fields(where), true, true);
  } catch (const Json::parse_error& error) {
    throw_user_error("{}: not valid JSON ({}). Correct the file at this place.", where, error.what());
  }
}

void check_name(const std::string& name, const std::string& where) {
  static const std::regex allowed("[a-z][a-z0-9_-]*");
  if (!std::regex_match(name, allowed)) {
    throw_user_error("{}: name: '{}' is not allowed. Use lower-case letters, digits, '_' and '-'.", where,
                     name);
  }
}

void check_settings(const Json& object, const std::string& where) {
  const Settings settings = flatten(object, where);
  if (settings.contains(seed_key)) {
    throw_user_error("{}: network.seed is set by 'seeds'. List the seeds there.", where);
  }
  canonical_settings(settings, where);
}

void check_lists(const Json& object, const std::string& where) {
  for (const auto& [key, values] : flatten(object, where)) {
    if (!values.is_array() || values.empty()) {
      throw_user_error("{}: {}: {} is not a list of values. Write at least one value in [...].", where, key,
                       values.dump());
    }
    for (const Json& value : values) check_settings({{key, value}}, where);
  }
}

void check_zip_lengths(const Json& object, const std::string& where) {
  const Settings lists = flatten(object, where);
  for (const auto& [key, values] : lists) {
    const auto& [first, first_values] = *lists.begin();
    if (values.size() != first_values.size()) {
      throw_user_error("{}: {} has {} values but {} has {} (they are paired). Give both equally many.", where,
                       key, values.size(), first, first_values.size());
    }
  }
}

void check_cases(const Json& cases, const std::string& where) {
  if (cases.empty()) throw_user_error("{}: the list is empty. Add a case or remove the field.", where);
  std::set<std::string> labels;
  for (const Json& row : cases) {
    check_fields(row, case_fields(), where);
    const std::string label = row.at("label");
    if (label.empty()) throw_user_error("{}: a label is empty. Name the row.", where);
    if (!labels.insert(label).second) {
      throw_user_error("{}: the label '{}' is there twice. Give each case its own.", where, label);
    }
    check_settings(row.at("set"), fmt::format("{}: '{}'", where, label));
  }
}

// A key that two sections sweep would have a label that lies.
void check_swept_once(const Json& file, const std::string& where) {
  std::map<std::string, std::string> owners;
  const auto claim = [&](const Settings& settings, const std::string& section) {
    for (const auto& [key, value] : settings) {
      const auto [owner, is_new] = owners.emplace(key, section);
      if (!is_new && owner->second != section) {
        throw_user_error("{}: {} is swept by both '{}' and '{}'. Keep it in one of them.", where, key,
                         owner->second, section);
      }
    }
  };
  for (const Json& row : file.value("cases", Json::array())) claim(flatten(row.at("set"), where), "cases");
  for (const char* section : {"zip", "grid"})
    claim(flatten(file.value(section, Json::object()), where), section);
}

void check_seeds(const Json& seeds, const std::string& where) {
  const Key& key = *find_key(seed_key);
  if (seeds.empty()) throw_user_error("{}: the list is empty. Give at least one seed, e.g. [1].", where);
  std::set<std::int64_t> seen;
  for (const Json& seed : seeds) {
    if (!seen.insert(canonical_value(key, seed, where).get<std::int64_t>()).second) {
      throw_user_error("{}: the seed {} is there twice. Each replicate needs its own.", where, seed.dump());
    }
  }
}

void check_exclusions(const Json& exclusions, const Json& file, const std::string& where) {
  const auto axes = swept_values(file);
  std::vector<std::string> allowed{seed_key};
  for (const auto& [key, values] : axes) allowed.push_back(key);
  for (const Json& exclusion : exclusions) {
    const Settings entries = flatten(exclusion, where);
    if (entries.empty()) throw_user_error("{}: an empty object would drop every trial. Remove it.", where);
    for (const auto& [key, pattern] : entries) {
      if (key == seed_key) continue;
      if (!axes.contains(key)) throw_unknown_name(where + ": swept key", key, allowed);
      check_pattern(key, pattern, axes.at(key), where);
    }
  }
}

void check_scales(const Json& file, const std::string& where) {
  const Json scales = file.value("scales", Json::object());
  for (const auto& [name, scale] : scales.items()) {
    if (std::ranges::find(scale_names(), name) == scale_names().end()) {
      throw_unknown_name(where + ": scales", name, scale_names());
    }
    const std::string place = fmt::format("{}: scales.{}", where, name);
    check_fields(scale, scale_fields(), place);
    check_settings(scale.value("set", Json::object()), place + ".set");
    if (scale.contains("seeds")) check_seeds(scale.at("seeds"), place + ".seeds");
    check_exclusions(scale.value("exclude", Json::array()), file, place + ".exclude");
  }
}

void check_system(const Json& file, const std::string& where) {
  if (!file.contains("system")) return;
  check_settings({{"system", file.at("system")}}, where);
  if (file.contains("base") && file.at("base").contains("system")) {
    throw_user_error("{}: system is given twice (in the file and in base). Keep the file's.", where);
  }
}

void check_sweep(const Json& file, const std::string& where) {
  for (const char* section : {"grid", "zip"}) {
    check_lists(file.value(section, Json::object()), where + ": " + section);
  }
  check_zip_lengths(file.value("zip", Json::object()), where + ": zip");
  if (file.contains("cases")) check_cases(file.at("cases"), where + ": cases");
  check_swept_once(file, where);
}

void check_file(const Json& file, const std::string& where) {
  check_fields(file, file_fields(), where);
  check_name(file.at("name"), where);
  check_fields(file.value("paper", Json::object()), paper_fields(), where + ": paper");
  check_system(file, where);
  check_settings(file.value("base", Json::object()), where + ": base");
  check_sweep(file, where);
  if (file.contains("seeds")) check_seeds(file.at("seeds"), where + ": seeds");
  check_exclusions(file.value("exclude", Json::array()), file, where + ": exclude");
  check_scales(file, where);
  check_tables(file, where);
  check_claims(file, where);
}

}  // namespace

ExperimentFile parse_experiment(const std::string& text, const std::filesystem::path& path) {
  Json file = parse_json(text, path.string());
  check_file(file, path.string());
  std::string name = file.at("name");
  return {.path = path, .name = std::move(name), .text = std::move(file)};
}

ExperimentFile load_experiment(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw_user_error("{}: no such experiment file. Check the path; the papers' files are in experiments/.",
                     path.string());
  }
  return parse_experiment(read_text_file(path), path);
}

}  // namespace lnn::experiment
