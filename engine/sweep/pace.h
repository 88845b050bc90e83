#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sweep/board.h"

/// How long trials take: what was measured before, and what this sweep has seen so far.
namespace lnn::sweep {

/// What trials of one cost class took on one kind of machine.
struct ClassPace {
  double seconds = 0;  ///< of a whole trial, start of its process and evaluation included [s]
  int trials = 0;      ///< that were measured; 0: extrapolated by a probe or from trials that were cut short
  double first_checkpoint = 0;  ///< from a trial's start to the end of its first epoch, the longest seen [s]
  double memory = 0;            ///< largest resident memory of its process [MiB]; 0: unknown
  double file_bytes = 0;        ///< size of its result file [bytes]; 0: unknown
  bool operator==(const ClassPace&) const = default;
};

/// Board::class_name -> what its trials take.
using PaceTable = std::map<std::string, ClassPace>;

/// Reads what write_pace wrote. A missing, damaged or foreign file is an empty table: it only costs a worse
/// order and forecast.
PaceTable read_pace(const std::filesystem::path& path);

/// Adds to the table in `path` (made when missing; what was measured there stays when `table` only
/// extrapolates) and writes it atomically:
/// {"schema_version": 1, "classes": {name: {"seconds", "trials", "first_checkpoint", "memory_mib",
/// "file_bytes"}}}. Throws EnvironmentError.
void write_pace(const std::filesystem::path& path, const PaceTable& table);

/// $XDG_CACHE_HOME/lnn-sweep/pace-<processor>-<backend>-<device>.json (or below ~/.cache): what `plan
/// --probe` measured on this kind of machine. Empty when there is no home.
std::filesystem::path pace_cache(const std::string& backend, const std::string& device);

/// What was measured before: in this run (RUN/pace.json), else in that cache.
PaceTable earlier_pace(const store::RunDirectory& run, const std::string& backend, const std::string& device);

/// What a whole trial takes by the epochs that its present start has reported: the way to the first one, and
/// as many more as it has at their mean [s]. The evaluation that follows is not known. Nothing before the
/// first report. To be asked before Board::ended.
std::optional<double> extrapolated_seconds(const TrialStatus& trial);

/// The most that a process which trains one of the waiting trials was seen to hold [MiB]; nothing unless that
/// was measured for all their classes.
std::optional<double> measured_memory(const Board& board, const PaceTable& earlier);

/// Predictions for the trials of a board, as of now.
class Pace {
 public:
  /// `earlier` counts as one trial of its class, whatever was measured.
  explicit Pace(const Board& board, const PaceTable& earlier = {});

  /// False before anything has been measured; then the functions below must not be called.
  bool known() const { return known_; }
  /// Of a whole trial of this class [s]: measured, or by the ratio of estimated costs.
  double seconds(int cost_class) const { return predictions_[static_cast<std::size_t>(cost_class)].seconds; }
  /// Standard deviation of that prediction as the mean of many trials, relative: from the scatter of the
  /// trials seen; 30 % where only one or a probe was, 70 % where only costs were compared (the worst seen is
  /// a factor of three).
  double uncertainty(int cost_class) const {
    return predictions_[static_cast<std::size_t>(cost_class)].uncertainty;
  }
  /// Standard deviation of single trials about their mean, relative.
  double scatter(int cost_class) const { return predictions_[static_cast<std::size_t>(cost_class)].scatter; }
  /// True when nothing of this class was measured: then all such classes are wrong together.
  bool by_cost_alone(int cost_class) const {
    return predictions_[static_cast<std::size_t>(cost_class)].by_cost_alone;
  }
  /// Of all classes, for Board::expect.
  std::vector<double> class_seconds() const;

 private:
  struct Prediction {
    double seconds = 0;
    double uncertainty = 0;
    double scatter = 0;
    bool by_cost_alone = false;
  };
  std::vector<Prediction> predictions_;
  bool known_ = false;
};

/// Time until the selected trials are done.
struct Forecast {
  double seconds = 0;
  double low = 0;  ///< with `high`: about 95 % of forecasts should end between them
  double high = 0;
};

/// Deals the remaining work out to `slots` slots, the longest trial first, at the pace seen. Nothing before
/// the first measurement.
std::optional<Forecast> forecast(const Board& board, const Pace& pace, double now, int slots);

/// The same from what this sweep alone has measured, without the interval [s].
std::optional<double> forecast_seconds(const Board& board, double now, int slots);

}  // namespace lnn::sweep
