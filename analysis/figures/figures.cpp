#include "analysis/figures/figures.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.h"

namespace lnn::figures {
namespace {

namespace fs = std::filesystem;
using analysis::RunResults;

/// An experiment at a scale, and the first part of its figures' names.
struct NamedExperiment {
  const RunResults* run;
  const Json* definition;
  std::string name;
};

void require_file_name(const std::string& name, const RunResults& run) {
  const auto letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (!name.empty() && name.find_first_not_of(letters) == std::string::npos) return;
  throw_user_error("{}: an experiment is called '{}' (no name for a file). Rename it.", run.name, name);
}

/// All experiments. Where the runs hold one at several scales, the scale is part of the name.
std::vector<NamedExperiment> named_experiments(const std::vector<RunResults>& runs) {
  std::map<std::string, int> scales;
  for (const RunResults& run : runs) {
    for (const Json& definition : run.plan.experiments) ++scales[definition.at("name")];
  }
  std::vector<NamedExperiment> experiments;
  for (const RunResults& run : runs) {
    for (const Json& definition : run.plan.experiments) {
      const std::string name = definition.at("name");
      require_file_name(name, run);
      experiments.push_back({&run, &definition, scales[name] > 1 ? name + "_" + run.plan.scale : name});
    }
  }
  return experiments;
}

/// Which of a run's figures are wanted.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& only) : only_(only) {
    for (const FigureKind& kind : figure_kinds()) known_.push_back(kind.name);
  }

  /// False when no figure of this kind of this experiment can be wanted.
  bool may_want(const std::string& experiment, const std::string& kind) {
    known_.push_back(experiment);
    return only_.empty() || std::ranges::any_of(only_, [&](const std::string& one) {
             return one == experiment || one == kind || one.starts_with(experiment + "_" + kind);
           });
  }
  bool wants(const std::string& experiment, const std::string& kind, const std::string& figure) {
    known_.push_back(figure);
    return only_.empty() || std::ranges::any_of(only_, [&](const std::string& one) {
             return one == experiment || one == kind || one == figure;
           });
  }
  /// Throws for entries that have met nothing.
  void require_known() const {
    for (const std::string& one : only_) {
      if (std::ranges::find(known_, one) == known_.end()) throw_unknown_name("--only", one, known_);
    }
  }

 private:
  std::vector<std::string> only_;
  std::vector<std::string> known_;
};

/// Experiments are read and forgotten one by one: a run of all of a paper is large.
FiguresReport for_each_figure(const Sources& sources, const FiguresOptions& options,
                              const std::function<void(const Picture&)>& use) {
  Selection selection(options.only);
  FiguresReport report;
  for (const auto& [run, definition, name] : named_experiments(sources.runs())) {
    std::vector<FigureKind> kinds;
    for (const FigureKind& kind : figure_kinds()) {
      if (selection.may_want(name, kind.name)) kinds.push_back(kind);
    }
    if (kinds.empty()) continue;
    const Study study = read_study(*definition, *run, sources, name);
    for (const FigureKind& kind : kinds) {
      const Drawn drawn = kind.draw(study);
      Applied applied{name, kind, {}, drawn.why_not};
      for (const Picture& picture : drawn.pictures) {
        if (!selection.wants(name, kind.name, picture.name())) continue;
        applied.names.push_back(picture.name());
        use(picture);
      }
      if (!applied.names.empty() || drawn.pictures.empty()) report.applied.push_back(std::move(applied));
    }
  }
  selection.require_known();
  return report;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    throw_environment_error("{} cannot be made ({}). Choose another --out.", folder.string(),
                            error ? error.message() : "it is no folder");
  }
}

}  // namespace

FiguresReport list_figures(const Sources& sources, const FiguresOptions& options) {
  return for_each_figure(sources, options, [](const Picture&) {});
}

FiguresReport draw_figures(const Sources& sources, const FiguresOptions& options) {
  make_folder(options.out);
  FiguresReport report =
      for_each_figure(sources, options, [&](const Picture& picture) { write_script(picture, options.out); });
  for (const Applied& applied : report.applied) {
    for (const std::string& name : applied.names) {
      for (const PictureFormat format : options.formats)
        report.files.push_back(draw(name, options.out, format));
    }
  }
  return report;
}

}  // namespace lnn::figures
