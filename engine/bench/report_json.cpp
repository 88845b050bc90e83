#include <nlohmann/json.hpp>

#include "bench/report.h"

namespace lnn::bench {
namespace {

using Json = nlohmann::ordered_json;

Json milliseconds(const Times& times) {
  return {{"median", 1e3 * times.median()}, {"best", 1e3 * times.best()}};
}

Json speedup(const ContenderResult* baseline, const ContenderResult& contender) {
  if (baseline == nullptr) return nullptr;
  return {{"median", baseline->gradient.median() / contender.gradient.median()},
          {"best", baseline->gradient.best() / contender.gradient.best()}};
}

Json contender_json(const Result& result, const CaseResult& c, const ContenderResult& contender) {
  const double gflops = c.flops / contender.gradient.median() / 1e9;
  const double ceiling = result.ceiling(contender.engine.precision).gflops;
  return {{"backend", contender.engine.backend},
          {"precision", contender.engine.precision},
          {"instruction_set", contender.engine.instruction_set},
          {"steps_timed", contender.step.count()},
          {"gradient_ms", milliseconds(contender.gradient)},
          {"step_ms", milliseconds(contender.step)},
          {"speedup_over_autograd", speedup(c.baseline(), contender)},
          {"gflops", gflops},
          {"share_of_ceiling", ceiling > 0 ? Json(gflops / ceiling) : Json(nullptr)},
          {"validations_timed", contender.validation.count()},
          {"validation_us_per_sample", 1e6 * contender.validation.median() / c.definition.batch},
          {"validation_to_training", contender.validation.median() / contender.step.median()},
          {"gradient_error", contender.gradient_error}};
}

Json process_json(const WorkerResult& worker) {
  Json json{{"backend", worker.engine.backend},
            {"precision", worker.engine.precision},
            {"instruction_set", worker.engine.instruction_set},
            {"libtorch_mib", worker.memory.libtorch_mib},
            {"training_mib", worker.memory.training_mib},
            {"throughput", nullptr}};
  if (worker.throughput) {
    json["throughput"] = {{"processes", worker.throughput->processes},
                          {"one_steps_per_s", worker.throughput->one},
                          {"all_steps_per_s", worker.throughput->all},
                          {"ratio", worker.throughput->all / worker.throughput->one},
                          {"processor_share", worker.throughput->processor_share}};
  }
  return json;
}

Json case_json(const Result& result, const CaseResult& c) {
  Json contenders = Json::array();
  for (const ContenderResult& contender : c.contenders)
    contenders.push_back(contender_json(result, c, contender));
  return {{"n", c.definition.n},
          {"width", c.definition.width},
          {"hidden_layers", c.definition.hidden_layers},
          {"batch", c.definition.batch},
          {"activation", to_name(c.definition.activation)},
          {"penalty", to_name(c.definition.penalty)},
          {"violating_share", c.violating_share},
          {"useful_gflop", c.flops / 1e9},
          {"contenders", contenders},
          {"process", process_json(c.worker)}};
}

Json machine_json(const Machine& machine) {
  return {{"date", machine.date},
          {"program", machine.program},
          {"processor", machine.processor},
          {"processors", machine.processors},
          {"instruction_sets", machine.instruction_sets},
          {"libtorch", machine.libtorch},
          {"blas", machine.blas},
          {"threads", machine.threads},
          {"load_before", machine.load}};
}

}  // namespace

std::string json_report(const Result& result) {
  Json ceilings = Json::array();
  for (const Ceiling::Product& product : result.ceilings)
    ceilings.push_back(
        {{"with", product.with}, {"precision", product.precision}, {"gflops", product.gflops}});
  Json cases = Json::array();
  for (const CaseResult& c : result.cases) cases.push_back(case_json(result, c));
  const Json json{{"format", 1},
                  {"machine", machine_json(result.machine)},
                  {"seconds_per_case", result.seconds_per_case},
                  {"ceilings", ceilings},
                  {"cases", cases}};
  return json.dump(2) + "\n";
}

}  // namespace lnn::bench
