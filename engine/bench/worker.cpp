#include "bench/worker.h"

#include <ATen/ATen.h>

#include <ctime>
#include <iostream>
#include <string>

#include "base/machine.h"
#include "bench/contender.h"
#include "bench/times.h"

namespace lnn::bench {
namespace {

using Json = nlohmann::json;

void train_once(Contender& contender) {
  contender.update(contender.gradient());
}

// What any program that uses LibTorch pays: its libraries and their first product.
double resident_without_training() {
  const at::Tensor a = at::ones({64, 64});
  at::mm(a, a);
  return resident_mebibytes();
}

Json train_for(double seconds, Contender& contender) {
  long steps = 0;
  const std::clock_t cpu_start = std::clock();
  const auto start = Clock::now();
  double elapsed = 0;
  do {
    train_once(contender);
    ++steps;
    elapsed = seconds_since(start);
  } while (elapsed < seconds);
  const double cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  return {{"steps", steps}, {"seconds", elapsed}, {"cpu_seconds", cpu_seconds}};
}

}  // namespace

Json worker_task(const Case& definition, const jets::EngineOptions& engine) {
  return {{"n", definition.n},
          {"width", definition.width},
          {"hidden_layers", definition.hidden_layers},
          {"batch", definition.batch},
          {"activation", to_name(definition.activation)},
          {"penalty", to_name(definition.penalty)},
          {"backend", engine.backend},
          {"precision", engine.precision}};
}

void run_worker(const Json& task) {
  constexpr int warming_steps = 5;
  Case definition;
  definition.n = task.at("n");
  definition.width = task.at("width");
  definition.hidden_layers = task.at("hidden_layers");
  definition.batch = task.at("batch");
  definition.activation = from_name<network::Activation>(task.at("activation").get<std::string>());
  definition.penalty = from_name<PenaltyState>(task.at("penalty").get<std::string>());
  const double before = resident_without_training();
  Contender contender(make_problem(definition),
                      {.backend = task.at("backend"), .precision = task.at("precision")});
  for (int i = 0; i < warming_steps; ++i) train_once(contender);
  contender.validate();
  const jets::EngineFacts facts = contender.facts();
  std::cout << Json{{"libtorch_mib", before},
                    {"training_mib", resident_mebibytes() - before},
                    {"backend", facts.backend},
                    {"precision", facts.precision},
                    {"instruction_set", facts.instruction_set}}
            << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << train_for(std::stod(line), contender) << std::endl;
}

}  // namespace lnn::bench
