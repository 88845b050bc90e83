#include "bench/contender.h"

#include <ATen/ATen.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/names.h"
#include "jets/native/kernels.h"
#include "jets/native/native_engine.h"

namespace lnn::bench {
namespace {

const std::vector<std::string> precisions{"float32", "bf16x3", "float64"};

network::Network network_at(const Problem& problem, bool doubles) {
  network::Network network(network_options(problem.definition), doubles ? at::kDouble : at::kFloat);
  network.parameters().copy_(problem.parameters);
  return network;
}

template <class T>
std::unique_ptr<jets::Engine> native_engine(const network::Network& network, std::size_t table) {
  return std::make_unique<jets::native::NativeEngine<T>>(network,
                                                         *jets::native::available_kernels<T>().at(table));
}

bool chosen(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

void require_known(const char* what, const std::vector<std::string>& names,
                   const std::vector<std::string>& known) {
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) throw_unknown_name(what, name, known);
  }
}

using Contenders = std::vector<std::unique_ptr<Contender>>;

// Kernel tables behind the best one of their precision, which make_engine() takes.
template <class T>
void add_slower_kernels(const Problem& problem, const Selection& selection, Contenders& contenders) {
  const auto tables = jets::native::available_kernels<T>();
  std::vector<std::string> met;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string precision = tables[i]->precision;
    const bool best = std::ranges::find(met, precision) == met.end();
    met.push_back(precision);
    if (!best && chosen(selection.precisions, precision))
      contenders.push_back(Contender::native(problem, sizeof(T) == sizeof(double), i));
  }
}

}  // namespace

Contender::Contender(const Problem& problem, bool doubles)
    : network_(network_at(problem, doubles)),
      x_(problem.x.to(network_.parameters().scalar_type())),
      a_(problem.a.to(network_.parameters().scalar_type())),
      loss_(problem.loss),
      optimizer_(training::TrainingOptions{}, network_.parameters()) {}

Contender::Contender(const Problem& problem, const jets::EngineOptions& options)
    : Contender(problem, options.precision == "float64") {
  engine_ = jets::make_engine(options, network_);
}

std::unique_ptr<Contender> Contender::native(const Problem& problem, bool doubles, std::size_t table) {
  std::unique_ptr<Contender> contender(new Contender(problem, doubles));
  contender->engine_ = doubles ? native_engine<double>(contender->network_, table)
                               : native_engine<float>(contender->network_, table);
  return contender;
}

at::Tensor Contender::gradient() {
  const jets::Jet jet = engine_->forward(x_, training::lagrangian_tangents(x_), jets::Keep::for_backward);
  const training::Motion motion = training::solve_motion(jet);
  const training::BatchLoss loss = training::batch_loss(loss_, motion, a_);
  return engine_->backward(training::loss_gradient(loss_, motion, loss, jet, a_));
}

void Contender::update(const at::Tensor& gradient) {
  optimizer_.step(gradient, 0.0);
}

int Contender::validate() {
  const jets::Jet jet = engine_->forward(x_, training::lagrangian_tangents(x_), jets::Keep::values_only);
  return training::batch_loss(loss_, training::solve_motion(jet), a_).wrong_signature;
}

void check(const Selection& selection) {
  require_known("--backend", selection.backends, jets::backend_names());
  require_known("--precision", selection.precisions, precisions);
}

Contenders make_contenders(const Problem& problem, const Selection& selection) {
  check(selection);
  Contenders contenders;
  std::optional<EnvironmentError> lacking;
  for (const std::string& backend : jets::backend_names()) {
    for (const std::string& precision : precisions) {
      if (!chosen(selection.backends, backend) || !chosen(selection.precisions, precision)) continue;
      try {
        auto contender = std::make_unique<Contender>(
            problem, jets::EngineOptions{.backend = backend, .precision = precision});
        contenders.push_back(std::move(contender));
      } catch (const UserError&) {
        continue;  // no machine has this combination
      } catch (const EnvironmentError& error) {
        lacking = error;
      }
    }
  }
  if (selection.all_instruction_sets && chosen(selection.backends, "native")) {
    add_slower_kernels<float>(problem, selection, contenders);
    add_slower_kernels<double>(problem, selection, contenders);
  }
  if (!contenders.empty()) return contenders;
  if (lacking) throw *lacking;
  throw_user_error("--backend {} --precision {}: there is no such combination. Leave one of them out.",
                   fmt::join(selection.backends, ","), fmt::join(selection.precisions, ","));
}

}  // namespace lnn::bench
