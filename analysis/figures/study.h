#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/figures/axis.h"
#include "analysis/figures/sources.h"

/// What figures show: one experiment at one scale, with its arms and all that their trials' files hold.
namespace lnn::figures {

using experiment::Json;

/// With more seeds in an arm their range is drawn instead of each: single ones would hide each other, and
/// pictures would grow with the trials.
inline constexpr std::size_t most_single_seeds = 30;

/// One training of an arm.
struct StudyTrial {
  std::uint64_t seed = 0;             ///< of the network
  Json config;                        ///< resolved
  std::string outcome;                ///< an outcome's name, "damaged" or "missing"
  const store::TrialRecord* summary;  ///< in the run; null without a readable file
  store::TrialArrays arrays = {};     ///< empty without a readable file

  bool completed() const { return outcome == "completed"; }
  /// Trained to its end, be it a loss that is no number.
  bool trained() const { return completed() || outcome == "diverged"; }
  /// A metric of a completed trial; NaN where it has none.
  double metric(const std::string& name) const;
  /// A history column; empty where there is none.
  std::span<const double> history(const std::string& column) const;
  /// A group of a completed trial: group("learned", "signature"); null where there is none.
  const store::ArrayGroup* group(const std::string& family, const std::string& name) const;
  /// True when it has groups of this family.
  bool has_family(const std::string& family) const;
  /// It learns from trajectories (paper B), not from states in a box.
  bool of_trajectories() const;
  /// One of the coordinates is a time, and trajectories run over the proper time.
  bool lorentzian() const;
};

/// Trials that differ in the seed only, by seed.
struct StudyArm {
  std::string label;
  Json swept;  ///< what tells it from other arms
  std::vector<StudyTrial> trials;

  std::vector<const StudyTrial*> completed_with(const std::string& family,
                                                const std::string& name = "") const;
};

struct Study {
  std::string file_name;  ///< first part of its figures' names
  Json definition;        ///< the experiment file
  std::string scale;
  std::vector<StudyArm> arms;  ///< in the file's order
  std::size_t planned = 0;     ///< trials
  std::size_t ended = 0;       ///< of these

  /// Section IV of paper A compares arms on one system; everything else is about a system and what was
  /// learned.
  bool compares_arms() const;
  /// Some arm learns from trajectories.
  bool of_trajectories() const;
  /// No arm has more than most_single_seeds.
  bool shows_each_seed() const;
  /// The experiment's title, what is shown, and whether trials are still missing; plain.
  std::string title(const std::string& what) const;
  /// The rest of a subtitle: what, and at which scale; plain.
  std::string subtitle(const std::string& what) const;
  /// Arms with completed trials that have this group (any of the family without a name).
  std::vector<const StudyArm*> arms_with(const std::string& family, const std::string& name = "") const;
  /// Published values of an arm's metric, from the tables of the experiment file.
  Numbers published(const StudyArm& arm, const std::string& metric) const;
};

/// Reads the files of an experiment's trials. `file_name` begins its figures' names. A file that has become
/// unreadable since its run was scanned counts as damaged. The run must outlive the study.
Study read_study(const Json& definition, const analysis::RunResults& run, const Sources& sources,
                 const std::string& file_name);

/// Values of an array of a group, in the order of the file. Throws EnvironmentError when it is not there or
/// has another shape; an extent of -1 stands for any.
const store::DataArray& need_array(const store::ArrayGroup& group, const std::string& name,
                                   const std::vector<std::int64_t>& shape);

/// Numbers of trials: how many seeds each arm shows.
std::vector<std::size_t> numbers_with(const std::vector<const StudyArm*>& arms, const std::string& family,
                                      const std::string& name = "");

/// A trial that stands for its experiment.
struct Representative {
  const StudyArm* arm = nullptr;
  const StudyTrial* trial = nullptr;
  std::size_t among = 0;  ///< trials to choose from
};

/// The completed trial with this group whose validation loss, without penalty, is lowest. Without that metric
/// the first one. Precondition: an arm has the group.
Representative best_trial(const std::vector<const StudyArm*>& arms, const std::string& family,
                          const std::string& name = "");

/// Which trial is shown, and out of how many: "GeLU, seed 2 (lowest loss of 6)".
std::string name_of(const Study& study, const Representative& shown);

}  // namespace lnn::figures
