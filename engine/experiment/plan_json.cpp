#include <map>
#include <tuple>

#include "base/error.h"
#include "base/files.h"
#include "experiment/digest.h"
#include "experiment/plan.h"
#include "experiment/plan_format.h"

namespace lnn::experiment {
namespace {

Json member_to_json(const Member& member) {
  return {{"experiment", member.arm->experiment},
          {"label", member.arm->label},
          {"seed", member.seed},
          {"swept", member.arm->swept}};
}

Json trial_to_json(const PlannedTrial& trial) {
  Json members = Json::array();
  for (const Member& member : trial.members) members.push_back(member_to_json(member));
  return {{"id", trial.id}, {"cost", trial.cost}, {"config", trial.config()}, {"members", members}};
}

/// Numbers things in the order in which they are first asked for.
template <class Thing>
class Numbers {
 public:
  std::size_t operator()(const Thing& thing) {
    const auto [place, is_new] = numbers_.emplace(thing, things_.size());
    if (is_new) things_.push_back(thing);
    return place->second;
  }
  const std::vector<Thing>& things() const { return things_; }

 private:
  std::map<Thing, std::size_t> numbers_;
  std::vector<Thing> things_;
};

/// cost_class, cost, pack.
using CostClass = std::tuple<std::string, double, std::string>;

/// What the trials of a plan refer to by number.
struct Shared {
  Numbers<std::shared_ptr<const Json>> bases;
  Numbers<std::shared_ptr<const PlannedArm>> arms;
  Numbers<CostClass> classes;
};

Json arm_to_json(const PlannedArm& arm, Shared& shared) {
  Json json{{"experiment", arm.experiment},
            {"label", arm.label},
            {"swept", arm.swept},
            {"difference", arm.difference}};
  if (arm.base) json["base"] = shared.bases(arm.base);
  return json;
}

std::string class_text(const CostClass& one) {
  return Json{{"cost_class", std::get<0>(one)}, {"cost", std::get<1>(one)}, {"pack", std::get<2>(one)}}
      .dump();
}

// By hand: a hundred thousand JSON objects would take as many allocations.
std::string trial_text(const PlannedTrial& trial, Shared& shared) {
  std::string members;
  for (const Member& member : trial.members)
    members += fmt::format("{}[{},{}]", members.empty() ? "" : ",", shared.arms(member.arm), member.seed);
  return fmt::format(R"({{"id":{},"class":{},"members":[{}]}})", Json(trial.id).dump(),
                     shared.classes({trial.cost_class, trial.cost, trial.pack}), members);
}

template <class Things, class ToText>
std::string lines(const Things& things, ToText to_text) {
  std::string text;
  for (const auto& thing : things) text += (text.empty() ? "\n" : ",\n") + to_text(thing);
  return "[" + text + "]";
}

}  // namespace

Json to_json(const Plan& plan) {
  Json trials = Json::array();
  for (const PlannedTrial& trial : plan.trials) trials.push_back(trial_to_json(trial));
  return {{"program", plan_program},
          {"plan_version", complete_plan_version},
          {"scale", plan.scale},
          {"experiments", plan.experiments},
          {"trials", trials}};
}

std::string plan_text(const Plan& plan) {
  Shared shared;
  const auto dumped = [](const Json& json) { return json.dump(); };
  const std::string trials =
      lines(plan.trials, [&](const PlannedTrial& trial) { return trial_text(trial, shared); });
  const std::string arms =
      lines(shared.arms.things(), [&](const auto& arm) { return arm_to_json(*arm, shared).dump(); });
  const std::string content = fmt::format(
      R"("scale":{},
"experiments":{},
"bases":{},
"arms":{},
"classes":{},
"trials":{}}}
)",
      Json(plan.scale).dump(), lines(plan.experiments, dumped),
      lines(shared.bases.things(), [&](const auto& base) { return dumped(*base); }), arms,
      lines(shared.classes.things(), class_text), trials);
  return fmt::format("{{\"program\":\"{}\",\"plan_version\":{},\"digest\":\"{}\",\n{}", plan_program,
                     shared_plan_version, short_digest(content), content);
}

void write_plan(const Plan& plan, const std::filesystem::path& path) {
  write_text_file(path, plan_text(plan));
}

}  // namespace lnn::experiment
