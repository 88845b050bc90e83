#include "audit/verify.h"

#include <unistd.h>

#include <chrono>
#include <iostream>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "sweep/run_lock.h"

namespace lnn::cli {
namespace {

Syntax verify_syntax() {
  Syntax syntax{
      "lnn-sweep verify RUN [--json] [--quick]",
      "Checks every file of a run and lists what is damaged or missing, each with what to do about it. Only "
      "reads, so it may be asked at any time, also of a run on a read-only disk; while a sweep works there, "
      "unfinished trials are no fault. Exit code 0: whole; 1: something is missing or damaged, and the "
      "command "
      "that made the run, given again, repairs it; 3: the run cannot be read at all.",
      po::options_description("Options"),
      {"RUN"}};
  syntax.options.add_options()                                           //
      ("json", po::bool_switch(), "one JSON object for other programs")  //
      ("quick", po::bool_switch(),
       "trust trial files that have the size and time under which results.h5 knows them");
  return syntax;
}

// One line on a terminal, drawn a few times a second, gone at the end.
class ProgressLine {
 public:
  void show(std::string_view what, std::size_t done, std::size_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    std::cerr << fmt::format("\r\x1b[Kchecking {}: {} of {}", what, done, total) << std::flush;
    drawn_ = true;
  }
  void erase() const {
    if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_ =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
};

}  // namespace

int verify(const Words& words) {
  const Syntax syntax = verify_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("verify: RUN is missing. Usage: {}", syntax.usage);
  const store::RunDirectory run{values["RUN"].as<std::vector<std::string>>().front()};
  ProgressLine progress;
  audit::VerifyOptions options;
  options.quick = values["quick"].as<bool>();
  options.running = !sweep::RunLockReader(run).holders().empty();
  options.on_progress = [&](std::string_view what, std::size_t done, std::size_t total) {
    progress.show(what, done, total);
  };
  const audit::Verification verification = audit::verify_run(run, options);
  progress.erase();
  if (values["json"].as<bool>()) {
    std::cout << audit::to_json(verification).dump() << "\n";
  } else {
    std::cout << audit::to_text(verification);
  }
  return verification.whole() ? 0 : 1;
}

}  // namespace lnn::cli
