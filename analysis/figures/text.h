#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Texts of figures: what people read, and how gnuplot wants it. Everything that comes from a file goes
/// through plain() or words() and literal(), so that no title or label can become a command.
namespace lnn::figures {

/// A gnuplot string. In single quotes gnuplot substitutes nothing.
std::string literal(std::string_view text);

/// Text on one line that gnuplot's enhanced mode prints as it is.
std::string plain(std::string_view text);

/// An arm's label for people: names of functions as the papers write them, Greek letters. Plain.
std::string words(std::string_view label);

/// A coordinate's symbol: "theta1" becomes a Greek letter with a subscript. Plain.
std::string symbol(std::string_view coordinate);

/// "text [unit]"; the text alone for the unit "1".
std::string with_unit(std::string_view text, std::string_view unit);

/// "1 seed", "4 seeds".
std::string count(std::size_t number, std::string_view noun);

/// "4 seeds", or "1 to 4 seeds" where arms differ. Precondition: not empty.
std::string seeds_text(const std::vector<std::size_t>& numbers);

/// How a subtitle explains lines and bands: "median and range of 4 seeds", "one seed".
std::string spread_text(const std::vector<std::size_t>& numbers);

/// Six digits: enough for any figure.
std::string number(double value);

/// About how many characters a text takes on paper: without markup, UTF-8 sequences as one.
std::size_t width_of(std::string_view text);

/// About how many pixels a text takes in the figures' font.
double pixels_of(std::string_view text);

/// Lines of at most this many characters, broken at spaces and at each '\n'.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace lnn::figures
