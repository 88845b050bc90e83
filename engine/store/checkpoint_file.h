#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/trial_record.h"

/// One HDF5 file per unfinished trial: RUN/checkpoints/<id>.h5, sealed (store/sealed_file.h) as a
/// "checkpoint".
///
///   /                   attributes: id, attempt, best_epoch, steps, schema_version, program = "lnn-sweep"
///   /config             scalar string, JSON
///   /provenance         attributes, all strings: what trained up to here
///   /initial/<column>   [1] float64: the untrained network
///   /history/<column>   [epochs] float64, attributes unit, meaning, as in a trial file
///   /state/<vector>     [P] float32 or float64: best_parameters, parameters, first_moment, second_moment
namespace lnn::store {

/// A trial between two epochs, in memory.
struct Checkpoint {
  std::string id;
  std::string config;  ///< resolved configuration, JSON text
  int attempt = 1;     ///< the start of the trial that wrote it
  std::map<std::string, std::string> provenance;
  int best_epoch = 0;  ///< one-based; 0 when no epoch was any good
  int steps = 0;       ///< of the optimizer in the present phase
  std::vector<Column> initial;
  std::vector<Column> history;
  bool single_precision = true;  ///< of the vectors: stored as float32 (exactly) or float64
  std::vector<double> best_parameters;
  std::vector<double> parameters;
  std::vector<double> first_moment;
  std::vector<double> second_moment;

  int epochs() const;  ///< finished epochs
};

/// Writes atomically, as write_trial does. Throws EnvironmentError (disk full, permission), leaving any old
/// file as it was. Precondition: columns and vectors have equal lengths.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Reads a file as untrusted input: seal, types and sizes are checked first, and that the parts fit each
/// other. Throws EnvironmentError naming the file and what is wrong.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// Finished epochs in a checkpoint, as its seal's note {"epochs": 12} says; its content is read only when the
/// note is missing, as in files of older programs. Throws as read_checkpoint does.
int read_checkpoint_epochs(const std::filesystem::path& path);

}  // namespace lnn::store
