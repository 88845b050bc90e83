#include "experiment/schema.h"

#include <iostream>

#include "base/files.h"
#include "cli/options.h"
#include "experiment/file_format.h"
#include "experiment/keys.h"

namespace lnn::cli {

namespace {

std::string text_of(const po::variables_map& options) {
  if (options.contains("keys")) return experiment::keys_markdown();
  if (options.contains("metrics")) return experiment::metrics_markdown(experiment::metric_names());
  return experiment::experiment_schema().dump(2) + "\n";
}

}  // namespace

int schema(const Words& words) {
  Syntax syntax{
      .usage = "lnn-sweep schema [--out FILE] [--keys | --metrics]",
      .summary =
          "Prints the JSON Schema (draft-07) of experiment files. Editors use it through the field\n"
          "\"$schema\": \"schema/experiment.json\" of an experiment file to complete and check as you type.",
      .options = po::options_description("Options"),
      .positional = {}};
  syntax.options.add_options()("out,o", po::value<std::string>(), "write to this file instead");
  syntax.options.add_options()("keys", "a Markdown table of the configuration keys instead of the schema");
  syntax.options.add_options()("metrics", "a Markdown table of all metrics for tables and claims");
  const auto options = parse(words, syntax);
  if (options.contains("help")) return 0;

  const std::string text = text_of(options);
  if (options.contains("out")) {
    write_text_file(options["out"].as<std::string>(), text);
  } else {
    std::cout << text;
  }
  return 0;
}

}  // namespace lnn::cli
