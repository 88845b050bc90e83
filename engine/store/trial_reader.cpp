#include "store/trial_reader.h"

#include <utility>

#include "base/error.h"
#include "store/run_directory.h"
#include "store/sealed_file.h"
#include "store/trial_layout.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;

std::vector<Column> read_numbers(hid_t root) {
  const hdf5::Handle group = hdf5::open_group(root, "history");
  std::vector<Column> history;
  for (const std::string& name : hdf5::member_names(group.id())) {
    hdf5::Array array = hdf5::read_array(hdf5::open_dataset(group.id(), name), "history/" + name);
    if (array.shape.size() != 1) throw hdf5::Error("history/" + name + " is not a list of numbers");
    if (!history.empty() && history.front().values.size() != array.values.size()) {
      throw hdf5::Error("history/" + name + " is not as long as the other columns");
    }
    history.push_back({name, "", "", std::move(array.values)});
  }
  return history;
}

}  // namespace

struct TrialReader::ResultsFile {
  hdf5::Handle file;
  hdf5::Handle trials;
};

TrialReader::TrialReader(fs::path run) : run_(std::move(run)) {
  const RunDirectory folder{run_};
  std::error_code ignored;
  if (fs::is_directory(folder.trials(), ignored)) return;
  // A folder may hold nothing but a results.h5 that was copied from elsewhere.
  if (fs::is_directory(run_, ignored)) run_ = folder.results();
  try {
    hdf5::Handle file = hdf5::open_file(run_);
    hdf5::Handle trials = hdf5::open_group(file.id(), "trials");
    results_ = std::make_unique<ResultsFile>(ResultsFile{std::move(file), std::move(trials)});
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: not results of this program ({}). Give a run folder or its results.h5.",
                            run_.string(), error.what());
  }
}

TrialReader::~TrialReader() = default;
TrialReader::TrialReader(TrialReader&&) noexcept = default;

template <class Read>
auto TrialReader::read_with(Read read, const std::string& id, const char* what) const {
  const fs::path path = results_ ? run_ : RunDirectory{run_}.trial(id);
  try {
    if (results_) return read(hdf5::open_group(results_->trials.id(), id).id());
    return read(hdf5::open_file_image(read_sealed(path, schema_version)).id());
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: the {} of trial {} cannot be read ({}). {}", path.string(), what, id,
                            error.what(), sealed_trial.remedy);
  }
}

std::vector<Column> TrialReader::history(const std::string& id) const {
  return read_with(read_numbers, id, "history");
}

TrialArrays TrialReader::arrays(const std::string& id) const {
  const auto read = [](hid_t root) { return TrialArrays{read_numbers(root), read_groups(root)}; };
  return read_with(read, id, "arrays");
}

TrialRecord TrialReader::record(const std::string& id) const {
  if (!results_) return read_trial(RunDirectory{run_}.trial(id));
  try {
    return read_record(hdf5::open_group(results_->trials.id(), id).id(), Part::everything);
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: trial {} cannot be read ({}). Collect the run again.", run_.string(), id,
                            error.what());
  }
}

}  // namespace lnn::store
