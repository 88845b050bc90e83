#pragma once

#include <string>
#include <vector>

/// The program's subcommands, one file each. A command gets the words after its name and returns the exit
/// code (0 well, 1 some trials did not complete, 2 bad command line or file, 3 environment, 75 run again to
/// continue). UserError and EnvironmentError may escape; main() turns them into codes 2 and 3.
namespace lnn::cli {

using Words = std::vector<std::string>;

int systems(const Words& words);
int schema(const Words& words);
int plan(const Words& words);
int run(const Words& words);
int submit(const Words& words);
int status(const Words& words);
int collect(const Words& words);
int verify(const Words& words);
int replay(const Words& words);
int why(const Words& words);
int drill(const Words& words);
int table(const Words& words);
int claims(const Words& words);
int figures(const Words& words);
int report(const Words& words);
int export_command(const Words& words);
/// Replaces this process by lnn-sweep-rollout, which loads LibTorch.
int rollout(const Words& words);
/// Replaces this process by lnn-sweep-bench, which loads LibTorch.
int bench(const Words& words);
/// Replaces this process by lnn-sweep-trial, because loading LibTorch takes 0.6 s that no other command is to
/// pay.
int train(const Words& words);

}  // namespace lnn::cli
