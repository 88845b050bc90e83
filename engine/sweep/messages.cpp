#include "sweep/messages.h"

#include <limits>

namespace lnn::sweep {

std::optional<trial::EpochEvent> parse_epoch(const Json& json) {
  if (!json.is_object() || json.value("event", Json()) != "epoch") return std::nullopt;
  Json numbers = json;
  for (auto& item : numbers) {
    if (item.is_null()) item = std::numeric_limits<double>::quiet_NaN();
  }
  try {
    return numbers.get<trial::EpochEvent>();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

Json to_json(const SlotEvent& event) {
  Json json{{"slot", event.slot}, {"id", event.id}};
  if (const auto* epoch = std::get_if<trial::EpochEvent>(&event.report)) {
    json["epoch"] = Json::parse(to_line(*epoch));
  } else {
    const auto& end = std::get<TrialEnd>(event.report);
    json["end"] = {{"outcome", to_name(end.outcome)},
                   {"reason", end.reason},
                   {"seconds", end.seconds},
                   {"environment_problem", end.environment_problem},
                   {"device_problem", end.device_problem},
                   {"hopeless", end.hopeless},
                   {"run_alone", end.run_alone},
                   {"peak_memory", end.peak_memory}};
  }
  return json;
}

SlotEvent slot_event_from_json(const Json& json) {
  SlotEvent event{json.at("slot"), json.at("id"), {}};
  if (json.contains("epoch")) {
    event.report = parse_epoch(json.at("epoch")).value();
  } else {
    const Json& end = json.at("end");
    event.report = TrialEnd{.outcome = from_name<store::Outcome>(end.at("outcome").get<std::string>()),
                            .reason = end.at("reason"),
                            .seconds = end.at("seconds"),
                            .environment_problem = end.at("environment_problem"),
                            .device_problem = end.at("device_problem"),
                            .hopeless = end.at("hopeless"),
                            .run_alone = end.at("run_alone"),
                            .peak_memory = end.at("peak_memory")};
  }
  return event;
}

}  // namespace lnn::sweep
