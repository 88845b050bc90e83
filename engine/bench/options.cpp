#include "bench/options.h"

#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>

#include "base/error.h"
#include "base/names.h"

namespace lnn::bench {
namespace {

namespace po = boost::program_options;
using Names = std::vector<std::string>;

constexpr const char* usage = "lnn-sweep bench [options]";

po::options_description describe_options() {
  po::options_description general("Options");
  general.add_options()("help,h", "show this text")("json", po::bool_switch(),
                                                    "print JSON instead of tables")(
      "seconds", po::value<double>(), "measuring time of each case [s]; default 8 (0.2 with --quick)")(
      "quick", po::bool_switch(), "one small network, a few seconds: does everything work?")(
      "processes", po::value<int>()->default_value(1),
      "also train each case in so many processes at once and compare with one")(
      "backend", po::value<std::string>(), "only these, for example autograd,native")(
      "precision", po::value<std::string>(), "only these: float32, bf16x3, float64")(
      "all-instruction-sets", po::bool_switch(), "also the native engine's slower kernels");
  po::options_description own("Cases of your own (a list a,b,... makes all combinations)");
  own.add_options()("n", po::value<std::string>(), "coordinates; default 2")(
      "width", po::value<std::string>(), "neurons in a hidden layer; default 128")(
      "hidden-layers", po::value<std::string>(), "default 3")("batch", po::value<std::string>(),
                                                              "samples in a step; default 128")(
      "activation", po::value<std::string>(), "gelu (default), xtanh, softplus, quadratic")(
      "penalty", po::value<std::string>(), "inactive (default): no sample violates; active: all do");
  general.add(own);
  return general;
}

std::string help_text(const po::options_description& options) {
  std::ostringstream text;
  text << "Usage: " << usage << R"(

Times training steps and validation with every derivative engine ("backend") and
precision that this machine has, in one process on one thread and in turns, so
that whatever slows the machine down meets all of them. Each engine trains its
own copy of the same network on the same data (uniform random numbers; times do
not depend on them), with learning rate zero. Without options: seven cases,
about a minute. Close other programs first.

)" << options;
  return text.str();
}

Names split(const std::string& list) {
  Names parts{""};
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Names list_of(const po::variables_map& values, const char* option) {
  return values.contains(option) ? split(values[option].as<std::string>()) : Names();
}

int read_count(const char* option, const std::string& word, int largest) {
  int value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < 1 || value > largest)
    throw_user_error("--{} {}: must be a whole number from 1 to {}.", option, word, largest);
  return value;
}

// All cases with each of the values that `option` lists, if it is given.
template <class Read, class T>
void vary(std::vector<Case>& cases, const po::variables_map& values, const char* option, T Case::*member,
          const Read& read) {
  if (!values.contains(option)) return;
  const Names words = list_of(values, option);
  std::vector<Case> varied;
  for (const Case& c : cases) {
    for (const std::string& word : words) varied.emplace_back(c).*member = read(word);
  }
  cases = std::move(varied);
}

std::vector<Case> own_cases(const po::variables_map& values) {
  const auto count = [](const char* option, int largest) {
    return [=](const std::string& word) { return read_count(option, word, largest); };
  };
  std::vector<Case> cases{Case{}};
  vary(cases, values, "n", &Case::n, count("n", 64));
  vary(cases, values, "width", &Case::width, count("width", 16384));
  vary(cases, values, "hidden-layers", &Case::hidden_layers, count("hidden-layers", 64));
  vary(cases, values, "batch", &Case::batch, count("batch", 65536));
  vary(cases, values, "activation", &Case::activation, from_name<network::Activation>);
  vary(cases, values, "penalty", &Case::penalty, from_name<PenaltyState>);
  return cases;
}

std::vector<Case> chosen_cases(const po::variables_map& values) {
  for (const char* option : {"n", "width", "hidden-layers", "batch", "activation", "penalty"}) {
    if (values.contains(option)) return own_cases(values);
  }
  return values["quick"].as<bool>() ? quick_cases() : default_cases();
}

Names option_names(const po::options_description& options) {
  Names names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

po::variables_map parse(const po::options_description& options, const Names& words) {
  const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  const po::positional_options_description none;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words).options(options).positional(none).style(style).run(), values);
  } catch (const po::unknown_option& error) {
    const std::string near = nearest_name(error.get_option_name(), option_names(options));
    throw_user_error("unknown option '{}'.{} Usage: {}", error.get_option_name(),
                     near.empty() ? "" : fmt::format(" Did you mean '{}'?", near), usage);
  } catch (const po::error& error) {
    throw_user_error("{}. Usage: {}", error.what(), usage);
  }
  return values;
}

}  // namespace

BenchOptions parse_options(const Names& words) {
  const po::options_description options = describe_options();
  const po::variables_map values = parse(options, words);
  BenchOptions result;
  if (values.contains("help")) {
    result.help = help_text(options);
    return result;
  }
  const bool quick = values["quick"].as<bool>();
  result.cases = chosen_cases(values);
  result.selection = {list_of(values, "backend"), list_of(values, "precision"),
                      values["all-instruction-sets"].as<bool>()};
  check(result.selection);
  result.seconds = values.contains("seconds") ? values["seconds"].as<double>() : quick ? 0.2 : result.seconds;
  result.processes = values["processes"].as<int>();
  result.json = values["json"].as<bool>();
  if (!(result.seconds > 0 && result.seconds <= 3600))
    throw_user_error("--seconds {}: must be more than 0 and at most 3600.", result.seconds);
  if (result.processes < 1 || result.processes > 1024)
    throw_user_error("--processes {}: must be a whole number from 1 to 1024.", result.processes);
  return result;
}

}  // namespace lnn::bench
