#include "store/trial_note.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/sealed_file.h"

namespace lnn::store {
namespace {

using Json = nlohmann::json;

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_text(const Glance& glance) {
  return fmt::format(R"({{"id":{},"outcome":"{}","attempts":{},"seconds":{},"reason":{}}})",
                     quoted(glance.id), to_name(glance.outcome), glance.attempts, Json(glance.seconds).dump(),
                     quoted(glance.reason));
}

// Without its last character, however many bytes of UTF-8 that has.
void drop_last(std::string& text) {
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
  while (!text.empty() && continues(text.back())) text.pop_back();
  if (!text.empty()) text.pop_back();
}

}  // namespace

Glance glance_of(const TrialRecord& record) {
  const auto seconds = record.metrics.find("seconds");
  return {record.id, record.outcome, record.attempts,
          seconds == record.metrics.end() ? 0.0 : seconds->second.value, record.reason};
}

std::string note_of(const TrialRecord& record) {
  Glance glance = glance_of(record);
  std::string note = to_text(glance);
  constexpr const char* mark = "...";
  std::string kept = glance.reason.substr(0, largest_note);
  while (note.size() > largest_note && !kept.empty()) {
    drop_last(kept);
    glance.reason = kept + mark;
    note = to_text(glance);
  }
  return note;
}

std::optional<Glance> parse_note(const std::string& note) {
  static const std::vector<std::string> outcomes = enum_names<Outcome>();
  try {
    const Json json = Json::parse(note);
    const std::string outcome = json.at("outcome");
    if (std::ranges::find(outcomes, outcome) == outcomes.end()) return std::nullopt;
    const Json& seconds = json.at("seconds");  // null for NaN
    return Glance{json.at("id"), from_name<Outcome>(outcome), json.at("attempts"),
                  seconds.is_null() ? 0.0 : seconds.get<double>(), json.at("reason")};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace lnn::store
