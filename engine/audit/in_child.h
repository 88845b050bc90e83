#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace lnn::audit {

using Say = std::function<void(const std::string& line)>;

/// Does `work` in a copy of this process, so that nothing that happens there (a crash in a library that reads
/// a damaged file, an endless loop) touches this one. What the work says, one line at a time, is given to
/// `hear` here. Returns "" when the work came to its end, otherwise what went wrong: "it was killed by
/// SIGSEGV", "it did nothing for 60 s". Throws EnvironmentError when no process can be made. Call it in
/// processes with one thread only.
std::string in_child(const std::function<void(const Say& say)>& work, const Say& hear,
                     std::chrono::seconds patience);

}  // namespace lnn::audit
