// What gnuplot makes of scripts and data, and what is left without it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "tests/analysis/figures/figures_fixture.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using figures::FiguresReport;
using figures::PictureFormat;
using test::FiguresTest;
using testing::HasSubstr;

TEST_F(FiguresTest, DrawsEveryFormatAndRunsNothingFromATitle) {
  if (!test::has_gnuplot()) GTEST_SKIP() << "no gnuplot (Debian: gnuplot-nox)";
  const fs::path trap = folder_ / "trap";
  write_run({{"title", "Width's `touch " + trap.string() + "` {x}_1 $(touch " + trap.string() + ")"}});
  const FiguresReport report = draw({.out = out_,
                                     .formats = {PictureFormat::svg, PictureFormat::png, PictureFormat::pdf},
                                     .only = {"widths_loss"}});
  ASSERT_EQ(report.files.size(), 3U);
  for (const fs::path& file : report.files) EXPECT_GT(fs::file_size(file), 1000U) << file;
  EXPECT_THAT(read_text_file(out_ / "widths_loss.svg"), HasSubstr("`touch"));
  EXPECT_FALSE(fs::exists(trap));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(out_)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 5U);  // script, data, three pictures
}

TEST_F(FiguresTest, AllFiguresDraw) {
  if (!test::has_gnuplot()) GTEST_SKIP() << "no gnuplot (Debian: gnuplot-nox)";
  write_run();
  EXPECT_EQ(draw({.out = out_}).files.size(), 10U);
}

TEST_F(FiguresTest, WithoutGnuplotScriptsAndDataAreWritten) {
  write_run();
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  try {
    draw({.out = out_, .only = {"loss"}});
    ADD_FAILURE() << "drew without gnuplot";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("gnuplot-nox"));
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(fs::exists(out_ / "widths_loss.gp"));
  EXPECT_TRUE(fs::exists(out_ / "widths_loss.dat"));
}

}  // namespace
