#include "experiment/plan_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "experiment/digest.h"
#include "experiment/plan.h"

namespace lnn::experiment {
namespace {

using ArmPointer = std::shared_ptr<const PlannedArm>;

/// Version 1: the first trial's configuration becomes the base of all.
class CompleteReader {
 public:
  explicit CompleteReader(std::string where) : where_(std::move(where)) {}

  PlannedTrial trial(const Json& json) {
    const Json& config = json.at("config");
    if (!base_) base_ = std::make_shared<const Json>(config);
    const Json patch = difference(*base_, config);
    PlannedTrial trial{.id = json.at("id"), .cost = json.at("cost"), .members = {}};
    for (const Json& member : json.at("members")) {
      trial.members.push_back(
          {std::make_shared<const PlannedArm>(PlannedArm{.experiment = member.at("experiment"),
                                                         .label = member.at("label"),
                                                         .swept = member.at("swept"),
                                                         .base = base_,
                                                         .difference = patch,
                                                         .origin = where_}),
           member.at("seed")});
    }
    return trial;
  }

 private:
  std::string where_;
  std::shared_ptr<const Json> base_;
};

/// Version 2 (plan_text).
class SharedReader {
 public:
  SharedReader(const Json& plan, const std::string& where) : classes_(plan.at("classes")) {
    for (const Json& base : plan.at("bases")) bases_.push_back(std::make_shared<const Json>(base));
    for (const Json& arm : plan.at("arms")) arms_.push_back(arm_of(arm, where));
  }

  PlannedTrial trial(const Json& json) const {
    const Json& cost_class = classes_.at(json.at("class").get<std::size_t>());
    PlannedTrial trial{.id = json.at("id"),
                       .cost = cost_class.at("cost"),
                       .members = {},
                       .pack = cost_class.at("pack"),
                       .cost_class = cost_class.at("cost_class")};
    for (const Json& member : json.at("members"))
      trial.members.push_back({arms_.at(member.at(0).get<std::size_t>()), member.at(1)});
    return trial;
  }

 private:
  ArmPointer arm_of(const Json& json, const std::string& where) const {
    PlannedArm arm{.experiment = json.at("experiment"),
                   .label = json.at("label"),
                   .swept = json.at("swept"),
                   .difference = json.at("difference"),
                   .origin = where};
    if (json.contains("base")) arm.base = bases_.at(json.at("base").get<std::size_t>());
    return std::make_shared<const PlannedArm>(std::move(arm));
  }

  const Json& classes_;
  std::vector<std::shared_ptr<const Json>> bases_;
  std::vector<ArmPointer> arms_;
};

template <class Reader>
std::vector<PlannedTrial> read_trials(const Json& trials, Reader reader) {
  std::vector<PlannedTrial> read;
  read.reserve(trials.size());
  for (const Json& trial : trials) read.push_back(reader.trial(trial));
  return read;
}

int checked_version(const Json& json, const std::string& where) {
  if (!json.is_object() || json.value("program", Json()) != plan_program) {
    throw_environment_error("{}: not a plan of {}. Give the plan.json of a run directory.", where,
                            plan_program);
  }
  const Json version = json.value("plan_version", Json());
  if (version == complete_plan_version || version == shared_plan_version) return version;
  throw_environment_error(
      "{}: plan version {}, this program reads {} and {}. Use the program that wrote it, or plan again.",
      where, version.dump(), complete_plan_version, shared_plan_version);
}

[[noreturn]] void refuse_damage(const std::string& where, const char* problem) {
  throw_environment_error("{}: damaged plan ({}). The same 'lnn-sweep run' command makes it anew.", where,
                          problem);
}

// A flipped bit may leave valid JSON with another label or seed, and a table would then mix up its arms.
void check_digest(const Json& json, std::string_view text, const std::string& where) {
  const std::string_view content = text.substr(std::min(text.find('\n'), text.size() - 1) + 1);
  if (json.value("digest", Json()) != short_digest(std::string(content)))
    refuse_damage(where, "its digest does not match its content");
}

}  // namespace

Plan parse_plan(std::string_view text, const std::string& where) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded())
    throw_environment_error("{}: not valid JSON (damaged). The same 'lnn-sweep run' command makes it anew.",
                            where);
  const int version = checked_version(json, where);
  if (version == shared_plan_version) check_digest(json, text, where);
  try {
    const Json& trials = json.at("trials");
    return {.scale = json.at("scale"),
            .experiments = json.at("experiments"),
            .trials = version == complete_plan_version ? read_trials(trials, CompleteReader(where))
                                                       : read_trials(trials, SharedReader(json, where))};
  } catch (const Json::exception& error) {
    refuse_damage(where, error.what());
  } catch (const std::out_of_range& error) {
    refuse_damage(where, error.what());
  }
}

Plan read_plan(const std::filesystem::path& path) {
  return parse_plan(read_text_file(path), path.string());
}

}  // namespace lnn::experiment
