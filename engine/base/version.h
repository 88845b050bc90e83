#pragma once

#include <map>
#include <string>

namespace lnn {

/// Facts about this build that every result records: program version, git commit and dirty flag, build type,
/// compiler, versions of LibTorch and HDF5 it was compiled against, and whether that LibTorch can use a GPU
/// (`libtorch_build`: cpu or cuda).
std::map<std::string, std::string> build_facts();

/// "lnn-sweep 0.1.0 (commit 0123456789ab, Release)".
std::string version_line();

}  // namespace lnn
