// lnn-sweep-bench: how fast and how exactly every derivative engine trains on this machine. Reached as
// `lnn-sweep bench`, which does not load LibTorch itself.
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "bench/bench.h"
#include "bench/one_thread.h"
#include "bench/report.h"
#include "bench/worker.h"

namespace {

using namespace lnn;

int run(const std::vector<std::string>& words) {
  if (words.size() == 2 && words[0] == "--worker") {
    bench::use_one_thread(words);
    bench::run_worker(nlohmann::json::parse(words[1]));
    return 0;
  }
  const bench::BenchOptions options = bench::parse_options(words);
  if (!options.help.empty()) {
    std::cout << options.help;
    return 0;
  }
  bench::use_one_thread(words);
  const bench::Result result = bench::run_bench(
      options, [](const std::string& line) { std::cerr << "lnn-sweep bench: " << line << "\n"; });
  std::cout << (options.json ? bench::json_report(result) : bench::text_report(result));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Writing to a worker that has ended is an error with a message, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const UserError& error) {
    std::cerr << "lnn-sweep bench: " << error.what() << "\n";
    return 2;
  } catch (const EnvironmentError& error) {
    std::cerr << "lnn-sweep bench: " << error.what() << "\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "lnn-sweep bench: " << error.what() << "\n";
    return 1;
  }
}
