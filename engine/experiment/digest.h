#pragma once

#include <string>

namespace lnn::experiment {

/// 12 hex digits that tell texts apart: the first of a SHA-1 based name (RFC 4122, version 5).
std::string short_digest(const std::string& text);

}  // namespace lnn::experiment
