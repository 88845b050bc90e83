#include "trial/checkpoint.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cfenv>
#include <iostream>

#include "base/error.h"
#include "store/checkpoint_file.h"
#include "trial/record.h"

namespace lnn::trial {
namespace {

constexpr const char* resumed = "resumed_from_epoch";
constexpr const char* earlier = "earlier_";

// Trials flush subnormal numbers to zero, which is faster. A GPU computes with them all the same, and copies
// must keep them: the default environment flushes nothing.
class ExactCopies {
 public:
  ExactCopies() {
    std::fegetenv(&before_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~ExactCopies() { std::fesetenv(&before_); }
  ExactCopies(const ExactCopies&) = delete;
  ExactCopies& operator=(const ExactCopies&) = delete;

 private:
  std::fenv_t before_{};
};

template <class T>
std::vector<double> typed_numbers(const at::Tensor& flat) {
  const T* begin = flat.data_ptr<T>();
  return {begin, begin + flat.numel()};
}

std::vector<double> numbers_of(const at::Tensor& flat) {
  return flat.scalar_type() == at::kFloat ? typed_numbers<float>(flat) : typed_numbers<double>(flat);
}

template <class T>
at::Tensor typed_tensor(const std::vector<double>& numbers, at::ScalarType type) {
  const at::Tensor flat = at::empty({static_cast<std::int64_t>(numbers.size())}, type);
  std::ranges::transform(numbers, flat.data_ptr<T>(), [](double number) { return static_cast<T>(number); });
  return flat;
}

at::Tensor tensor_of(const std::vector<double>& numbers, bool single_precision) {
  return single_precision ? typed_tensor<float>(numbers, at::kFloat)
                          : typed_tensor<double>(numbers, at::kDouble);
}

std::string value_of(const Provenance& facts, const std::string& key) {
  const auto found = facts.find(key);
  if (found == facts.end()) return "unknown";
  // Of a device only the kind matters: "cuda:1" goes on where "cuda:0" stopped.
  return key == "device" ? found->second.substr(0, found->second.find(':')) : found->second;
}

bool fits(const store::Checkpoint& checkpoint, const PreparedTrial& trial) {
  const at::Tensor& parameters = trial.network().parameters();
  return checkpoint.single_precision == (parameters.scalar_type() == at::kFloat) &&
         static_cast<std::int64_t>(checkpoint.parameters.size()) == parameters.numel() &&
         checkpoint.epochs() <= trial.epochs() && parse_history(checkpoint.history) &&
         parse_history(checkpoint.initial);
}

void append(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

bool tells_of_the_past(const std::string& key) {
  return key == resumed || key.starts_with(earlier);
}

store::Checkpoint make_checkpoint(const PreparedTrial& trial, const training::TrainingState& state,
                                  int attempt, const Provenance& provenance) {
  store::Checkpoint checkpoint;
  checkpoint.id = trial.id();
  checkpoint.config = trial.config_text();
  checkpoint.attempt = attempt;
  checkpoint.provenance = provenance;
  checkpoint.best_epoch = state.so_far.best_epoch;
  checkpoint.steps = state.now.steps;
  checkpoint.initial = history_columns({state.so_far.initial});
  checkpoint.history = history_columns(state.so_far.history);
  checkpoint.single_precision = state.now.parameters.scalar_type() == at::kFloat;
  checkpoint.best_parameters = numbers_of(state.so_far.best_parameters);
  checkpoint.parameters = numbers_of(state.now.parameters);
  checkpoint.first_moment = numbers_of(state.now.first_moment);
  checkpoint.second_moment = numbers_of(state.now.second_moment);
  return checkpoint;
}

// Why the trial cannot go on from here; "" when it can.
std::string why_unusable(const store::Checkpoint& checkpoint, const PreparedTrial& trial, int attempt,
                         const Provenance& now) {
  if (checkpoint.id != trial.id())
    return fmt::format("belongs to trial {}, not to {}", checkpoint.id, trial.id());
  for (const char* key : {"program_version", "backend", "precision", "device"}) {
    const std::string there = value_of(checkpoint.provenance, key);
    const std::string here = value_of(now, key);
    if (there != here) return fmt::format("was made with {} {}, and this is {}", key, there, here);
  }
  if (!fits(checkpoint, trial)) return "does not fit its trial";
  if (attempt > checkpoint.attempt + 1)
    return fmt::format("is where attempt {} stopped, and attempt {} did not get beyond it",
                       checkpoint.attempt, attempt - 1);
  return "";
}

training::TrainingState state_of(const store::Checkpoint& checkpoint) {
  const auto tensor = [&](const std::vector<double>& numbers) {
    return tensor_of(numbers, checkpoint.single_precision);
  };
  training::TrainingState state;
  state.so_far.history = parse_history(checkpoint.history).value();
  state.so_far.initial = parse_history(checkpoint.initial).value().front();
  state.so_far.best_parameters = tensor(checkpoint.best_parameters);
  state.so_far.best_epoch = checkpoint.best_epoch;
  state.now = {tensor(checkpoint.parameters), tensor(checkpoint.first_moment),
               tensor(checkpoint.second_moment), checkpoint.steps};
  return state;
}

Provenance continued(const Provenance& now, const store::Checkpoint& checkpoint) {
  Provenance facts = now;
  for (const auto& [key, text] : checkpoint.provenance) {
    if (tells_of_the_past(key)) facts[key] = text;
  }
  for (const auto& [key, text] : checkpoint.provenance) {
    const auto here = now.find(key);
    const bool same = here != now.end() && here->second == text;
    if (!tells_of_the_past(key) && !same) append(facts[earlier + key], text);
  }
  append(facts[resumed], std::to_string(checkpoint.epochs()));
  return facts;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const PreparedTrial& trial,
                     const training::TrainingState& state, int attempt, const Provenance& provenance) {
  const ExactCopies exact;
  store::write_checkpoint(path, make_checkpoint(trial, state, attempt, provenance));
}

std::optional<Continuation> load_checkpoint(const std::filesystem::path& path, const PreparedTrial& trial,
                                            int attempt, const Provenance& now) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const ExactCopies exact;
  try {
    const store::Checkpoint checkpoint = store::read_checkpoint(path);
    const std::string problem = why_unusable(checkpoint, trial, attempt, now);
    if (!problem.empty())
      throw_environment_error("{}: {}. Without it the trial starts over.", path.string(), problem);
    return Continuation{state_of(checkpoint), continued(now, checkpoint)};
  } catch (const EnvironmentError& error) {
    std::cerr << "lnn-sweep train: " << error.what() << "\n";
    return std::nullopt;
  }
}

}  // namespace lnn::trial
