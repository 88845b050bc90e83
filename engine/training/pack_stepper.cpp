#include "training/pack_stepper.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "training/stopwatch.h"

namespace lnn::training {
namespace {

// All sets as one: x [K, N, 2n], a [K, N, n].
StateSet packed(const std::vector<StateSet>& sets, at::Device device) {
  std::vector<at::Tensor> x;
  std::vector<at::Tensor> a;
  for (const StateSet& set : sets) {
    invariant(set.size() == sets.front().size(), "data sets of a pack have one size");
    x.push_back(set.x);
    a.push_back(set.a);
  }
  return {at::stack(x).to(device), at::stack(a).to(device)};
}

std::int64_t samples_of(const StateSet& pack) {
  return pack.x.size(1);
}

// Every member's samples in its own order.
StateSet reordered(const StateSet& pack, const std::vector<std::vector<std::int64_t>>& orders) {
  const std::int64_t samples = samples_of(pack);
  std::vector<std::int64_t> rows;
  rows.reserve(orders.size() * orders.front().size());
  for (std::size_t k = 0; k < orders.size(); ++k) {
    for (const std::int64_t sample : orders[k])
      rows.push_back(static_cast<std::int64_t>(k) * samples + sample);
  }
  const at::Tensor index = at::tensor(rows, at::kLong).to(pack.x.device());
  const auto select = [&](const at::Tensor& x) {
    return x.flatten(0, 1).index_select(0, index).view(x.sizes());
  };
  return {select(pack.x), select(pack.a)};
}

// step(x, a) of every batch, each [columns, K], as [batches, columns, K] on the host: the one time that it
// waits.
template <class Step>
at::Tensor over_batches(const StateSet& pack, std::int64_t batch_size, const Step& step) {
  std::vector<at::Tensor> rows;
  for (std::int64_t first = 0; first < samples_of(pack); first += batch_size) {
    const std::int64_t count = std::min(batch_size, samples_of(pack) - first);
    rows.push_back(step(pack.x.narrow(1, first, count), pack.a.narrow(1, first, count)));
  }
  return at::stack(rows).to(at::kCPU).contiguous();
}

// One column of one member over all batches.
std::vector<double> column(const at::Tensor& table, std::int64_t which, std::size_t member) {
  const at::Tensor values = table.select(1, which).select(1, static_cast<std::int64_t>(member)).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

double mean(const std::vector<double>& values) {
  return sum(values) / static_cast<double>(values.size());
}

std::optional<Divergence> first_divergence(const std::vector<double>& losses,
                                           const std::vector<double>& norms) {
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const int step = static_cast<int>(i) + 1;
    if (!std::isfinite(losses[i])) return Divergence{0, step, "training loss"};
    if (!std::isfinite(norms[i])) return Divergence{0, step, "gradient norm"};
  }
  return std::nullopt;
}

}  // namespace

PackStepper::PackStepper(std::vector<Member> members, at::Device device)
    : members_(std::move(members)), device_(device), jets_(*members_.front().network) {
  for (const Member& member : members_) {
    invariant(member.network->parameter_count() == members_.front().network->parameter_count(),
              "networks of a pack have one architecture");
    invariant(member.options.batch_size == options().batch_size, "trainings of a pack share their batches");
  }
}

jets::EngineFacts PackStepper::facts() const {
  const bool is_double = members_.front().network->parameters().scalar_type() == at::kDouble;
  return {"tensor", is_double ? "float64" : "float32", device_.str(), "libtorch"};
}

void PackStepper::start_phase(const std::vector<std::size_t>& live, std::vector<StateSet> sets) {
  live_ = live;
  std::vector<at::Tensor> parameters;
  std::vector<LossOptions> losses;
  std::vector<StateSet> validations;
  for (const std::size_t i : live) {
    parameters.push_back(members_[i].network->parameters());
    losses.push_back(members_[i].loss);
    validations.push_back(members_[i].validation);
  }
  parameters_ = at::stack(parameters).to(device_);
  training_ = packed(sets, device_);
  validation_ = packed(validations, device_);
  loss_.emplace(losses, members_.front().network->options().coordinates, device_);
  optimizer_.emplace(options(), parameters_);
  moving_ = at::ones({static_cast<std::int64_t>(live.size())}, at::kBool).to(device_);
}

// [total, base, penalty, gradient norm] x K. A non-finite loss or gradient stops its training for good.
at::Tensor PackStepper::train_step(const at::Tensor& x, const at::Tensor& a, const at::Tensor& rates) {
  const jets::Jet jet = jets_.forward(parameters_, x, pack_tangents(x), jets::Keep::for_backward);
  const auto [loss, functional] = loss_->evaluate(jet, a, jets::Keep::for_backward);
  const at::Tensor gradient = jets_.backward(functional.first, jets::SecondOrder::dense(functional.second));
  const at::Tensor norm = optimizer_->clip(gradient);
  moving_ = moving_.logical_and(loss.total.isfinite()).logical_and(norm.isfinite());
  optimizer_->step(gradient, rates, moving_);
  return at::stack({loss.total, loss.base, loss.penalty, norm});
}

std::vector<EpochSteps> PackStepper::train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                                 const std::vector<double>& rates) {
  const Stopwatch watch;
  const at::NoGradGuard no_grad;
  const at::Tensor device_rates = at::tensor(rates, at::kDouble).unsqueeze(1).to(device_);
  const at::Tensor table =
      over_batches(reordered(training_, orders), options().batch_size,
                   [&](const at::Tensor& x, const at::Tensor& a) { return train_step(x, a, device_rates); });
  std::vector<EpochSteps> steps(live_.size());
  for (std::size_t i = 0; i < live_.size(); ++i) {
    const std::vector<double> totals = column(table, 0, i);
    const std::vector<double> norms = column(table, 3, i);
    steps[i].divergence = first_divergence(totals, norms);
    steps[i].record.train_total = mean(totals);
    steps[i].record.train_base = mean(column(table, 1, i));
    steps[i].record.train_penalty = mean(column(table, 2, i));
    steps[i].record.gradient_norm = steps[i].divergence ? 0 : median(norms);
    steps[i].record.seconds = watch.seconds();
  }
  return steps;
}

// [total, base, penalty, wrong signatures, condition number] x K.
at::Tensor PackStepper::validation_step(const at::Tensor& x, const at::Tensor& a) {
  const jets::Jet jet = jets_.forward(parameters_, x, pack_tangents(x), jets::Keep::values_only);
  const PackBatchLoss loss = loss_->evaluate(jet, a, jets::Keep::values_only).loss;
  return at::stack(
      {loss.total, loss.base, loss.penalty, loss.wrong_signature, loss.largest_condition_number});
}

std::vector<EpochRecord> PackStepper::validate() {
  const Stopwatch watch;
  const at::NoGradGuard no_grad;
  const at::Tensor table =
      over_batches(validation_, options().batch_size,
                   [&](const at::Tensor& x, const at::Tensor& a) { return validation_step(x, a); });
  std::vector<EpochRecord> records(live_.size());
  for (std::size_t i = 0; i < live_.size(); ++i) {
    records[i].validation_total = mean(column(table, 0, i));
    records[i].validation_base = mean(column(table, 1, i));
    records[i].validation_penalty = mean(column(table, 2, i));
    records[i].wrong_signature_share =
        sum(column(table, 3, i)) / static_cast<double>(samples_of(validation_));
    const std::vector<double> conditions = column(table, 4, i);
    records[i].largest_condition_number = *std::max_element(conditions.begin(), conditions.end());
    records[i].seconds = watch.seconds();
  }
  return records;
}

void PackStepper::fetch_parameters(std::size_t i) {
  members_[live_[i]].network->parameters().copy_(parameters_[static_cast<std::int64_t>(i)]);
}

void PackStepper::retire(std::size_t i) {
  moving_[static_cast<std::int64_t>(i)].fill_(false);
}

}  // namespace lnn::training
