#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/report.h"

namespace lnn::bench {
namespace {

using Row = std::vector<std::string>;

// Columns as wide as their widest cell; the first `texts` to the left, numbers to the right.
std::string aligned(const std::vector<Row>& rows, std::size_t texts) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line +=
          i < texts ? fmt::format("  {:<{}}", row[i], widths[i]) : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

// Three significant digits, without an exponent.
std::string three_digits(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return value >= 1 ? fmt::format("{:.2f}", value) : fmt::format("{:.3f}", value);
}

std::string ratio(const Times* baseline, double (Times::*statistic)() const, const Times& times) {
  return baseline == nullptr ? "-" : fmt::format("{:.2f}", (baseline->*statistic)() / (times.*statistic)());
}

Row contender_row(const Result& result, const CaseResult& c, const ContenderResult& contender) {
  const ContenderResult* baseline = c.baseline();
  const Times* baseline_times = baseline == nullptr ? nullptr : &baseline->gradient;
  const double gflops = c.flops / contender.gradient.median() / 1e9;
  const double ceiling = result.ceiling(contender.engine.precision).gflops;
  return {contender.engine.backend,
          contender.engine.precision,
          contender.engine.instruction_set,
          three_digits(1e3 * contender.gradient.median()),
          three_digits(1e3 * contender.gradient.best()),
          three_digits(1e3 * contender.step.median()),
          ratio(baseline_times, &Times::median, contender.gradient),
          ratio(baseline_times, &Times::best, contender.gradient),
          three_digits(gflops),
          ceiling > 0 ? fmt::format("{:.0f}", 100 * gflops / ceiling) : "-",
          three_digits(1e6 * contender.validation.median() / c.definition.batch),
          fmt::format("{:.2f}", contender.validation.median() / contender.step.median()),
          contender.gradient_error == 0 ? "0" : fmt::format("{:.1e}", contender.gradient_error),
          fmt::format("{}", contender.step.count())};
}

std::string process_lines(const WorkerResult& worker) {
  std::string text = fmt::format(
      "  One training process ({}, {}, {}) holds {:.0f} MiB for LibTorch and {:.1f} MiB for the training.\n",
      worker.engine.backend, worker.engine.precision, worker.engine.instruction_set,
      worker.memory.libtorch_mib, worker.memory.training_mib);
  if (worker.throughput) {
    const Throughput& t = *worker.throughput;
    text += fmt::format("  {} such processes at once: {} steps/s against {} of one alone: {:.2f} times.\n",
                        t.processes, three_digits(t.all), three_digits(t.one), t.all / t.one);
    constexpr double undisturbed = 0.95;
    if (t.processor_share < undisturbed)
      text += fmt::format(
          "  They had a processor only {:.0f} % of that time: other programs took it, or there are too "
          "few.\n",
          100 * t.processor_share);
  }
  return text;
}

std::string case_text(const Result& result, const CaseResult& c) {
  std::vector<Row> rows{
      {"", "", "", "gradient", "", "step", "speed-up", "", "useful", "of", "validation", "sample", "gradient",
       "steps"},
      {"", "", "instruction", "median", "best", "median", "median", "best", "GFLOP", "ceiling", "us per",
       "val/", "relative", "timed"},
      {"backend", "precision", "set", "ms", "ms", "ms", "x", "x", "/s", "%", "sample", "train", "error", ""}};
  for (const ContenderResult& contender : c.contenders) rows.push_back(contender_row(result, c, contender));
  constexpr std::size_t texts = 3;
  return fmt::format("\n{} ({:.0f} % of the samples violate)\n", describe(c.definition),
                     100 * c.violating_share) +
         aligned(rows, texts) + process_lines(c.worker);
}

std::string machine_text(const Machine& machine) {
  std::string text =
      fmt::format("{}\n{}: {}, {} processor{}, native kernels {}\nLibTorch {} (BLAS: {}), {} thread{}\n",
                  machine.program, machine.date, machine.processor, machine.processors,
                  machine.processors == 1 ? "" : "s", fmt::join(machine.instruction_sets, ", "),
                  machine.libtorch, machine.blas, machine.threads, machine.threads == 1 ? "" : "s");
  constexpr double quiet = 0.5;
  if (machine.load > quiet)
    text += fmt::format(
        "Load {:.1f} in the minute before: other programs were running. Trust ratios and best times only.\n",
        machine.load);
  return text;
}

std::string ceiling_text(const Result& result) {
  std::vector<Row> rows{{"precision", "product", "GFLOP/s"}};
  for (const Ceiling::Product& product : result.ceilings) {
    const bool highest = result.ceiling(product.precision).with == product.with;
    rows.push_back({product.precision, product.with, three_digits(product.gflops) + (highest ? " <" : "  ")});
  }
  constexpr std::size_t texts = 2;
  return "\nCeiling: best product of 512 x 512 x 512 during the run, one thread (<: the ceiling)\n" +
         aligned(rows, texts);
}

constexpr const char* legend = R"(
gradient    forward pass, loss and backward pass of one batch; step: with the optimizer's update
speed-up    gradient time of autograd in float32 over this one, in the same process and in turns
useful      2 batch (n + 11) (weights) operations for every engine, whatever it really does, by the median
            gradient time; ceiling: share of the fastest product in the same precision, see above
validation  forward pass and loss, per sample; val/train: its cost against a sample of a training step
error       |g - g64| / |g64|, g64 by autograd in float64 at the same parameters and data
memory      resident, in a fresh process: libraries after a first product, and what the training adds
)";

}  // namespace

std::string text_report(const Result& result) {
  std::string text = machine_text(result.machine) + ceiling_text(result);
  for (const CaseResult& c : result.cases) text += case_text(result, c);
  return text + legend;
}

}  // namespace lnn::bench
