#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

/// The three families of things that go wrong. Every message reads
/// "PROBLEM (why it is one). What to do."
namespace lnn {

/// The user's command line or experiment file is wrong. The program prints the message and exits with 2.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Disk, permissions, MPI or a device do not work, or a file is damaged. The program exits with 3.
class EnvironmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void throw_user_error(fmt::format_string<Args...> text, Args&&... args) {
  throw UserError(fmt::format(text, std::forward<Args>(args)...));
}

template <class... Args>
[[noreturn]] void throw_environment_error(fmt::format_string<Args...> text, Args&&... args) {
  throw EnvironmentError(fmt::format(text, std::forward<Args>(args)...));
}

/// A broken promise of our own code, not of the user. Always checked; throws std::logic_error.
inline void invariant(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(std::string("internal error, please report it: ") + promise);
}

}  // namespace lnn
