#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"

/// Shared by all subcommands: one way to parse, one way to show help.
namespace lnn::cli {

namespace po = boost::program_options;

/// A subcommand's command line.
struct Syntax {
  std::string usage;                ///< "lnn-sweep plan FILE... [options]"
  std::string summary;              ///< one or two sentences
  po::options_description options;  ///< visible options; --help is added
  std::vector<std::string>
      positional;  ///< names of positional options in order; the last takes all the rest when
  bool last_positional_repeats = false;  ///< this is true
};

/// Parses `words`. Prints help and returns nothing to do (`help` present in the map) for --help.
/// Throws UserError for an unknown option (with the nearest one), a missing or a surplus argument.
po::variables_map parse(const Words& words, Syntax syntax);

}  // namespace lnn::cli
