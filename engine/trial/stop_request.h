#pragma once

namespace lnn::trial {

/// While it lives, SIGINT, SIGTERM and SIGUSR1 ask this process to stop at the next good moment. The second
/// signal of a kind does what it does without this: it kills. One at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// True once somebody has asked.
  static bool made();
};

}  // namespace lnn::trial
