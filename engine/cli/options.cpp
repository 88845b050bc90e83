#include "cli/options.h"

#include <iostream>
#include <sstream>

#include "base/error.h"
#include "base/names.h"

namespace lnn::cli {
namespace {

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

// Words of `text` in lines of at most 80 characters, as wide as Boost prints the options.
std::string reflow(const std::string& text) {
  constexpr std::size_t width = 80;
  std::istringstream words(text);
  std::string result;
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    const bool breaks = column > 0 && column + 1 + word.size() > width;
    if (column > 0) result += breaks ? '\n' : ' ';
    column = (breaks || column == 0 ? 0 : column + 1) + word.size();
    result += word;
  }
  return result;
}

}  // namespace

po::variables_map parse(const Words& words, Syntax syntax) {
  syntax.options.add_options()("help,h", "show this text");
  po::options_description all;
  all.add(syntax.options);
  po::positional_options_description positions;
  for (std::size_t i = 0; i < syntax.positional.size(); ++i) {
    const std::string& name = syntax.positional[i];
    all.add_options()(name.c_str(), po::value<std::vector<std::string>>(), "");
    const bool repeats = i + 1 == syntax.positional.size() && syntax.last_positional_repeats;
    positions.add(name.c_str(), repeats ? -1 : 1);
  }
  const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words).options(all).positional(positions).style(style).run(), values);
    if (values.contains("help")) {
      std::cout << "Usage: " << syntax.usage << "\n\n"
                << reflow(syntax.summary) << "\n\n"
                << syntax.options << "\n";
      return values;
    }
    po::notify(values);
  } catch (const po::unknown_option& error) {
    const std::string near = nearest_name(error.get_option_name(), option_names(syntax.options));
    throw_user_error("unknown option '{}'.{} Usage: {}", error.get_option_name(),
                     near.empty() ? "" : fmt::format(" Did you mean '{}'?", near), syntax.usage);
  } catch (const po::error& error) {
    throw_user_error("{}. Usage: {}", error.what(), syntax.usage);
  }
  return values;
}

}  // namespace lnn::cli
