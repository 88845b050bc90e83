#pragma once

#include "trial/run_trial.h"

namespace lnn::trial {

/// Trains request after request (trial/protocol.h) from standard input until that ends. Every request is
/// trained exactly as by a process of its own: bitwise the same results. Standard error goes to the request's
/// log while it is served, and nowhere afterwards; after an exception, which ends the service, it still goes
/// to that log. Throws as train() does, and UserError for what is no request.
void serve(const RunOptions& how);

}  // namespace lnn::trial
