// A trial program that trains nothing: it obeys the protocol of lnn-sweep-trial (trial/protocol.h) and
// misbehaves on demand. What it does stands in the configuration's key "fake", or, for configurations that
// may have no such key, in the environment variable LNN_FAKE_TRIAL, a JSON object: network seed -> behavior
// ("*" for all others).
//
//   ok          completes after 3 epochs
//   slow:S      the same, S seconds an epoch
//   nan         diverges in epoch 2
//   hang        never ends; stubborn: ignores SIGTERM, too
//   segv        dies by that signal; also abort, kill and kill:N
//   exit:N      says why on standard error and exits with N
//   garbage     talks nonsense, then completes
//   silent      exits with 0 without a result file
//   late_crash  commits its file, then dies by SIGSEGV
//   flaky       crashes in attempt 1, completes in attempt 2

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
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

std::string behavior_of(const Json& config) {
  if (config.contains("fake")) return config.at("fake");
  const char* text = std::getenv("LNN_FAKE_TRIAL");
  const Json rules = text == nullptr ? Json::object() : Json::parse(text);
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

void misbehave(const std::string& behavior, int attempt) {
  if (behavior == "segv" || (behavior == "flaky" && attempt == 1)) std::raise(SIGSEGV);
  if (behavior == "abort") std::abort();
  if (behavior == "kill") std::raise(SIGKILL);
  if (behavior.starts_with("kill:")) std::raise(std::stoi(behavior.substr(5)));
  if (behavior == "silent") std::exit(0);
  if (behavior.starts_with("exit:")) {
    std::cerr << "fake trial: leaves with " << behavior << std::endl;
    std::exit(std::stoi(behavior.substr(5)));
  }
  if (behavior == "stubborn") std::signal(SIGTERM, SIG_IGN);
  if (behavior == "garbage") std::cout << "no JSON\n{\"event\":\"epoch\"}\n[1,2]\nnull\n" << std::endl;
}

/// Facts about this process that the tests look up in the result.
std::map<std::string, std::string> surroundings() {
  std::string launcher;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    for (const char* prefix : {"OMPI_", "PMIX_", "PMI_", "ORTE_"}) {
      if (text.starts_with(prefix)) launcher += text + ";";
    }
  }
  const char* threads = std::getenv("OMP_NUM_THREADS");
  std::string open_files;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const fs::path target = fs::read_symlink(entry.path(), gone);
    const int number = std::stoi(entry.path().filename().string());
    if (number > 2 && target.string().find("/proc/") == std::string::npos)
      open_files += target.string() + ";";
  }
  return {{"launcher_variables", launcher},
          {"omp_num_threads", threads == nullptr ? "" : threads},
          {"open_files", open_files},
          {"process_group_leader", getpgrp() == getpid() ? "yes" : "no"}};
}

void run_trial(const std::string& config, const std::string& out, const std::string& checkpoint, int attempt,
               const std::string& pack) {
  lnn::store::TrialRecord record;
  record.config = lnn::read_text_file(config);
  record.attempts = attempt;
  record.id = fs::path(out).stem();
  record.provenance = surroundings();
  record.provenance["checkpoint"] = checkpoint;
  record.provenance["pack"] = pack.empty() ? "no" : "yes";
  const std::string behavior = behavior_of(Json::parse(record.config));

  misbehave(behavior, record.attempts);
  train(behavior, 3, pack);
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

}  // namespace

int main(int argc, char** argv) {
  auto options = parse_words(argc, argv);
  if (options.contains("--parent-pid"))
    lnn::trial::die_with_parent(std::stoi(options["--parent-pid"].front()));
  const int attempt = options.contains("--attempt") ? std::stoi(options["--attempt"].front()) : 1;
  const auto& configs = options["--config"];
  const auto& outs = options["--out"];
  auto& checkpoints = options["--checkpoint"];
  checkpoints.resize(configs.size());
  for (std::size_t k = 0; k < configs.size(); ++k) {
    run_trial(configs[k], outs[k], checkpoints[k], attempt,
              configs.size() > 1 ? fs::path(outs[k]).stem().string() : "");
  }
  return 0;
}
