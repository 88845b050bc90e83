#include "trial/failure.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <new>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/machine.h"
#include "trial/checkpoints.h"
#include "trial/protocol.h"

namespace lnn::trial {
namespace {

// LibTorch and the libraries below it tell kinds of errors apart by their texts only, or by types that differ
// between versions.
constexpr std::array<std::string_view, 5> memory_phrases{
    "out of memory", "can't allocate memory", "not enough memory", "out_of_memory", "STATUS_ALLOC_FAILED"};
constexpr std::array<std::string_view, 5> device_phrases{"CUDA error", "CUDA driver error", "cuDNN error",
                                                         "cusolver error", "CUBLAS_STATUS"};

bool mentions(std::string_view text, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(
      phrases, [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
}

Failure out_of_memory(const std::string& text) {
  return {exit_out_of_memory,
          fmt::format("out of memory ({}; the process held {:.0f} MiB). Give it more, or train less at once.",
                      text, peak_resident_mebibytes()),
          {}};
}

// `text` of an exception that is not one of ours.
Failure library_failure(const std::string& text) {
  if (mentions(text, memory_phrases)) return out_of_memory(text);
  return {mentions(text, device_phrases) ? exit_device : 1, text, {}};
}

// LibTorch puts its call stack behind the message, and advice for programmers on further lines.
Failure library_failure(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  Failure failure = library_failure(text.substr(0, text.find('\n')));
  failure.details = error.what();
  return failure;
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const UserError& error) {
    return {exit_bad_configuration, error.what(), {}};
  } catch (const EnvironmentError& error) {
    return {exit_environment, error.what(), {}};
  } catch (const Stopped& stopped) {
    return {exit_stopped, stopped.what(), {}};
  } catch (const std::bad_alloc& error) {
    return out_of_memory(error.what());
  } catch (const c10::Error& error) {
    return library_failure(error);
  } catch (const std::exception& error) {
    return library_failure(std::string(error.what()));
  }
}

}  // namespace lnn::trial
