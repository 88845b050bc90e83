#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The other programs of this installation; they lie beside lnn-sweep because they, unlike it, load LibTorch.
namespace lnn {

/// Path of `name` beside the running program, or what the environment variable `variable` (nullptr: none)
/// names instead. `purpose` completes "it ..." in the message. Throws EnvironmentError when it is not there
/// or cannot be executed.
std::filesystem::path program_beside_this_one(const std::string& name, const std::string& purpose,
                                              const char* variable = nullptr);

/// Replaces this process by `program` with these arguments (without the program's own name) and the same
/// environment. Throws EnvironmentError when it cannot be started.
[[noreturn]] void become_program(const std::filesystem::path& program, std::vector<std::string> arguments);

}  // namespace lnn
