#pragma once

#include <filesystem>
#include <string>

#include "base/files.h"

namespace lnn {

/// A name of our own below the system's folder for temporary files; whatever is there is removed at the end.
/// It does not create the folder.
class ScratchFolder {
 public:
  /// `stem` begins the name: "lnn-sweep-probe".
  explicit ScratchFolder(const std::string& stem)
      : path_(temporary_name(std::filesystem::temp_directory_path() / stem)) {}
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lnn
