#pragma once

#include <string>

namespace lnn::trial {

/// Computes a little on a device and compares with the known result. Throws UserError for a name that is
/// none, and whatever the device's library throws when it does not work; std::runtime_error for a wrong
/// result.
void check_device(const std::string& name);

}  // namespace lnn::trial
