#pragma once

#include <string_view>

#include "training/options.h"

/// How the authors' code trains each system (paper A, appendix D and code; where they differ, the code).
namespace lnn::experiment {

struct PublishedTraining {
  double learning_rate = 1e-3;
  int epochs = 300;
  double eta_min = 1e-6;
  int batch_size = 128;
  int hidden_layers = 3;
  int width = 500;
  training::Regularizer regularizer = training::Regularizer::eigenvalue;
};

/// The settings of one system; paper B's systems, which paper A never trained, get the common ones.
PublishedTraining published_training(std::string_view system);

}  // namespace lnn::experiment
