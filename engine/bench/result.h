#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/case.h"
#include "bench/ceiling.h"
#include "bench/times.h"
#include "jets/engine.h"

/// What a run of `lnn-sweep bench` finds out; the reports print nothing else.
namespace lnn::bench {

struct ContenderResult {
  jets::EngineFacts engine;
  Times gradient;             ///< forward pass, loss, backward pass of one batch
  Times step;                 ///< the same call's gradient and the optimizer's update
  Times validation;           ///< forward pass and loss of one batch
  double gradient_error = 0;  ///< |g - g64| / |g64|, g64 by autograd in float64 at the same numbers
};

/// Resident memory of a fresh process that trains the case.
struct Memory {
  double libtorch_mib = 0;  ///< after loading LibTorch and one small product [MiB]
  double training_mib = 0;  ///< what network, data, optimizer and some steps add [MiB]
};

/// Training steps per second of several processes at once against one of them alone, in turns.
struct Throughput {
  int processes = 0;
  double one = 0;              ///< steps/s of one process while the others wait; median
  double all = 0;              ///< steps/s of all processes together; median
  double processor_share = 0;  ///< of the time together, that they had a processor; well below 1: others ran
};

/// What a process of its own told about the case.
struct WorkerResult {
  jets::EngineFacts engine;
  Memory memory;
  std::optional<Throughput> throughput;
};

struct CaseResult {
  Case definition;
  double violating_share = 0;  ///< of the samples, for which M has a negative eigenvalue
  double flops = 0;            ///< useful_flops() of the case
  std::vector<ContenderResult> contenders;
  WorkerResult worker;

  /// Autograd in single precision, which all are compared with; nullptr when it did not take part.
  const ContenderResult* baseline() const;
};

/// Where and when it was measured.
struct Machine {
  std::string date;  ///< UTC
  std::string program;
  std::string processor;
  int processors = 0;
  std::vector<std::string> instruction_sets;  ///< of the native kernels, best first
  std::string libtorch;
  std::string blas;  ///< LibTorch's matrix library, as it names it
  int threads = 0;   ///< that this process really had
  double load = 0;   ///< processes that wanted a processor in the minute before; -1 when unknown
};

struct Result {
  Machine machine;
  double seconds_per_case = 0;
  std::vector<Ceiling::Product> ceilings;
  std::vector<CaseResult> cases;

  /// The fastest product of this precision; gflops = 0 when there is none.
  Ceiling::Product ceiling(const std::string& precision) const;
};

}  // namespace lnn::bench
