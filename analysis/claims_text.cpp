#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "analysis/render_claims.h"
#include "analysis/text_table.h"
#include "base/error.h"

namespace lnn::analysis {
namespace {

using Texts = std::vector<std::string>;

std::string joined(const Texts& texts, const char* separator = ", ") {
  return fmt::format("{}", fmt::join(texts, separator));
}

std::string published_text(const ClaimDefinition& definition) {
  Texts numbers;
  for (const double number : definition.published) numbers.push_back(fmt::format("{:g}", number));
  switch (definition.comparison) {
    case Comparison::reduction:
      return numbers[0] + " % lower";
    case Comparison::value:
      return joined(numbers);
    case Comparison::at_most:
      return "at most " + numbers[0];
    case Comparison::at_least:
      return "at least " + numbers[0];
    case Comparison::order:
      return "ascending";
    case Comparison::lower:
    case Comparison::higher:
    case Comparison::similar:
      return to_name(definition.comparison);
  }
  invariant(false, "every comparison has a text");
  return "";
}

std::string interval_text(const Effect& effect) {
  if (!effect.interval) return "";
  if (effect.kind == EffectKind::reduction_percent) {
    return fmt::format(" [{:.1f}, {:.1f}]", effect.interval->low, effect.interval->high);
  }
  return fmt::format(" [{:.3g}, {:.3g}]", effect.interval->low, effect.interval->high);
}

std::string effect_text(const Effect& effect) {
  switch (effect.kind) {
    case EffectKind::level:
      return interval_text(effect);
    case EffectKind::difference:
      return fmt::format("; difference {:.3g}{}", effect.estimate, interval_text(effect));
    case EffectKind::ratio:
      return fmt::format("; ratio {:.3g}{}", effect.estimate, interval_text(effect));
    case EffectKind::reduction_percent:
      return fmt::format("; {:.1f} % lower{}", effect.estimate, interval_text(effect));
    case EffectKind::ratio_to_published:
      return fmt::format("; {:.3g} times the published{}", effect.estimate, interval_text(effect));
  }
  invariant(false, "every effect has a text");
  return "";
}

std::string levels_text(const JudgedClaim& claim) {
  const bool is_order = claim.definition.comparison == Comparison::order;
  Texts levels;
  for (const ClaimGroup& group : claim.groups) {
    levels.push_back((is_order ? group.arms.label + " " : "") + fmt::format("{:.3g}", *group.level));
  }
  return joined(levels, is_order ? ", " : " against ");
}

// "n=8", or each group's own number of seeds.
std::string seeds_text(const JudgedClaim& claim) {
  Texts seeds;
  for (const ClaimGroup& group : claim.groups) seeds.push_back(std::to_string(group.seeds));
  const bool equal = std::ranges::count(seeds, seeds.front()) == std::ssize(seeds);
  return "n=" + (equal ? seeds.front() : joined(seeds));
}

std::string measured_text(const JudgedClaim& claim) {
  if (claim.groups.empty() || !claim.groups.front().level) return "-";
  const Texts statistics{"", "geometric mean ", "median "};
  std::string text = statistics[static_cast<std::size_t>(claim.statistic)] + levels_text(claim);
  // The pairs of an order are told by the verdict's reason.
  if (claim.effects.size() == 1) text += effect_text(claim.effects.front());
  return fmt::format("{} ({})", text, seeds_text(claim));
}

std::string status_text(const ClaimReport& report) {
  return fmt::format("{} {}, scale {}. {}{} of {} trials finished. 95 % intervals over n seeds.",
                     report.runs.size() == 1 ? "Run" : "Runs", joined(report.runs), report.scale,
                     report.ended < report.planned ? "PARTIAL: " : "", report.ended, report.planned);
}

std::string counts_text(const ClaimReport& report) {
  Texts counts;
  for (const auto& [verdict, name] : EnumNames<Verdict>::table) {
    if (report.count(verdict) > 0) counts.push_back(fmt::format("{} {}", report.count(verdict), name));
  }
  return fmt::format("{} {}: {}.", report.claims.size(), report.claims.size() == 1 ? "claim" : "claims",
                     joined(counts));
}

std::string statement_text(const ClaimDefinition& definition) {
  return fmt::format("{}{}{}{}", definition.statement,
                     definition.paper.empty() ? "" : fmt::format(" ({})", definition.paper),
                     definition.note.empty() ? "" : " ", definition.note);
}

std::string statements_text(const ClaimReport& report) {
  std::string text;
  for (const JudgedClaim& claim : report.claims) {
    text += fmt::format("\n- {}: {}", claim.definition.name, statement_text(claim.definition));
  }
  return text;
}

TextTable table_of(const ClaimReport& report, Texts header, Texts (*row)(const JudgedClaim&)) {
  TextTable table{"Claims: " + report.title, status_text(report), std::move(header), {}, ""};
  for (const JudgedClaim& claim : report.claims) table.rows.push_back(row(claim));
  return table;
}

Texts markdown_row(const JudgedClaim& claim) {
  return {claim.definition.name, published_text(claim.definition), measured_text(claim),
          to_name(claim.verdict), claim.why};
}

Texts latex_row(const JudgedClaim& claim) {
  return {statement_text(claim.definition), published_text(claim.definition), measured_text(claim),
          to_name(claim.verdict)};
}

}  // namespace

ClaimWords claim_words(const JudgedClaim& claim) {
  return {statement_text(claim.definition), published_text(claim.definition), measured_text(claim)};
}

std::string claims_markdown(std::span<const ClaimReport> reports) {
  Texts tables;
  for (const ClaimReport& report : reports) {
    TextTable table = table_of(report, {"claim", "published", "measured", "verdict", "why"}, markdown_row);
    table.note = counts_text(report) + "\n" + statements_text(report);
    tables.push_back(to_markdown(table));
  }
  return joined(tables, "\n");
}

std::string claims_latex(std::span<const ClaimReport> reports) {
  Texts tables;
  for (const ClaimReport& report : reports) {
    TextTable table = table_of(report, {"claim", "published", "measured", "verdict"}, latex_row);
    table.note = counts_text(report);
    tables.push_back(to_latex(table, fmt::format("tab:claims-{}-{}", report.experiment, report.scale),
                              R"(p{0.3\textwidth}lp{0.3\textwidth}l)"));
  }
  return joined(tables, "\n");
}

std::string render_claims(std::span<const ClaimReport> reports, ClaimFormat format) {
  switch (format) {
    case ClaimFormat::markdown:
      return claims_markdown(reports);
    case ClaimFormat::latex:
      return claims_latex(reports);
    case ClaimFormat::json:
      return claims_json(reports);
  }
  invariant(false, "every claim format has a renderer");
  return {};
}

}  // namespace lnn::analysis
