#include "store/sealed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "tests/store/sample_trials.h"

namespace {

using lnn::EnvironmentError;
using lnn::store::read_sealed;
using lnn::store::write_sealed;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class SealedFile : public lnn::test::InFolder {
 protected:
  void expect_refused(const std::string& why) const {
    EXPECT_THAT([this] { read_sealed(path_, 1); },
                ThrowsMessage<EnvironmentError>(AllOf(HasSubstr(path_.string()), HasSubstr(why))));
  }

  std::filesystem::path path_ = folder_ / "a.h5";
};

TEST_F(SealedFile, GivesBackItsContent) {
  const std::string content("any\0bytes\xff", 10);
  write_sealed(path_, 1, content);
  EXPECT_EQ(read_sealed(path_, 1), content);
}

TEST_F(SealedFile, BeginsWithTheDocumentedLine) {
  write_sealed(path_, 1, "123456789");
  // cbf43926 is the published check value of CRC-32 for these nine characters.
  EXPECT_THAT(lnn::read_text_file(path_),
              testing::StartsWith("lnn-sweep trial, schema 1, 9 bytes from byte 512, crc32 cbf43926\n"));
}

TEST_F(SealedFile, TellsWhatIsWrong) {
  expect_refused("no such file");
  lnn::write_text_file(path_, "");
  expect_refused("the file is empty");
  lnn::write_text_file(path_, "\x89HDF\r\n\x1a\n and more");
  expect_refused("not a trial of this program");
  write_sealed(path_, 2, "content");
  expect_refused("written by a newer lnn-sweep (schema 2, this program reads up to 1)");
  write_sealed(path_, 1, "content");
  std::filesystem::resize_file(path_, 515);
  expect_refused("truncated (it holds 3 of its 7 bytes)");
  std::filesystem::resize_file(path_, 300);
  expect_refused("truncated (it ends within its first 512 bytes)");
}

TEST_F(SealedFile, FindsOneFlippedBitAnywhere) {
  write_sealed(path_, 1, "content");
  const std::string whole = lnn::read_text_file(path_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    std::ofstream(path_, std::ios::binary) << damaged;
    EXPECT_THROW(read_sealed(path_, 1), EnvironmentError) << "byte " << i;
  }
}

TEST_F(SealedFile, RefusesWhatIsNotAFile) {
  std::filesystem::create_directory(path_);
  expect_refused("it is a folder or a device");
}

}  // namespace
