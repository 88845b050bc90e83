#include "base/error.h"
#include "base/files.h"
#include "experiment/plan.h"
#include "experiment/trial_config.h"

namespace lnn::experiment {
namespace {

constexpr const char* program = "lnn-sweep";
constexpr int plan_version = 1;

Json member_to_json(const Trial& member) {
  return {{"experiment", member.experiment},
          {"label", member.label},
          {"seed", member.seed},
          {"swept", member.swept}};
}

Trial member_from_json(const Json& json, const std::string& id) {
  return {.id = id,
          .experiment = json.at("experiment"),
          .label = json.at("label"),
          .swept = json.at("swept"),
          .seed = json.at("seed"),
          .config = nullptr};
}

Json trial_to_json(const PlannedTrial& trial) {
  Json members = Json::array();
  for (const Trial& member : trial.members) members.push_back(member_to_json(member));
  return {{"id", trial.id}, {"cost", trial.cost}, {"config", trial.config}, {"members", members}};
}

PlannedTrial trial_from_json(const Json& json, const std::string& where) {
  PlannedTrial trial{
      .id = json.at("id"), .config = json.at("config"), .cost = json.at("cost"), .members = {}};
  if (trial_id(trial.config) != trial.id) {
    throw_environment_error(
        "{}: the configuration of trial {} does not belong to its id (edited or damaged). Plan again.", where,
        trial.id);
  }
  for (const Json& member : json.at("members")) trial.members.push_back(member_from_json(member, trial.id));
  return trial;
}

}  // namespace

Json to_json(const Plan& plan) {
  Json trials = Json::array();
  for (const PlannedTrial& trial : plan.trials) trials.push_back(trial_to_json(trial));
  return {{"program", program},
          {"plan_version", plan_version},
          {"scale", plan.scale},
          {"experiments", plan.experiments},
          {"trials", trials}};
}

Plan plan_from_json(const Json& json, const std::string& where) {
  if (!json.is_object() || json.value("program", Json()) != program) {
    throw_environment_error("{}: not a plan of {}. Give the plan.json of a run directory.", where, program);
  }
  if (json.value("plan_version", Json()) != plan_version) {
    throw_environment_error(
        "{}: plan version {}, this program reads {}. Use the program that wrote it, or plan again.", where,
        json.value("plan_version", Json()).dump(), plan_version);
  }
  try {
    Plan plan{.scale = json.at("scale"), .experiments = json.at("experiments"), .trials = {}};
    for (const Json& trial : json.at("trials")) plan.trials.push_back(trial_from_json(trial, where));
    return plan;
  } catch (const Json::exception& error) {
    throw_environment_error("{}: damaged plan ({}). Plan again.", where, error.what());
  }
}

void write_plan(const Plan& plan, const std::filesystem::path& path) {
  write_text_file(path, to_json(plan).dump(2) + "\n");
}

Plan read_plan(const std::filesystem::path& path) {
  const Json json = Json::parse(read_text_file(path), nullptr, false);
  if (json.is_discarded())
    throw_environment_error("{}: not valid JSON (damaged). Plan again.", path.string());
  return plan_from_json(json, path.string());
}

}  // namespace lnn::experiment
