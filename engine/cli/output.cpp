#include "cli/output.h"

#include <iostream>

#include "base/files.h"

namespace lnn::cli {

void write_output(const po::variables_map& values, const std::string& text) {
  if (values.contains("out")) {
    write_text_file(values["out"].as<std::string>(), text);
  } else {
    std::cout << text;
  }
}

bool report_problems(const analysis::LoadedRuns& runs) {
  for (const std::string& problem : runs.problems) std::cerr << "lnn-sweep: " << problem << "\n";
  for (const std::string& warning : runs.warnings) std::cerr << "lnn-sweep: warning: " << warning << "\n";
  return !runs.problems.empty();
}

}  // namespace lnn::cli
