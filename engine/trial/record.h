#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "network/network.h"
#include "physics/system.h"
#include "store/trial_record.h"
#include "training/trainer.h"

/// Turns what training produced into the columns, metrics and arrays of a result file.
namespace lnn::trial {

/// One column per member of EpochRecord, with unit and meaning; those of symmetry terms only where there are
/// any.
std::vector<store::Column> history_columns(const std::vector<training::EpochRecord>& history);

/// What history_columns made columns of; nothing when one is missing. Columns must have one length.
std::optional<std::vector<training::EpochRecord>> parse_history(const std::vector<store::Column>& columns);

/// Facts about the data that the metrics need.
struct DataFacts {
  std::vector<physics::Coordinate> coordinates;
  std::vector<double> scales;         ///< alpha of each coordinate; all 1 without physical scaling
  double zero_acceleration_loss = 0;  ///< base loss on the validation set of a model that predicts a = 0
};

/// All scalar results. `best_*` belong to the epoch with the lowest total validation loss and are NaN when no
/// epoch finished; `*_normalized` are multiplied by the mean alpha (paper A, section IV.2); instabilities
/// follow paper A, appendix B, each phase on its own, and are NaN when the run is too short to define them.
std::map<std::string, store::Metric> metrics(const training::TrainingResult& result,
                                             const training::TrainingOptions& options, const DataFacts& data,
                                             const network::Network& network);

/// The network's current parameters, one array per layer.
std::vector<store::Parameter> model_arrays(const network::Network& network);

}  // namespace lnn::trial
