#include "discrete/stepper.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/sign_of_life.h"
#include "discrete/symmetry_terms.h"
#include "training/stopwatch.h"

namespace lnn::discrete {
namespace {

using training::Divergence;
using training::EpochRecord;
using training::EpochSteps;

std::int64_t generator_numbers(const network::Network& network) {
  const std::int64_t n = network.options().coordinates;
  return network.options().generators * (n + n * n);
}

at::Tensor generator_part(const network::Network& network, const at::Tensor& flat) {
  const std::int64_t count = generator_numbers(network);
  return flat.narrow(0, flat.numel() - count, count);
}

void add_pass(const LossValue& loss, double share, EpochRecord& record) {
  record.train_total += share * loss.total;
  record.train_base += share * (loss.residual + loss.base_point);
  record.train_penalty += share * loss.degeneracy;
  record.train_symmetry += share * loss.symmetry;
}

}  // namespace

void set_generators(const network::Network& network, const Generators& generators) {
  invariant(static_cast<std::int64_t>(generators.size()) == generator_numbers(network),
            "as many numbers as the network has");
  const at::NoGradGuard no_gradients;
  if (!generators.empty())
    generator_part(network, network.parameters()).copy_(at::tensor(generators, at::kDouble));
}

Generators generators_of(const network::Network& network) {
  const at::Tensor part = generator_part(network, network.parameters()).to(at::kDouble).contiguous();
  return {part.data_ptr<double>(), part.data_ptr<double>() + part.numel()};
}

DiscreteStepper::DiscreteStepper(std::vector<DiscreteMember> members,
                                 std::vector<std::unique_ptr<jets::Engine>> engines)
    : members_(std::move(members)), engines_(std::move(engines)) {
  for (const DiscreteMember& member : members_) {
    if (member.member.network->parameters().scalar_type() == at::kDouble) continue;
    throw_user_error(
        "training.precision 'float32' is impossible for a discrete Lagrangian (its terms differ in the ninth "
        "digit near the end). Use 'float64'.");
  }
}

bool DiscreteStepper::Run::with_symmetry() const {
  return member.symmetry.generators > 0 && passes >= member.symmetry.start;
}

void DiscreteStepper::start_phase(const std::vector<std::size_t>& live,
                                  std::vector<training::StateSet> sets) {
  runs_.clear();
  for (std::size_t i = 0; i < live.size(); ++i) {
    const DiscreteMember& member = members_[live[i]];
    const int n = member.member.network->options().coordinates;
    const at::Tensor test_points = fixed_test_points(member.symmetry, n);
    Triples triples = make_triples(sets[i]);
    LossPoints all = make_points(member.loss, member.symmetry, triples, test_points);
    LossPoints validation =
        make_points(member.loss, member.symmetry, make_triples(member.member.validation), test_points);
    runs_.push_back({member, *engines_[live[i]], Loss(member.loss, member.symmetry), test_points,
                     std::move(triples), std::move(all), std::move(validation),
                     training::FlatOptimizer(member.member.options, member.member.network->parameters())});
  }
}

void DiscreteStepper::restore(const std::vector<training::OptimizerState>& states) {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const std::int64_t batch = runs_[i].member.member.options.batch_size;
    runs_[i].optimizer.restore(states[i]);
    runs_[i].passes = states[i].steps / ((runs_[i].triples.size() + batch - 1) / batch);
  }
}

std::vector<EpochSteps> DiscreteStepper::train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                                     const std::vector<double>& rates) {
  std::vector<EpochSteps> steps(runs_.size());
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (!runs_[i].retired) steps[i] = train_epoch(runs_[i], orders[i], rates[i]);
  }
  return steps;
}

EpochSteps DiscreteStepper::train_epoch(Run& run, const std::vector<std::int64_t>& order, double rate) const {
  const training::Stopwatch watch;
  const DiscreteMember& member = run.member;
  const std::int64_t size = run.triples.size();
  const std::int64_t batch = std::min<std::int64_t>(member.member.options.batch_size, size);
  EpochSteps steps;
  std::vector<double> norms;
  for (std::int64_t first = 0, step = 1; first < size; first += batch, ++step) {
    still_alive();
    const std::int64_t count = std::min(batch, size - first);
    const LossPoints part =
        count == size ? LossPoints{}
                      : make_points(member.loss, member.symmetry,
                                    select(run.triples, order.data() + first, count), run.test_points);
    const LossValue loss = train_step(run, count == size ? run.all : part, rate, norms);
    if (!std::isfinite(loss.total))
      steps.divergence = Divergence{0, static_cast<int>(step), "training loss"};
    else if (!std::isfinite(norms.back()))
      steps.divergence = Divergence{0, static_cast<int>(step), "gradient norm"};
    if (steps.divergence) return steps;
    add_pass(loss, static_cast<double>(count) / static_cast<double>(size), steps.record);
  }
  ++run.passes;
  steps.record.gradient_norm = training::median(std::move(norms));
  steps.record.seconds = watch.seconds();
  return steps;
}

// A non-finite loss or gradient leaves the parameters as they were.
LossValue DiscreteStepper::train_step(Run& run, const LossPoints& points, double rate,
                                      std::vector<double>& norms) const {
  const network::Network& network = *run.member.member.network;
  const Generators generators = generators_of(network);
  const jets::Jet jet = run.engine.forward(points.x, points.tangents, jets::Keep::for_backward);
  const LossValue loss = run.loss.value(points, jet, generators, run.with_symmetry());
  if (!std::isfinite(loss.total)) return loss;
  const LossGradient weights = run.loss.gradient(points, jet, generators, run.with_symmetry());
  const at::Tensor gradient = run.engine.backward(weights.functional);
  if (!generators.empty())
    generator_part(network, gradient).copy_(at::tensor(weights.generators, at::kDouble));
  norms.push_back(run.optimizer.step(gradient, rate));
  return loss;
}

std::vector<EpochRecord> DiscreteStepper::validate() {
  std::vector<EpochRecord> records(runs_.size());
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    if (run.retired) continue;
    still_alive();
    const training::Stopwatch watch;
    const jets::Jet jet =
        run.engine.forward(run.validation.x, run.validation.tangents, jets::Keep::values_only);
    const LossValue loss =
        run.loss.value(run.validation, jet, generators_of(*run.member.member.network), run.with_symmetry());
    EpochRecord& record = records[i];
    record.validation_total = loss.total;
    record.validation_base = loss.residual + loss.base_point;
    record.validation_penalty = loss.degeneracy;
    record.validation_symmetry = loss.symmetry;
    const Regularity look = regularity(run.validation.triples, jet);
    record.wrong_signature_share = look.not_positive_share;
    record.largest_condition_number = look.largest_condition_number;
    record.seconds = watch.seconds();
  }
  return records;
}

}  // namespace lnn::discrete
