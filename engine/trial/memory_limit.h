#pragma once

namespace lnn::trial {

/// Limits what this process may allocate (RLIMIT_DATA) to `mebibytes`, those that its libraries hold already
/// included: an allocation beyond is std::bad_alloc instead of a machine without memory. Throws UserError
/// when the process holds more than that already.
void limit_memory(double mebibytes);

}  // namespace lnn::trial
