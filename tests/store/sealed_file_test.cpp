#include "store/sealed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "tests/store/sample_trials.h"

namespace {

using lnn::EnvironmentError;
using lnn::store::read_note;
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

  void flip(std::size_t bit) const {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(bit / 8));
    const auto byte = static_cast<char>(file.get() ^ (1 << bit % 8));
    file.seekp(static_cast<std::streamoff>(bit / 8));
    file.put(byte);
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
  for (const std::string note : {"", "a note"}) {
    write_sealed(path_, 1, "content", lnn::store::sealed_trial, note);
    const auto bits = 8 * std::filesystem::file_size(path_);
    for (std::size_t bit = 0; bit < bits; ++bit) {
      flip(bit);
      EXPECT_THROW(read_sealed(path_, 1), EnvironmentError) << "bit " << bit;
      // A seal without a note does not protect the checksum that it holds.
      if (!note.empty() && bit / 8 < lnn::store::seal_size) {
        EXPECT_THROW(read_note(path_, 1), EnvironmentError) << "bit " << bit;
      }
      flip(bit);
    }
    EXPECT_EQ(read_sealed(path_, 1), "content");
  }
}

TEST_F(SealedFile, TellsItsNoteWithoutTheContent) {
  write_sealed(path_, 1, "content");
  EXPECT_EQ(read_note(path_, 1), "");
  const std::string longest(lnn::store::largest_note, 'n');
  for (const std::string& note : {std::string("größer"), longest}) {
    write_sealed(path_, 999'999'999, "content", lnn::store::sealed_trial, note);
    EXPECT_EQ(read_note(path_, 999'999'999), note);
    EXPECT_EQ(read_sealed(path_, 999'999'999), "content");
  }
  std::filesystem::resize_file(path_, 518);
  EXPECT_THAT([this] { read_note(path_, 999'999'999); },
              ThrowsMessage<EnvironmentError>(HasSubstr("truncated (it holds 6 of its 7 bytes)")));
}

TEST_F(SealedFile, RefusesANoteThatIsNoShortLine) {
  for (const std::string& note : {std::string(lnn::store::largest_note + 1, 'n'), std::string("two\nlines")})
    EXPECT_THROW(write_sealed(path_, 1, "content", lnn::store::sealed_trial, note), std::logic_error);
}

TEST_F(SealedFile, RefusesWhatIsNotAFile) {
  std::filesystem::create_directory(path_);
  expect_refused("it is a folder or a device");
}

// Reading a pipe would wait for its writer for ever.
TEST_F(SealedFile, RefusesAPipe) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  expect_refused("it is a folder or a device");
  EXPECT_EQ(lnn::store::claimed_checksum(path_), 0U);
}

}  // namespace
