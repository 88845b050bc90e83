#include "base/version.h"

#include <fmt/format.h>

#include "base/build_facts.h"

namespace lnn {

std::map<std::string, std::string> build_facts() {
  return {{"program_version", LNN_VERSION},
          {"git_commit", LNN_GIT_COMMIT},
          {"git_dirty", LNN_GIT_DIRTY != 0 ? "true" : "false"},
          {"build_type", LNN_BUILD_TYPE},
          {"compiler", LNN_COMPILER},
          {"libtorch", LNN_TORCH_VERSION},
          {"libtorch_build", LNN_TORCH_BUILD},
          {"hdf5", LNN_HDF5_VERSION}};
}

std::string version_line() {
  return fmt::format("lnn-sweep {} (commit {:.12}{}, {})", LNN_VERSION, LNN_GIT_COMMIT,
                     LNN_GIT_DIRTY != 0 ? " with local changes" : "", LNN_BUILD_TYPE);
}

}  // namespace lnn
