#pragma once

#include <string>

#include "analysis/report/report.h"

/// The parts of the page, in their order; each is a whole <section>, or empty where it has nothing to say.
namespace lnn::analysis::report {

std::string overview_section(const Report& report);
std::string claims_section(const Report& report);
std::string tables_section(const Report& report);
std::string figures_section(const Report& report);
std::string failures_section(const Report& report);
std::string forecast_section(const Report& report);
std::string provenance_section(const Report& report);

}  // namespace lnn::analysis::report
