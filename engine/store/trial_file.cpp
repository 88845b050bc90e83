#include "store/trial_file.h"

#include <mutex>
#include <utility>

#include "base/error.h"
#include "store/sealed_file.h"
#include "store/trial_layout.h"
#include "store/trial_note.h"

namespace lnn::store {

// The file is built in memory and written in one piece: HDF5 never meets a full disk, from which it does not
// recover cleanly.
void write_trial(const std::filesystem::path& path, const TrialRecord& record) {
  std::string image;
  try {
    const hdf5::Handle file = hdf5::create_file_in_memory();
    write_record(file.id(), record);
    image = hdf5::file_image(file);
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: cannot be prepared ({}). Check the free memory and run again.",
                            path.string(), error.what());
  }
  write_sealed(path, schema_version, image, sealed_trial, note_of(record));
}

OpenTrial open_trial(const std::filesystem::path& path, Part part) {
  const std::string image = read_sealed(path, schema_version);
  try {
    hdf5::Handle file = hdf5::open_file_image(image);
    TrialRecord record = read_record(file.id(), part);
    return {std::move(file), std::move(record)};
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: not a valid trial file ({}). Move it away and run the sweep again.",
                            path.string(), error.what());
  }
}

TrialRecord read_trial(const std::filesystem::path& path, Part part) {
  return open_trial(path, part).record;
}

Glance glance(const std::filesystem::path& path, Depth depth) {
  const std::string note =
      depth == Depth::seal ? read_note(path, schema_version) : read_sealed_file(path, schema_version).note;
  if (note.empty()) {
    static std::mutex one_at_a_time;  // HDF5 is usually built without safety for threads
    const std::lock_guard lock(one_at_a_time);
    return glance_of(read_trial(path, Part::summary));
  }
  std::optional<Glance> glance = parse_note(note);
  if (!glance) {
    throw_environment_error(
        "{}: not a valid trial file (its second line does not say how the trial ended). {}", path.string(),
        sealed_trial.remedy);
  }
  return *std::move(glance);
}

}  // namespace lnn::store
