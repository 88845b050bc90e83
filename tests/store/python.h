#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

/// Python with h5py as a reader that shares no code with ours.
namespace lnn::test {

inline bool python_has_h5py() {
  return std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") == 0;
}

/// Runs `script` with the opened HDF5 file as `f` and its name as `path`; a failed assert fails the test.
inline void expect_python(const std::filesystem::path& hdf5_file, const std::string& script) {
  const std::filesystem::path program = hdf5_file.string() + ".py";
  std::ofstream(program) << "import sys, h5py\npath = sys.argv[1]\nf = h5py.File(path, 'r')\n" << script;
  const std::string command = "/usr/bin/python3 " + program.string() + " " + hdf5_file.string();
  EXPECT_EQ(std::system(command.c_str()), 0) << script;
  std::filesystem::remove(program);
}

}  // namespace lnn::test
