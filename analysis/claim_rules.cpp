#include "analysis/claim_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace lnn::analysis {
namespace {

enum class Side { below, above, both };

Side side_of(const Interval& interval, double boundary) {
  if (interval.high < boundary) return Side::below;
  return interval.low > boundary ? Side::above : Side::both;
}

/// The effect of two equal groups.
double no_effect(EffectKind kind) {
  return kind == EffectKind::ratio ? 1 : 0;
}

Side side_of(const Effect& effect) {
  return side_of(*effect.interval, no_effect(effect.kind));
}

Finding judge_direction(const Effect& effect, Side claimed) {
  const Side side = side_of(effect);
  if (side == claimed) return {Verdict::reproduced, "separated"};
  if (side != Side::both) return {Verdict::not_reproduced, "separated the other way"};
  return {Verdict::undecided, fmt::format("not separated: the interval includes {}", no_effect(effect.kind))};
}

Finding judge_similarity(const Effect& ratio, double tolerance) {
  const double factor = 1 + tolerance;
  const Interval allowed{1 / factor, factor};
  const Interval& measured = *ratio.interval;
  if (allowed.contains(measured.low) && allowed.contains(measured.high)) {
    return {Verdict::reproduced, fmt::format("within a factor {:g}", factor)};
  }
  if (measured.high < allowed.low || measured.low > allowed.high) {
    return {Verdict::not_reproduced, fmt::format("more than a factor {:g} apart", factor)};
  }
  return {Verdict::undecided, fmt::format("the interval reaches beyond a factor {:g}", factor)};
}

std::string direction_of(const Interval& reduction) {
  switch (side_of(reduction, 0)) {
    case Side::above:
      return "the direction holds";
    case Side::below:
      return "the direction is the other one";
    case Side::both:
      return "the direction is open";
  }
  return "";
}

// An interval that includes no effect at all says nothing about a large one, even when it includes both.
Finding judge_reduction(const Effect& reduction, double published, double tolerance) {
  const Interval& measured = *reduction.interval;
  const Interval near{published - tolerance, published + tolerance};
  if (measured.high < near.low || measured.low > near.high) {
    return {Verdict::not_reproduced, fmt::format("{:g} % is more than {:g} points outside the interval; {}",
                                                 published, tolerance, direction_of(measured))};
  }
  const bool precise = near.contains(measured.low) && near.contains(measured.high);
  if (measured.contains(0) && !precise) {
    return {Verdict::undecided, "too wide: the interval allows the published effect and none"};
  }
  return {Verdict::reproduced,
          measured.contains(published)
              ? fmt::format("{:g} % is in the interval", published)
              : fmt::format("{:g} % is within {:g} points of the interval", published, tolerance)};
}

Finding judge_value(const Effect& ratio) {
  constexpr double widest_informative = 10;
  const Interval& expected = *ratio.interval;
  if (!expected.contains(1)) {
    return {Verdict::not_reproduced, fmt::format("the published value is {} than the seeds let expect",
                                                 expected.low > 1 ? "lower" : "higher")};
  }
  if (expected.high > widest_informative * expected.low) {
    return {Verdict::undecided,
            fmt::format("too wide: the seeds spread over more than a factor {:g}", widest_informative)};
  }
  return {Verdict::reproduced, "the published value is what the seeds let expect"};
}

Finding judge_threshold(bool holds, bool fails, double published) {
  if (holds) return {Verdict::reproduced, "the whole interval is on the published side"};
  if (fails) return {Verdict::not_reproduced, "the whole interval is on the other side"};
  return {Verdict::undecided, fmt::format("the interval includes {:g}", published)};
}

Finding judge_at_most(const Effect& level, double published) {
  return judge_threshold(level.interval->high <= published, level.interval->low > published, published);
}

Finding judge_at_least(const Effect& level, double published) {
  return judge_threshold(level.interval->low >= published, level.interval->high < published, published);
}

Finding judge_order(const JudgedClaim& claim) {
  std::vector<std::string> separated;
  std::vector<std::string> open;
  std::vector<std::string> reversed;
  for (std::size_t i = 0; i < claim.effects.size(); ++i) {
    const Side side = side_of(claim.effects[i]);
    auto& pairs = side == Side::below ? separated : side == Side::above ? reversed : open;
    const std::string& lower = claim.groups[side == Side::above ? i + 1 : i].arms.label;
    const std::string& higher = claim.groups[side == Side::above ? i : i + 1].arms.label;
    pairs.push_back(fmt::format("{} {} {}", lower, side == Side::both ? "and" : "below", higher));
  }
  std::vector<std::string> parts;
  if (!reversed.empty()) parts.push_back(fmt::format("the other way: {}", fmt::join(reversed, "; ")));
  if (!open.empty()) parts.push_back(fmt::format("not separated: {}", fmt::join(open, "; ")));
  if (!separated.empty()) parts.push_back(fmt::format("separated: {}", fmt::join(separated, "; ")));
  const Verdict verdict = !reversed.empty() ? Verdict::not_reproduced
                          : open.empty()    ? Verdict::reproduced
                                            : Verdict::undecided;
  return {verdict, fmt::format("{}", fmt::join(parts, ". "))};
}

}  // namespace

Finding finding_of(const JudgedClaim& claim) {
  const ClaimDefinition& definition = claim.definition;
  const Effect& effect = claim.effects.front();
  switch (definition.comparison) {
    case Comparison::lower:
      return judge_direction(effect, Side::below);
    case Comparison::higher:
      return judge_direction(effect, Side::above);
    case Comparison::similar:
      return judge_similarity(effect, definition.tolerance.value());
    case Comparison::reduction:
      return judge_reduction(effect, definition.published.front(), definition.tolerance.value());
    case Comparison::value:
      return judge_value(effect);
    case Comparison::at_most:
      return judge_at_most(effect, definition.published.front());
    case Comparison::at_least:
      return judge_at_least(effect, definition.published.front());
    case Comparison::order:
      return judge_order(claim);
  }
  invariant(false, "every comparison has a rule");
  return {};
}

}  // namespace lnn::analysis
