#pragma once

#include <string>

namespace lnn::trial {

/// What a trial program says and returns when an exception ends it.
struct Failure {
  int exit_code = 1;    ///< see trial/protocol.h
  std::string message;  ///< one line
  std::string details;  ///< where in which library; empty for errors of our own
};

/// Of the exception that is just being handled; call it in a catch block.
Failure current_failure();

}  // namespace lnn::trial
