#pragma once

#include <filesystem>

#include "store/trial_record.h"

/// One HDF5 file per trial: RUN/trials/<id>.h5. Plain HDF5 that h5py, h5dump and pandas read without us.
///
///   /                      attributes: id, outcome, reason, attempts, schema_version, program = "lnn-sweep"
///   /config                scalar string, JSON
///   /history/<column>      [epochs] float64, attributes unit, meaning
///   /model/<parameter>     best weights, float32 or float64
///   /metrics/<name>        scalar float64, attributes unit, meaning
///   /provenance            attributes, all strings
///   /rollouts/<k>/<array>  trajectories of test k = 1, 2, ..., true and learned
///   /learned/<what>/<array>  what the best model learned, against the truth
///
/// The last two are there when the model was evaluated; their groups' attributes are facts (strings), their
/// arrays have attributes unit and meaning.
///
/// The first 512 bytes are a seal (store/sealed_file.h) that h5py and h5dump skip: any damage or truncation
/// is found before HDF5 opens the file. Its second line says how the trial ended (store/trial_note.h).
/// History and model keep their order; h5py lists them in it.
namespace lnn::store {

inline constexpr int schema_version = 1;

enum class Part { summary, everything };  ///< summary leaves out history, model and groups: quick for tables

/// Writes the record under a temporary name, fsyncs and renames (base/files.h): the file is whole or absent.
/// Throws EnvironmentError (disk full, permission), leaving any old file as it was.
/// Precondition (checked): every parameter's shape fits its values, and float32 parameters are exactly
/// float32.
void write_trial(const std::filesystem::path& path, const TrialRecord& record);

/// Reads a file as untrusted input: seal, program name, schema version, types, ranks and sizes are checked
/// first.
/// Throws EnvironmentError naming the file and what is wrong ("truncated", "not a trial of this program",
/// ...).
TrialRecord read_trial(const std::filesystem::path& path, Part part = Part::everything);

/// How a trial ended, as its file's seal says.
struct Glance {
  std::string id;
  Outcome outcome = Outcome::failed;
  int attempts = 0;
  double seconds = 0;  ///< the metric of this name; 0 when it has none
  std::string reason;  ///< may be cut, then it ends with "..."
};

/// What is checked of a trial file: the seal and the file's size, or also the content's checksum.
enum class Depth { seal, content };

/// Reads how a trial ended, without HDF5: quick for very many files. A file of an older program, whose seal
/// does not say it, is read as by read_trial. Throws EnvironmentError as read_trial does. May be called from
/// several threads while none uses HDF5 in another way.
Glance glance(const std::filesystem::path& path, Depth depth = Depth::seal);

}  // namespace lnn::store
