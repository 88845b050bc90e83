#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiment/settings.h"

/// Checks that tables, claims and exclusions of an experiment file share. All throw UserError, prefixed with
/// `where` (file and place).
namespace lnn::experiment {

using Names = std::vector<std::string>;

/// Swept key (or "case") -> every value that some arm gives it (experiment/arms.h).
using Axes = std::map<std::string, std::vector<Json>>;

Names keys_of(const Axes& axes);

/// Names of all metrics.
Names metric_texts();

/// Throws when `name` is none of `allowed`, naming the nearest.
void require_name(const Names& allowed, const Json& name, const std::string& where);

/// Throws when `name` is no metric.
void require_metric(const Json& name, const std::string& where);

/// "WHERE: unknown value 'name'. Did you mean 'a' or 'b'? LISTING.", where `listing` says which command lists
/// the `known` metrics: they are too many for a message.
[[noreturn]] void throw_unknown_metric(const std::string& where, const std::string& name, Names known,
                                       const std::string& listing);

/// Appends `name` to `seen`; throws when it is there already.
void require_new(Names& seen, const std::string& name, const std::string& where);

/// A pattern is one of the key's values or a list of them. Throws, naming the nearest, for any other value.
void check_pattern(const std::string& key, const Json& pattern, const std::vector<Json>& values,
                   const std::string& where);

}  // namespace lnn::experiment
