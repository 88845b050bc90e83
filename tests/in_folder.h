#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace lnn::test {

/// A fixture with an empty folder of its own that disappears afterwards.
class InFolder : public testing::Test {
 protected:
  InFolder() { std::filesystem::create_directories(folder_); }
  ~InFolder() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::ptrdiff_t files_in(const std::filesystem::path& folder) const {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("lnn_test_" + std::to_string(getpid()));
};

}  // namespace lnn::test
