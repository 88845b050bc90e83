#pragma once

#include <array>
#include <utility>

#include "base/names.h"
#include "physics/trajectory.h"

/// From where and how a learned model is rolled out; free of LibTorch, so that planning never loads it.
namespace lnn::rollout {

/// The system's published initial states (physics::published_rollout_tests), or no rollouts.
enum class Tests { published, none };

struct Options {
  Tests tests = Tests::published;
  physics::TimeGrid grid;                      ///< of the output, [s]
  physics::Tolerances tolerances{1e-8, 1e-6};  ///< of the learned model's solver (paper A, code)
  int max_steps = 20000;                       ///< of the learned model's solver, per test
};

}  // namespace lnn::rollout

namespace lnn {
template <>
struct EnumNames<rollout::Tests> {
  using E = rollout::Tests;
  static constexpr const char* what = "tests";
  static constexpr std::array table{std::pair{E::published, "published"}, std::pair{E::none, "none"}};
};
}  // namespace lnn
