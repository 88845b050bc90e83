#pragma once

#include <string>

#include "bench/result.h"

namespace lnn::bench {

/// Tables for people, with every unit and what each column means.
std::string text_report(const Result& result);

/// The same numbers for programs; the README lists the fields. What is not there is null.
std::string json_report(const Result& result);

}  // namespace lnn::bench
