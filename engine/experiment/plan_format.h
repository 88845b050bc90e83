#pragma once

/// The two forms of a plan as JSON; plan_reader.cpp reads both (read_plan, parse_plan).
namespace lnn::experiment {

inline constexpr const char* plan_program = "lnn-sweep";
inline constexpr int complete_plan_version = 1;  ///< every trial with its configuration and its arms
inline constexpr int shared_plan_version = 2;    ///< trials refer to arms, arms to a base

}  // namespace lnn::experiment
