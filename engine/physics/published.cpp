#include <numbers>

#include "base/error.h"
#include "base/names.h"
#include "physics/sampling.h"
#include "physics/trajectory.h"

/// Published data sets and rollout tests, one row per system (paper A's code; paper A, appendix D, has the
/// same sizes).
namespace lnn::physics {
namespace {

constexpr double pi = std::numbers::pi;
constexpr Interval one_turn{0, 2 * pi};
constexpr Interval wide_turn{-pi / 2, 5 * pi / 2};
/// The drawn t' is replaced by the constraint, so that any interval gives the same data.
constexpr Interval replaced{-1, 1};

constexpr Interval within(double half_width) {
  return {-half_width, half_width};
}

constexpr Interval logarithmic(double low, double high) {
  return {low, high, true};
}

struct PublishedData {
  int samples;
  std::uint32_t seed;
  Box q_training;
  Box q_validation;
  Box v;
};

using Name = std::string_view;

const std::map<Name, PublishedData>& data_table() {
  static const Box ads2{within(5), logarithmic(0.5, 6)};
  static const Box ads3{within(5), within(5), logarithmic(0.2, 10)};
  static const Box ads4{within(5), within(5), within(5), logarithmic(0.5, 6)};
  static const Interval polar{pi / 10, 9 * pi / 10};
  // Paper B trains on single trajectories, so its systems' boxes are ours: the reference motions from its
  // training and test states (s in [-1.6, 0.7], |phi| < 6.2, |s'| < 4.5, |phi'| < 8.9; |x|, |y| < 1.11,
  // |x'|, |y'| < 0.74) with a margin; size and seed as for paper A's systems of two coordinates. Kepler's box
  // holds the attracting center, near which a few samples have very large accelerations.
  // Of the two systems that are ours, too, the boxes hold the motions of discrete::published_trajectories().
  static const Box cart{within(2), within(2 * pi)};
  static const Box kepler{within(1.2), within(1.2)};
  static const std::map<Name, PublishedData> table{
      {"ads2", {60'000, 1010, ads2, ads2, {replaced, within(0.6)}}},
      {"ads3", {75'000, 302, ads3, ads3, {replaced, within(3), within(3)}}},
      {"ads4", {120'000, 303, ads4, ads4, {replaced, within(5), within(5), within(0.6)}}},
      {"cart_pendulum", {60'000, 86, cart, cart, {within(5), within(10)}}},
      {"constant_force", {4'000, 86, {{0, 1}}, {{0, 1}}, {within(2)}}},
      {"double_pendulum", {60'000, 86, Box(2, wide_turn), Box(2, one_turn), Box(2, within(10))}},
      {"free_particle", {60'000, 86, Box(2, within(5)), Box(2, within(5)), Box(2, within(1))}},
      {"harmonic_oscillator", {4'000, 86, {within(1)}, {within(1)}, {within(2)}}},
      {"isotropic_oscillator", {60'000, 86, Box(2, within(1.2)), Box(2, within(1.2)), Box(2, within(1.2))}},
      {"kepler", {60'000, 86, kepler, kepler, Box(2, within(0.8))}},
      {"sphere", {50'000, 847, {polar, wide_turn}, {polar, one_turn}, Box(2, within(5))}},
      {"spring_pendulum", {60'000, 86, {{0.05, 5}, wide_turn}, {{0.1, 5}, one_turn}, Box(2, within(5))}},
      {"triple_pendulum", {60'000, 82, Box(3, wide_turn), Box(3, one_turn), Box(3, within(10))}},
  };
  return table;
}

struct PublishedTests {
  TimeGrid grid;
  std::uint32_t seed;
  Box q;
  Box v;
};

const std::map<Name, PublishedTests>& tests_table() {
  static const Interval start{0, 0};
  static const std::map<Name, PublishedTests> table{
      {"ads2", {{0.01, 1}, 101, {start, logarithmic(0.5, 3)}, {replaced, within(0.25)}}},
      {"ads3",
       {{0.001, 0.1}, 301, {start, within(5), logarithmic(0.5, 5)}, {replaced, within(2), within(2)}}},
      {"ads4",
       {{0.01, 0.5},
        103,
        {start, within(1), within(1), logarithmic(0.5, 3)},
        {replaced, within(1), within(1), within(0.25)}}},
      {"constant_force", {{0.001, 4}, 96, {{0, 1}}, {within(2)}}},
      {"double_pendulum", {{0.1, 100}, 96, Box(2, one_turn), Box(2, within(0.1))}},
      {"harmonic_oscillator", {{0.001, 4}, 96, {{0, 1}}, {within(2)}}},
      {"sphere", {{0.05, 20}, 927, {{pi / 4, 3 * pi / 4}, one_turn}, Box(2, within(5))}},
      {"spring_pendulum", {{0.1, 50}, 55, {{0.5, 1.5}, one_turn}, Box(2, within(1))}},
      {"triple_pendulum", {{0.1, 100}, 96, Box(3, one_turn), Box(3, within(0.1))}},
  };
  return table;
}

/// One float32 per interval, each the first number of its own generator.
std::vector<double> draw_state(const Box& box, std::uint32_t first_seed) {
  std::vector<double> state;
  for (std::uint32_t j = 0; j < box.size(); ++j) {
    state.push_back(draw(box[j], uniform24(first_seed + j, 1).front()));
  }
  return state;
}

}  // namespace

PublishedSampling published_sampling(const System& system) {
  const auto found = data_table().find(system.name());
  invariant(found != data_table().end(), "every system has a published data set");
  const auto& [samples, seed, q_training, q_validation, v] = found->second;
  return {.training = {samples, seed, q_training, v},
          .validation = {validation_samples(samples), seed + validation_seed_offset, q_validation, v}};
}

bool has_published_rollout_tests(const System& system) {
  return tests_table().contains(system.name());
}

RolloutTests published_rollout_tests(const System& system) {
  const auto found = tests_table().find(system.name());
  if (found == tests_table().end()) {
    std::vector<std::string> names;
    for (const auto& [name, tests] : tests_table()) names.emplace_back(name);
    throw_user_error("'{}' has no published rollout tests (only paper A's systems have). Use one of {}.",
                     system.name(), quoted_list(names));
  }
  constexpr std::uint32_t count = 4;
  const PublishedTests& published = found->second;
  const auto n = static_cast<std::uint32_t>(system.dimension());
  RolloutTests tests{.grid = published.grid, .initial_states = {}};
  for (std::uint32_t i = 0; i < count; ++i) {
    InitialState state{.q = draw_state(published.q, published.seed + n * i),
                       .v = draw_state(published.v, published.seed + n * (count + i))};
    system.apply_constraint(state.q, state.v);
    tests.initial_states.push_back(std::move(state));
  }
  return tests;
}

}  // namespace lnn::physics
