#include "store/checkpoint_file.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <utility>

#include "base/error.h"
#include "store/hdf5.h"
#include "store/sealed_file.h"

namespace lnn::store {
namespace {

using hdf5::Handle;

constexpr int checkpoint_schema = 1;
constexpr SealedKind kind{"checkpoint", "Without it the trial starts over."};

constexpr std::array vectors{std::pair{"best_parameters", &Checkpoint::best_parameters},
                             std::pair{"parameters", &Checkpoint::parameters},
                             std::pair{"first_moment", &Checkpoint::first_moment},
                             std::pair{"second_moment", &Checkpoint::second_moment}};

void write_columns(hid_t root, const std::string& name, const std::vector<Column>& columns) {
  const Handle group = hdf5::create_group(root, name);
  for (const Column& column : columns) {
    const Handle dataset = hdf5::write_array(
        group.id(), column.name, {static_cast<std::int64_t>(column.values.size())}, column.values, false);
    hdf5::write_attribute(dataset.id(), "unit", column.unit);
    hdf5::write_attribute(dataset.id(), "meaning", column.meaning);
  }
}

void write_content(hid_t root, const Checkpoint& checkpoint) {
  hdf5::write_attribute(root, "program", "lnn-sweep");
  hdf5::write_attribute(root, "schema_version", std::int64_t{checkpoint_schema});
  hdf5::write_attribute(root, "id", checkpoint.id);
  hdf5::write_attribute(root, "attempt", std::int64_t{checkpoint.attempt});
  hdf5::write_attribute(root, "best_epoch", std::int64_t{checkpoint.best_epoch});
  hdf5::write_attribute(root, "steps", std::int64_t{checkpoint.steps});
  hdf5::write_text(root, "config", checkpoint.config);
  const Handle provenance = hdf5::create_group(root, "provenance");
  for (const auto& [name, text] : checkpoint.provenance) hdf5::write_attribute(provenance.id(), name, text);
  write_columns(root, "initial", checkpoint.initial);
  write_columns(root, "history", checkpoint.history);
  const Handle state = hdf5::create_group(root, "state");
  for (const auto& [name, vector] : vectors) {
    const std::vector<double>& values = checkpoint.*vector;
    hdf5::write_array(state.id(), name, {static_cast<std::int64_t>(values.size())}, values,
                      checkpoint.single_precision);
  }
}

int read_count(hid_t root, const std::string& name, int lowest, int highest) {
  const std::int64_t value = hdf5::read_integer_attribute(root, name);
  if (value < lowest || value > highest) throw hdf5::Error(fmt::format("attribute {} is {}", name, value));
  return static_cast<int>(value);
}

hdf5::Array read_list(const Handle& dataset, const std::string& name, std::size_t length) {
  hdf5::Array array = hdf5::read_array(dataset, name);
  if (array.shape.size() != 1 || array.values.size() != length)
    throw hdf5::Error(fmt::format("{} is not a list of {} numbers", name, length));
  return array;
}

// All of one length: that of the first one, when none is given.
std::vector<Column> read_columns(hid_t root, const std::string& name, std::size_t length = 0) {
  const Handle group = hdf5::open_group(root, name);
  std::vector<Column> columns;
  for (const std::string& column : hdf5::member_names(group.id())) {
    const Handle dataset = hdf5::open_dataset(group.id(), column);
    const std::string place = name + "/" + column;
    if (length == 0) length = hdf5::read_array(dataset, place).values.size();
    columns.push_back({column, hdf5::read_text_attribute(dataset.id(), "unit"),
                       hdf5::read_text_attribute(dataset.id(), "meaning"),
                       read_list(dataset, place, length).values});
  }
  if (columns.empty()) throw hdf5::Error(name + " has no columns");
  return columns;
}

void read_vectors(hid_t root, Checkpoint& checkpoint) {
  const Handle group = hdf5::open_group(root, "state");
  const auto open = [&group](const char* name) { return hdf5::open_dataset(group.id(), name); };
  const hdf5::Array first = hdf5::read_array(open(vectors.front().first), vectors.front().first);
  checkpoint.single_precision = first.single_precision;
  for (const auto& [name, vector] : vectors) {
    hdf5::Array array = read_list(open(name), name, first.values.size());
    if (array.single_precision != first.single_precision)
      throw hdf5::Error(fmt::format("{} has another precision than {}", name, vectors.front().first));
    checkpoint.*vector = std::move(array.values);
  }
}

Checkpoint read_content(hid_t root) {
  constexpr int any = std::numeric_limits<int>::max();
  Checkpoint checkpoint;
  checkpoint.id = hdf5::read_text_attribute(root, "id");
  checkpoint.attempt = read_count(root, "attempt", 1, any);
  checkpoint.config = hdf5::read_text(root, "config");
  checkpoint.provenance = hdf5::read_text_attributes(hdf5::open_group(root, "provenance").id());
  checkpoint.initial = read_columns(root, "initial", 1);
  checkpoint.history = read_columns(root, "history");
  checkpoint.best_epoch = read_count(root, "best_epoch", 0, checkpoint.epochs());
  checkpoint.steps = read_count(root, "steps", 0, any);
  read_vectors(root, checkpoint);
  return checkpoint;
}

}  // namespace

int Checkpoint::epochs() const {
  return history.empty() ? 0 : static_cast<int>(history.front().values.size());
}

// Built in memory and written in one piece, as a trial file is.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  std::string image;
  try {
    const Handle file = hdf5::create_file_in_memory();
    write_content(file.id(), checkpoint);
    image = hdf5::file_image(file);
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: cannot be prepared ({}). Check the free memory and run again.",
                            path.string(), error.what());
  }
  write_sealed(path, checkpoint_schema, image, kind, fmt::format(R"({{"epochs":{}}})", checkpoint.epochs()));
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  const std::string image = read_sealed(path, checkpoint_schema, kind);
  try {
    const Handle file = hdf5::open_file_image(image);
    return read_content(file.id());
  } catch (const hdf5::Error& error) {
    throw_environment_error("{}: not a valid checkpoint ({}). {}", path.string(), error.what(), kind.remedy);
  }
}

int read_checkpoint_epochs(const std::filesystem::path& path) {
  const std::string note = read_note(path, checkpoint_schema, kind);
  int epochs = 0;
  if (std::sscanf(note.c_str(), R"({"epochs":%9d})", &epochs) == 1 && epochs >= 0) return epochs;
  return read_checkpoint(path).epochs();
}

}  // namespace lnn::store
