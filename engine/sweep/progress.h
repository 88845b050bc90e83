#pragma once

#include <string>
#include <vector>

#include "sweep/board.h"
#include "sweep/pace.h"

/// What people see of a sweep on standard error.
namespace lnn::sweep {

/// "gelu, custom, seed 3".
std::string trial_name(const TrialStatus& trial);

/// One line per running trial (at most `rows`): name, epochs, losses, seconds per epoch.
std::vector<std::string> running_lines(const Board& board, std::size_t rows);

/// "12/40 done, 2 running, 1 crashed, 26 waiting, elapsed 3:12, about 10:00 left".
std::string total_line(const Board& board, double elapsed, std::optional<double> remaining);
/// The same with an interval: "..., 10:00 left (8:40 to 11:30)".
std::string total_line(const Board& board, double elapsed, const std::optional<Forecast>& remaining);

class Progress {
 public:
  enum class Style {
    quiet,
    plain,     ///< a line for each start and end, and a summary every 30 s
    terminal,  ///< a block that is drawn anew, below lines for what went wrong
  };

  /// `board` must outlive this.
  Progress(Style style, const Board& board);

  /// Plain when standard error is not a terminal.
  static Style best_style();

  void started(const TrialStatus& trial);
  void ended(const TrialStatus& trial, const TrialEnd& end, bool again);
  /// What people should know besides.
  void note(const std::string& text);
  /// The latest forecast.
  void expect(const std::optional<Forecast>& remaining);
  /// Call it often; draws when it is time to.
  void tick();
  /// Draws for the last time.
  void close();

 private:
  void say(const std::string& line);
  void erase_block();
  void draw_block();
  std::string totals() const;

  Style style_;
  const Board& board_;
  std::optional<Forecast> remaining_;
  double expected_ = 0;  // when that was
  double start_;
  double drawn_;
  std::size_t block_lines_ = 0;
};

}  // namespace lnn::sweep
