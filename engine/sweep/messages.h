#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "sweep/slot.h"

/// JSON forms of what travels between trial, supervisor, master and event log.
namespace lnn::sweep {

using Json = nlohmann::json;

/// An epoch line of a trial (trial/protocol.h); null becomes NaN. Nothing when it is not one.
std::optional<trial::EpochEvent> parse_epoch(const Json& json);

/// {"slot":0,"id":"...","epoch":{...}} or {"slot":0,"id":"...","end":{...}}.
Json to_json(const SlotEvent& event);
/// Throws nlohmann::json::exception when it is not such an event.
SlotEvent slot_event_from_json(const Json& json);

}  // namespace lnn::sweep
