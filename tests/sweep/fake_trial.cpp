// A trial program that trains nothing: it obeys the protocol of lnn-sweep-trial (trial/protocol.h) and
// misbehaves on demand. What it does stands in the configuration's key "fake", or, for configurations that
// may have no such key, in the environment variable LNN_FAKE_TRIAL, a JSON object: network seed -> behavior
// ("*" for all others).
//
//   ok          completes after 3 epochs
//   slow:S      the same, S seconds an epoch
//   nan         diverges in epoch 2
//   hang        3 epochs, then never ends and says nothing; stubborn: ignores SIGTERM, too
//   saves:S     one epoch, then waits for SIGTERM, and S seconds later leaves a checkpoint
//   busy:S      3 epochs, then says for S seconds that it is alive, and completes
//   segv        dies by that signal; also abort, kill and kill:N
//   exit:N      says why on standard error and exits with N
//   device      exits with 4 (CUDA error) as long as it sees the device that LNN_FAKE_BROKEN_DEVICE names
//   hungry      allocates until it must not, and exits with 5
//   garbage     talks nonsense, then completes; words: talks on standard error
//   null        says that it has ended, and has done nothing
//   silent      exits with 0 without a result file
//   late_crash  commits its file, then dies by SIGSEGV
//   flaky       crashes in attempt 1, completes in attempt 2
//
// --check-device finds the device that LNN_FAKE_BROKEN_DEVICE names broken.

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "store/trial_file.h"
#include "trial/parent_guard.h"
#include "trial/protocol.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Every option with the words that follow it.
std::map<std::string, std::vector<std::string>> parse_words(int argc, char** argv) {
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string>* values = nullptr;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with("--")) {
      values = &options[word];
    } else {
      values->push_back(word);
    }
  }
  return options;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool device_is_broken() {
  const std::string broken = variable("LNN_FAKE_BROKEN_DEVICE");
  return !broken.empty() && variable("CUDA_VISIBLE_DEVICES") == broken;
}

std::string behavior_of(const Json& config) {
  if (config.contains("fake")) return config.at("fake");
  const std::string text = variable("LNN_FAKE_TRIAL");
  const Json rules = text.empty() ? Json::object() : Json::parse(text);
  const std::string seed = config.at("network").at("seed").dump();
  return rules.value(seed, rules.value("*", "ok"));
}

// `pack` is the trial's id in a pack, empty alone.
void say(const lnn::trial::EpochEvent& event, const std::string& pack) {
  std::cout << to_line(event, pack) << std::endl;
}

void train(const std::string& behavior, int epochs, const std::string& pack) {
  const double pause = behavior.starts_with("slow:") ? std::stod(behavior.substr(5)) : 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    std::this_thread::sleep_for(std::chrono::duration<double>(pause));
    const double loss = behavior == "nan" && epoch == 2 ? std::nan("") : 1.0 / epoch;
    say({epoch, epochs, loss, loss, 1.0 / epoch, 1e-3, pause}, pack);
    if (std::isnan(loss)) return;
  }
}

[[noreturn]] void leave(const std::string& why, int code) {
  std::cerr << "fake trial: " << why << std::endl;
  std::exit(code);
}

// Under a limit of its own where it was given none: a test shall not eat the machine.
[[noreturn]] void eat_memory() {
  constexpr std::size_t portion = 16 << 20;
  const rlimit modest{1 << 29, 1 << 29};
  rlimit given{};
  if (getrlimit(RLIMIT_DATA, &given) == 0 && given.rlim_cur == RLIM_INFINITY) setrlimit(RLIMIT_DATA, &modest);
  try {
    for (;;) std::fill_n(new char[portion], portion, 'x');
  } catch (const std::bad_alloc&) {
    leave("out of memory", lnn::trial::exit_out_of_memory);
  }
}

volatile std::sig_atomic_t told_to_stop = 0;

[[noreturn]] void save_when_told(double seconds, const std::string& checkpoint) {
  std::signal(SIGTERM, [](int) { told_to_stop = 1; });
  say({1, 3, 1, 1, 1, 1e-3, 0.01}, "");
  while (told_to_stop == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  lnn::write_text_file(checkpoint, "saved");
  std::exit(lnn::trial::exit_stopped);
}

void stay_busy(double seconds) {
  for (double t = 0; t < seconds; t += 0.02) {
    std::cout << lnn::trial::alive_line("evaluation") << std::endl;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void misbehave(const std::string& behavior, int attempt) {
  if (behavior == "segv" || (behavior == "flaky" && attempt == 1)) std::raise(SIGSEGV);
  if (behavior == "abort") std::abort();
  if (behavior == "kill") std::raise(SIGKILL);
  if (behavior.starts_with("kill:")) std::raise(std::stoi(behavior.substr(5)));
  if (behavior == "silent") std::exit(0);
  if (behavior.starts_with("exit:")) leave("leaves with " + behavior, std::stoi(behavior.substr(5)));
  if (behavior == "device" && device_is_broken()) leave("CUDA error", lnn::trial::exit_device);
  if (behavior == "hungry") eat_memory();
  if (behavior == "words") std::cerr << "fake trial: words" << std::endl;
  if (behavior == "stubborn") std::signal(SIGTERM, SIG_IGN);
  if (behavior == "garbage") std::cout << "no JSON\n{\"event\":\"epoch\"}\n[1,2]\nnull\n" << std::endl;
}

/// Facts about this process that the tests look up in the result.
std::map<std::string, std::string> surroundings() {
  std::string launcher;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    for (const char* prefix : {"OMPI_", "PMIX_", "PMI_", "ORTE_"}) {
      if (text.starts_with(prefix)) launcher += text + ";";
    }
  }
  std::string open_files;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const fs::path target = fs::read_symlink(entry.path(), gone);
    const int number = std::stoi(entry.path().filename().string());
    if (number > 2 && target.string().find("/proc/") == std::string::npos)
      open_files += target.string() + ";";
  }
  return {{"launcher_variables", launcher},  {"omp_num_threads", variable("OMP_NUM_THREADS")},
          {"open_files", open_files},        {"cuda_visible_devices", variable("CUDA_VISIBLE_DEVICES")},
          {"pid", std::to_string(getpid())}, {"process_group_leader", getpgrp() == getpid() ? "yes" : "no"}};
}

// The options of this process that the tests look up, too.
std::map<std::string, std::string> own_options;

// The k-th of the request.
void run_trial(const lnn::trial::Request& request, std::size_t k) {
  const std::string& out = request.outs.at(k);
  const std::string pack = request.configs.size() > 1 ? fs::path(out).stem().string() : "";
  lnn::store::TrialRecord record;
  record.config = lnn::read_text_file(request.configs[k]);
  record.attempts = request.attempt;
  record.id = fs::path(out).stem();
  record.provenance = surroundings();
  record.provenance.insert(own_options.begin(), own_options.end());
  record.provenance["checkpoint"] = request.checkpoints.empty() ? "" : request.checkpoints.at(k);
  record.provenance["pack"] = pack.empty() ? "no" : "yes";
  const std::string behavior = behavior_of(Json::parse(record.config));

  if (behavior == "null") {
    std::cout << to_line(lnn::trial::EndEvent{"completed", ""}, pack) << std::endl;
    return;
  }
  misbehave(behavior, record.attempts);
  if (behavior.starts_with("saves:"))
    save_when_told(std::stod(behavior.substr(6)), request.checkpoints.at(k));
  train(behavior, 3, pack);
  if (behavior.starts_with("busy:")) stay_busy(std::stod(behavior.substr(5)));
  if (behavior == "hang" || behavior == "stubborn") {
    for (;;) pause();
  }
  record.outcome = behavior == "nan" ? lnn::store::Outcome::diverged : lnn::store::Outcome::completed;
  record.reason = behavior == "nan" ? "the loss is NaN in epoch 2" : "";
  record.metrics["best_val_total"] = {1.0 / 3, "1", "made up"};
  lnn::store::write_trial(out, record);
  std::cout << to_line(lnn::trial::EndEvent{lnn::to_name(record.outcome), record.reason}, pack) << std::endl;
  if (behavior == "late_crash") std::raise(SIGSEGV);
}

void run_trials(const lnn::trial::Request& request) {
  for (std::size_t k = 0; k < request.configs.size(); ++k) run_trial(request, k);
}

void send_errors_to(const std::string& path) {
  if (std::freopen(path.c_str(), "a", stderr) == nullptr) std::exit(lnn::trial::exit_environment);
}

void serve() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = Json::parse(line).get<lnn::trial::Request>();
    send_errors_to(request.log);
    std::cout << lnn::trial::alive_line("start") << std::endl;
    run_trials(request);
    send_errors_to("/dev/null");
    std::cout << lnn::trial::idle_line() << std::endl;
  }
}

lnn::trial::Request request_of(std::map<std::string, std::vector<std::string>>& options) {
  lnn::trial::Request request;
  request.configs = options["--config"];
  request.outs = options["--out"];
  request.checkpoints = options["--checkpoint"];
  if (options.contains("--attempt")) request.attempt = std::stoi(options["--attempt"].front());
  return request;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = parse_words(argc, argv);
  if (options.contains("--parent-pid"))
    lnn::trial::die_with_parent(std::stoi(options["--parent-pid"].front()));
  for (const char* name : {"--device", "--memory-limit"}) {
    if (options.contains(name)) own_options[name] = options[name].front();
  }
  if (options.contains("--check-device")) {
    if (device_is_broken()) leave("the device is broken", lnn::trial::exit_device);
    return 0;
  }
  if (options.contains("--serve")) {
    serve();
  } else {
    run_trials(request_of(options));
  }
  return 0;
}
