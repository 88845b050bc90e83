#include "audit/comparison_json.h"

#include "base/error.h"

namespace lnn::audit {
namespace {

template <class T>
nlohmann::json value_or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

nlohmann::json to_json(const std::vector<Difference>& differences) {
  nlohmann::json list = nlohmann::json::array();
  for (const Difference& difference : differences) {
    list.push_back({{"part", to_name(difference.part)},
                    {"what", difference.what},
                    {"epoch", value_or_null(difference.epoch)},
                    {"position", value_or_null(difference.position)},
                    {"first", difference.first},
                    {"second", difference.second},
                    {"relative", value_or_null(difference.relative)}});
  }
  return list;
}

nlohmann::json to_json(const std::vector<FactDifference>& facts) {
  nlohmann::json list = nlohmann::json::array();
  for (const FactDifference& fact : facts)
    list.push_back({{"name", fact.name}, {"first", fact.first}, {"second", fact.second}});
  return list;
}

std::string to_text(const FactDifference& fact, const std::string& there, const std::string& here) {
  const auto shown = [](const std::string& text) {
    return text.empty() ? std::string("not recorded") : text;
  };
  return fmt::format("{}: {} {}, {} {}", fact.name, shown(fact.first), there, shown(fact.second), here);
}

}  // namespace lnn::audit
