#include "experiment/published_training.h"

#include <map>

namespace lnn::experiment {

PublishedTraining published_training(std::string_view system) {
  using enum training::Regularizer;
  static const PublishedTraining one_dimensional{
      .epochs = 120, .batch_size = 64, .hidden_layers = 2, .width = 128};
  static const std::map<std::string_view, PublishedTraining> table{
      {"constant_force", one_dimensional},
      {"harmonic_oscillator", one_dimensional},
      {"spring_pendulum", {.learning_rate = 5e-4, .eta_min = 1e-7}},
      {"sphere", {.epochs = 50}},
      {"ads2", {.epochs = 120, .eta_min = 1e-7, .regularizer = lorentzian_sylvester}},
      {"ads3", {.epochs = 150, .regularizer = lorentzian_sylvester}},
      {"ads4", {.epochs = 200, .eta_min = 1e-7, .regularizer = lorentzian_sylvester}},
  };
  const auto found = table.find(system);
  return found == table.end() ? PublishedTraining{} : found->second;
}

}  // namespace lnn::experiment
