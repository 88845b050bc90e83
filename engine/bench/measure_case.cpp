#include "bench/measure_case.h"

#include <ATen/ATen.h>

namespace lnn::bench {
namespace {

constexpr int fewest_rounds = 3;
constexpr int intended_rounds = 10;

double relative_error(const at::Tensor& value, const at::Tensor& reference) {
  return ((value.to(at::kDouble) - reference).norm() / reference.norm()).item<double>();
}

// Calls `work` once untimed, then for `seconds`, at least once.
template <class Work>
void take_turn(double seconds, const Work& work) {
  work(false);
  const auto start = Clock::now();
  do {
    work(true);
  } while (seconds_since(start) < seconds);
}

void train(Contender& contender, double seconds, ContenderResult& result) {
  take_turn(seconds, [&](bool timed) {
    const auto start = Clock::now();
    const at::Tensor gradient = contender.gradient();
    const double after_gradient = seconds_since(start);
    contender.update(gradient);
    const double after_update = seconds_since(start);
    if (!timed) return;
    result.gradient.add(after_gradient);
    result.step.add(after_update);
  });
}

void validate(Contender& contender, double seconds, ContenderResult& result) {
  take_turn(seconds, [&](bool timed) {
    const auto start = Clock::now();
    contender.validate();
    if (timed) result.validation.add(seconds_since(start));
  });
}

}  // namespace

CaseResult measure_case(const Problem& problem, const Selection& selection, double seconds,
                        Ceiling& ceiling) {
  const auto contenders = make_contenders(problem, selection);
  Contender reference(problem, {.backend = "autograd", .precision = "float64"});
  const at::Tensor reference_gradient = reference.gradient();

  CaseResult result;
  result.definition = problem.definition;
  result.flops = useful_flops(problem.definition);
  result.violating_share = static_cast<double>(reference.validate()) / problem.definition.batch;
  for (const auto& contender : contenders) {
    ContenderResult& entry = result.contenders.emplace_back();
    entry.engine = contender->facts();
    entry.gradient_error = relative_error(contender->gradient(), reference_gradient);
  }

  const double turn = seconds / intended_rounds / static_cast<double>(contenders.size());
  const auto start = Clock::now();
  for (int round = 0; round < fewest_rounds || seconds_since(start) < seconds; ++round) {
    ceiling.measure();
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      train(*contenders[i], 0.7 * turn, result.contenders[i]);
      validate(*contenders[i], 0.3 * turn, result.contenders[i]);
    }
  }
  return result;
}

}  // namespace lnn::bench
