#include "store/trial_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/names.h"

namespace lnn::store {
namespace {

using hdf5::Handle;

constexpr const char* program = "lnn-sweep";

template <class Array>
bool fits(const Array& array) {
  std::int64_t count = 1;
  for (const std::int64_t size : array.shape) count *= size;
  return count == static_cast<std::int64_t>(array.values.size());
}

bool is_float32(double value) {
  return std::isnan(value) || static_cast<float>(value) == value;
}

void describe(const Handle& dataset, const std::string& unit, const std::string& meaning) {
  hdf5::write_attribute(dataset.id(), "unit", unit);
  hdf5::write_attribute(dataset.id(), "meaning", meaning);
}

void write_history(hid_t root, const std::vector<Column>& history) {
  const Handle group = hdf5::create_group(root, "history");
  for (const Column& column : history) {
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(column.values.size())};
    describe(hdf5::write_array(group.id(), column.name, shape, column.values, false), column.unit,
             column.meaning);
  }
}

void write_model(hid_t root, const std::vector<Parameter>& model) {
  const Handle group = hdf5::create_group(root, "model");
  for (const Parameter& parameter : model) {
    invariant(fits(parameter), "a parameter's shape fits its values");
    invariant(!parameter.single_precision || std::ranges::all_of(parameter.values, is_float32),
              "a float32 parameter is stored exactly");
    hdf5::write_array(group.id(), parameter.name, parameter.shape, parameter.values,
                      parameter.single_precision);
  }
}

void write_metrics(hid_t root, const std::map<std::string, Metric>& metrics) {
  const Handle group = hdf5::create_group(root, "metrics");
  for (const auto& [name, metric] : metrics) {
    describe(hdf5::write_array(group.id(), name, {}, {&metric.value, 1}, false), metric.unit, metric.meaning);
  }
}

void write_provenance(hid_t root, const std::map<std::string, std::string>& provenance) {
  const Handle group = hdf5::create_group(root, "provenance");
  for (const auto& [name, text] : provenance) hdf5::write_attribute(group.id(), name, text);
}

void write_arrays(hid_t group, const ArrayGroup& source) {
  for (const auto& [name, text] : source.facts) hdf5::write_attribute(group, name, text);
  for (const DataArray& array : source.arrays) {
    invariant(fits(array), "an array's shape fits its values");
    describe(hdf5::write_array(group, array.name, array.shape, array.values, array.single_precision),
             array.unit, array.meaning);
  }
}

void write_groups(hid_t root, const std::vector<ArrayGroup>& groups) {
  for (const char* family : array_families) {
    std::optional<Handle> parent;
    for (const ArrayGroup& group : groups) {
      if (group.family != family) continue;
      if (!parent) parent = hdf5::create_group(root, family);
      write_arrays(hdf5::create_group(parent->id(), group.name).id(), group);
    }
  }
}

std::vector<Column> read_history(hid_t root) {
  const Handle group = hdf5::open_group(root, "history");
  std::vector<Column> history;
  for (const std::string& name : hdf5::member_names(group.id())) {
    const Handle dataset = hdf5::open_dataset(group.id(), name);
    hdf5::Array array = hdf5::read_array(dataset, "history/" + name);
    if (array.shape.size() != 1) throw hdf5::Error("history/" + name + " is not a list of numbers");
    history.push_back({name, hdf5::read_text_attribute(dataset.id(), "unit"),
                       hdf5::read_text_attribute(dataset.id(), "meaning"), std::move(array.values)});
  }
  return history;
}

std::vector<Parameter> read_model(hid_t root) {
  const Handle group = hdf5::open_group(root, "model");
  std::vector<Parameter> model;
  for (const std::string& name : hdf5::member_names(group.id())) {
    hdf5::Array array = hdf5::read_array(hdf5::open_dataset(group.id(), name), "model/" + name);
    model.push_back({name, std::move(array.shape), std::move(array.values), array.single_precision});
  }
  return model;
}

std::map<std::string, Metric> read_metrics(hid_t root) {
  const Handle group = hdf5::open_group(root, "metrics");
  std::map<std::string, Metric> metrics;
  for (const std::string& name : hdf5::member_names(group.id())) {
    const Handle dataset = hdf5::open_dataset(group.id(), name);
    const hdf5::Array array = hdf5::read_array(dataset, "metrics/" + name);
    if (!array.shape.empty()) throw hdf5::Error("metrics/" + name + " is not one number");
    metrics[name] = {array.values.front(), hdf5::read_text_attribute(dataset.id(), "unit"),
                     hdf5::read_text_attribute(dataset.id(), "meaning")};
  }
  return metrics;
}

DataArray read_data_array(hid_t group, const std::string& name, const std::string& place) {
  const Handle dataset = hdf5::open_dataset(group, name);
  hdf5::Array array = hdf5::read_array(dataset, place + "/" + name);
  return {name,
          hdf5::read_text_attribute(dataset.id(), "unit"),
          hdf5::read_text_attribute(dataset.id(), "meaning"),
          std::move(array.shape),
          std::move(array.values),
          array.single_precision};
}

void check_origin(hid_t root) {
  const std::string origin = hdf5::read_text_attribute(root, "program");
  if (origin != program) throw hdf5::Error(fmt::format("attribute program is '{}'", origin));
  const std::int64_t schema = hdf5::read_integer_attribute(root, "schema_version");
  if (schema != schema_version) {
    throw hdf5::Error(
        fmt::format("attribute schema_version is {}, this program reads {}", schema, schema_version));
  }
}

Outcome read_outcome(hid_t root) {
  const std::string name = hdf5::read_text_attribute(root, "outcome");
  const std::vector<std::string> names = enum_names<Outcome>();
  if (std::ranges::find(names, name) == names.end()) {
    throw hdf5::Error(fmt::format("unknown outcome '{}', known are {}", name, quoted_list(names)));
  }
  return from_name<Outcome>(name);
}

int read_attempts(hid_t root) {
  const std::int64_t attempts = hdf5::read_integer_attribute(root, "attempts");
  if (attempts < 0 || attempts > std::numeric_limits<int>::max()) {
    throw hdf5::Error(fmt::format("attribute attempts is {}", attempts));
  }
  return static_cast<int>(attempts);
}

}  // namespace

void write_record(hid_t root, const TrialRecord& record) {
  hdf5::write_attribute(root, "program", program);
  hdf5::write_attribute(root, "schema_version", std::int64_t{schema_version});
  hdf5::write_attribute(root, "id", record.id);
  hdf5::write_attribute(root, "outcome", to_name(record.outcome));
  hdf5::write_attribute(root, "reason", record.reason);
  hdf5::write_attribute(root, "attempts", std::int64_t{record.attempts});
  hdf5::write_text(root, "config", record.config);
  write_metrics(root, record.metrics);
  write_history(root, record.history);
  write_model(root, record.model);
  write_provenance(root, record.provenance);
  write_groups(root, record.groups);
}

std::vector<ArrayGroup> read_groups(hid_t root) {
  std::vector<ArrayGroup> groups;
  for (const std::string family : array_families) {
    if (!hdf5::has_member(root, family)) continue;
    const Handle parent = hdf5::open_group(root, family);
    for (const std::string& name : hdf5::member_names(parent.id())) {
      const Handle handle = hdf5::open_group(parent.id(), name);
      ArrayGroup& group = groups.emplace_back();
      group = {family, name, hdf5::read_text_attributes(handle.id()), {}};
      for (const std::string& array : hdf5::member_names(handle.id()))
        group.arrays.push_back(read_data_array(handle.id(), array, family + "/" + name));
    }
  }
  return groups;
}

TrialRecord read_record(hid_t root, Part part) {
  check_origin(root);
  TrialRecord record;
  record.id = hdf5::read_text_attribute(root, "id");
  record.outcome = read_outcome(root);
  record.reason = hdf5::read_text_attribute(root, "reason");
  record.attempts = read_attempts(root);
  record.config = hdf5::read_text(root, "config");
  record.metrics = read_metrics(root);
  record.provenance = hdf5::read_text_attributes(hdf5::open_group(root, "provenance").id());
  if (part == Part::everything) {
    record.history = read_history(root);
    record.model = read_model(root);
    record.groups = read_groups(root);
  }
  return record;
}

}  // namespace lnn::store
