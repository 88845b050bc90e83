#pragma once

#include <nlohmann/json.hpp>

#include "bench/case.h"
#include "jets/engine.h"

/// A process that trains one case and nothing else, started by WorkerProcess; it tells what memory that takes
/// and how many steps it makes while others do the same.
namespace lnn::bench {

/// What a worker is to do, as its only argument.
nlohmann::json worker_task(const Case& definition, const jets::EngineOptions& engine);

/// The worker's whole life. Writes one line {"libtorch_mib", "training_mib", "backend", "precision",
/// "instruction_set"} when it is ready; then, for every line with a number of seconds on standard input,
/// trains for that long and answers {"steps", "seconds", "cpu_seconds"}. Ends when its input does.
void run_worker(const nlohmann::json& task);

}  // namespace lnn::bench
