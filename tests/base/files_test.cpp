#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/in_folder.h"

namespace {

namespace fs = std::filesystem;

using Files = lnn::test::InFolder;

TEST_F(Files, WritesAndReadsBack) {
  lnn::write_text_file(folder_ / "a.txt", "one\ntwo");
  EXPECT_EQ(lnn::read_text_file(folder_ / "a.txt"), "one\ntwo");
}

TEST_F(Files, ReplacesAndLeavesNoTemporary) {
  lnn::write_text_file(folder_ / "a.txt", "old");
  lnn::write_text_file(folder_ / "a.txt", "new");
  EXPECT_EQ(lnn::read_text_file(folder_ / "a.txt"), "new");
  EXPECT_EQ(files_in(folder_), 1);
}

TEST_F(Files, SaysWhatItCouldNotDo) {
  EXPECT_THROW(lnn::read_text_file(folder_ / "absent.txt"), lnn::EnvironmentError);
  EXPECT_THROW(lnn::read_text_file(folder_), lnn::EnvironmentError);
  EXPECT_THROW(lnn::write_text_file(folder_ / "no" / "such" / "folder.txt", "x"), lnn::EnvironmentError);
}

TEST_F(Files, TemporaryNamesDiffer) {
  EXPECT_NE(lnn::temporary_name(folder_ / "a"), lnn::temporary_name(folder_ / "a"));
}

}  // namespace
