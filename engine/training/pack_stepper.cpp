#include "training/pack_stepper.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/sign_of_life.h"
#include "training/stopwatch.h"

namespace lnn::training {
namespace {

// Validation changes nothing between batches, so several of them can share the cost of starting an operation.
constexpr std::int64_t batches_at_once = 8;

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

// The table [batches, columns, K] of an epoch on the host: the one time that it waits.
at::Tensor to_host(const std::vector<at::Tensor>& tables) {
  return at::cat(tables).to(at::kCPU).contiguous();
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

// [1, (total, base, penalty, gradient norm), K]. A non-finite loss or gradient stops its training for good.
at::Tensor PackStepper::train_step(const at::Tensor& x, const at::Tensor& a, const at::Tensor& rates) {
  const jets::Jet jet = jets_.forward(parameters_, x, pack_tangents(x), jets::Keep::for_backward);
  const auto [loss, functional] = loss_->evaluate(jet, a, jets::Keep::for_backward);
  const at::Tensor gradient = jets_.backward(functional.first, jets::SecondOrder::dense(functional.second));
  const at::Tensor norm = optimizer_->clip(gradient);
  moving_ = moving_.logical_and(loss.total.isfinite()).logical_and(norm.isfinite());
  optimizer_->step(gradient, rates, moving_);
  return at::stack({loss.total, loss.base, loss.penalty, norm}).unsqueeze(0);
}

std::vector<EpochSteps> PackStepper::train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                                 const std::vector<double>& rates) {
  const Stopwatch watch;
  const at::NoGradGuard no_grad;
  const at::Tensor device_rates = at::tensor(rates, at::kDouble).unsqueeze(1).to(device_);
  const StateSet set = reordered(training_, orders);
  std::vector<at::Tensor> tables;
  for (std::int64_t first = 0; first < samples_of(set); first += options().batch_size) {
    still_alive();
    const std::int64_t count = std::min<std::int64_t>(options().batch_size, samples_of(set) - first);
    tables.push_back(train_step(set.x.narrow(1, first, count), set.a.narrow(1, first, count), device_rates));
  }
  const at::Tensor table = to_host(tables);
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

// [batches, (total, base, penalty, wrong signatures, condition number), K] for whole batches of `size`
// samples.
at::Tensor PackStepper::validation_step(const at::Tensor& x, const at::Tensor& a, std::int64_t size) {
  const std::int64_t pack = x.size(0);
  const auto by_batch = [size](const at::Tensor& of_samples) {
    auto shape = of_samples.sizes().vec();
    shape[0] = -1;
    shape[1] = size;
    return of_samples.reshape(shape);
  };
  const jets::Jet jet = jets_.forward(parameters_, x, pack_tangents(x), jets::Keep::values_only);
  const jets::Jet batches{by_batch(jet.value), by_batch(jet.gradient), by_batch(jet.second)};
  const PackBatchLoss loss = loss_->evaluate(batches, by_batch(a), jets::Keep::values_only).loss;
  const at::Tensor columns =
      at::stack({loss.total, loss.base, loss.penalty, loss.wrong_signature, loss.largest_condition_number});
  return columns.view({columns.size(0), pack, -1}).permute({2, 0, 1});
}

std::vector<EpochRecord> PackStepper::validate() {
  const Stopwatch watch;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> tables;
  for (std::int64_t first = 0; first < samples_of(validation_);) {
    still_alive();
    const std::int64_t left = samples_of(validation_) - first;
    const std::int64_t size = std::min<std::int64_t>(options().batch_size, left);
    const std::int64_t count = size * std::min(batches_at_once, left / size);
    tables.push_back(
        validation_step(validation_.x.narrow(1, first, count), validation_.a.narrow(1, first, count), size));
    first += count;
  }
  const at::Tensor table = to_host(tables);
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
