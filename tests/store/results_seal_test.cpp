#include "store/results_seal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "base/files.h"

namespace {

namespace fs = std::filesystem;

class ResultsSeal : public testing::Test {
 protected:
  void SetUp() override { write(std::string(3000, 'x') + "the end"); }
  ~ResultsSeal() override { fs::remove(path_); }

  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  fs::path path_ = fs::temp_directory_path() / ("lnn_results_seal_" + std::to_string(getpid()));
};

TEST_F(ResultsSeal, FitsTheFileThatWasSealed) {
  EXPECT_FALSE(lnn::store::check_results_seal(path_)) << "older files have none";
  lnn::store::seal_results(path_);
  EXPECT_TRUE(lnn::store::check_results_seal(path_));
  EXPECT_EQ(lnn::read_text_file(path_).back(), '\n');
}

TEST_F(ResultsSeal, FindsEveryFlippedBit) {
  lnn::store::seal_results(path_);
  const std::string whole = lnn::read_text_file(path_);
  for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 13) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    write(damaged);
    bool found = false;
    try {
      // A line that is no longer one must be missed by whoever knows that there was one.
      found = !lnn::store::check_results_seal(path_);
    } catch (const lnn::EnvironmentError&) {
      found = true;
    }
    EXPECT_TRUE(found) << "bit " << bit;
  }
}

TEST_F(ResultsSeal, MissesWhatWasCutOff) {
  lnn::store::seal_results(path_);
  fs::resize_file(path_, fs::file_size(path_) - 1);
  EXPECT_FALSE(lnn::store::check_results_seal(path_));
  fs::resize_file(path_, 10);
  EXPECT_FALSE(lnn::store::check_results_seal(path_));
}

}  // namespace
