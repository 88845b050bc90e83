#pragma once

#include <string>
#include <vector>

namespace lnn::bench {

/// Keeps LibTorch and the libraries below it to one thread, and denormal numbers at zero, as trials do. Some
/// of them read their variables when they are loaded, so this starts the program again unless they are set.
/// `arguments` are without the program's name.
void use_one_thread(const std::vector<std::string>& arguments);

}  // namespace lnn::bench
