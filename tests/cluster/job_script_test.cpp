#include "cluster/job_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include "base/error.h"

namespace {

namespace fs = std::filesystem;
using lnn::UserError;
using lnn::cluster::analysis_script;
using lnn::cluster::fill_template;
using lnn::cluster::job_script;
using lnn::cluster::JobCommand;
using lnn::cluster::JobSize;
using lnn::cluster::Launcher;
using lnn::cluster::Profile;
using lnn::cluster::shell_quoted;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

class JobScriptTest : public testing::Test {
 protected:
  void SetUp() override { setenv("XDG_CONFIG_HOME", "/nowhere", 1); }
  void TearDown() override { unsetenv("XDG_CONFIG_HOME"); }

  static Profile site() {
    Profile profile;
    profile.file = "/etc/site.json";
    return profile;
  }
  static JobSize size(int nodes, int workers) {
    JobSize result;
    result.nodes = nodes;
    result.workers = workers;
    result.cpus = 2 * workers;
    result.seconds = 90060;
    result.warning = 120;
    return result;
  }
  static JobCommand command() {
    return {"/opt/lnn/lnn-sweep", "/data/my run", "/home/me", {"/home/me/a.json", "--set", "x=[1, 2]"}};
  }
  /// The line that runs the sweep.
  static std::string sweep_line(const std::string& script) {
    std::smatch match;
    std::regex_search(script, match, std::regex("\nkeep_going ([^\n]*)\n$"));
    return match.str(1);
  }
  static void expect_valid_shell(const std::string& script) {
    EXPECT_EQ(std::system(("bash -n <<'END_OF_SCRIPT'\n" + script + "END_OF_SCRIPT\n").c_str()), 0);
    EXPECT_THAT(script, Not(HasSubstr("{{")));
  }
};

TEST_F(JobScriptTest, OneNodeRunsTheProgramItself) {
  const std::string script = job_script(site(), size(1, 5), command());
  expect_valid_shell(script);
  EXPECT_EQ(sweep_line(script),
            "/opt/lnn/lnn-sweep run /home/me/a.json --set 'x=[1, 2]' --out '/data/my run' --workers 5");
  for (const char* line :
       {"#SBATCH --job-name=lnn-my-run\n", "#SBATCH --cpus-per-task=10\n", "#SBATCH --time=1-01:01:00\n",
        "#SBATCH --signal=B:USR1@120\n", "#SBATCH --requeue\n", "#SBATCH --open-mode=append\n",
        "#SBATCH --output=\"/data/my run/slurm-%j.log\"\n"}) {
    EXPECT_THAT(script, HasSubstr(line));
  }
  for (const char* option :
       {"--mem", "--partition", "--account", "--gres", "SBATCH --array", "module load"}) {
    EXPECT_THAT(script, Not(HasSubstr(option)));
  }
}

TEST_F(JobScriptTest, TheSiteDecidesTheRest) {
  Profile profile = site();
  profile.partition = "long";
  profile.account = "p1";
  profile.modules = {"gcc", "openmpi"};
  profile.setup = {"export A=1"};
  profile.sbatch = {"--qos=q", "--mail-type=END"};
  JobSize asked = size(1, 5);
  asked.memory = 20000;
  const std::string script = job_script(profile, asked, command());
  expect_valid_shell(script);
  for (const char* line :
       {"#SBATCH --partition=long\n", "#SBATCH --account=p1\n", "#SBATCH --qos=q\n#SBATCH --mail-type=END\n",
        "#SBATCH --mem=20000M\n", "\nmodule load gcc openmpi\nexport A=1\n"}) {
    EXPECT_THAT(script, HasSubstr(line));
  }
}

TEST_F(JobScriptTest, SeveralNodesHaveAMasterBesideTheWorkers) {
  Profile profile = site();
  profile.launcher_options = {"--mca", "btl", "tcp,self"};
  std::string script = job_script(profile, size(3, 8), command());
  expect_valid_shell(script);
  EXPECT_THAT(script,
              HasSubstr("#SBATCH --nodes=3\n#SBATCH --ntasks-per-node=8\n#SBATCH --cpus-per-task=2\n"));
  EXPECT_THAT(sweep_line(script),
              HasSubstr("mpirun --oversubscribe --bind-to none --mca btl tcp,self -n 25 /opt/lnn"));
  EXPECT_THAT(sweep_line(script), Not(HasSubstr("--workers")));
  profile.launcher = Launcher::srun;
  profile.launcher_options.clear();
  script = job_script(profile, size(3, 8), command());
  EXPECT_THAT(sweep_line(script), HasSubstr("srun --mpi=pmix --overcommit -n 25 /opt/lnn"));
}

TEST_F(JobScriptTest, GpusAreAskedForPerNode) {
  JobSize asked = size(1, 8);
  asked.gpus = 4;
  Profile profile = site();
  std::string script = job_script(profile, asked, command());
  expect_valid_shell(script);
  EXPECT_THAT(script, HasSubstr("#SBATCH --gres=gpu:4\n"));
  EXPECT_THAT(sweep_line(script), HasSubstr("--device cuda --workers 8"));
  profile.gpu_type = "a100";
  EXPECT_THAT(job_script(profile, asked, command()), HasSubstr("#SBATCH --gres=gpu:a100:4\n"));
  JobCommand own = command();
  own.words.insert(own.words.end(), {"--device", "cpu"});
  EXPECT_THAT(sweep_line(job_script(profile, asked, own)), Not(HasSubstr("cuda")));
}

TEST_F(JobScriptTest, EachArrayTaskNamesItsPart) {
  JobSize asked = size(1, 2);
  asked.array = 7;
  const std::string script = job_script(site(), asked, command());
  expect_valid_shell(script);
  EXPECT_THAT(script, HasSubstr("#SBATCH --array=1-7\n"));
  EXPECT_THAT(script, HasSubstr("slurm-%A_%a.log"));
  EXPECT_THAT(sweep_line(script), HasSubstr("--workers 2 --shard \"$SLURM_ARRAY_TASK_ID/7\""));
}

TEST_F(JobScriptTest, TheAnalysisReadsTheSameRun) {
  const std::string script = analysis_script(site(), command());
  expect_valid_shell(script);
  EXPECT_THAT(script, HasSubstr("run='/data/my run'\n"));
  EXPECT_THAT(script, HasSubstr("step 1 /opt/lnn/lnn-sweep collect \"$run\"\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --time=0-00:30:00\n"));
}

TEST_F(JobScriptTest, RefusesPathsThatNoScriptCanHold) {
  JobCommand bad = command();
  bad.run = "/data/a\nb";
  EXPECT_THAT([&] { job_script(site(), size(1, 1), bad); },
              ThrowsMessage<UserError>(HasSubstr("line break")));
  JobCommand percent = command();
  percent.run = "/data/50%j";
  EXPECT_THAT(job_script(site(), size(1, 1), percent), HasSubstr("--output=\"/data/50%%j/slurm-%j.log\""));
}

TEST(FillTemplate, DropsLinesWithoutAValueAndRefusesUnknownNames) {
  EXPECT_EQ(fill_template("a {{x}}{{y}} b\n{{y}}\n\nend\n", {{"x", "1"}, {"y", ""}}, "t"), "a 1 b\n\nend\n");
  EXPECT_THAT(
      [] {
        fill_template("{{tme}}", {{"time", "1"}}, "my.sbatch");
      },
      ThrowsMessage<UserError>(
          HasSubstr("my.sbatch: placeholder: unknown value 'tme'. Did you mean 'time'?")));
  EXPECT_THAT(
      [] {
        fill_template("{{time", {{"time", "1"}}, "my.sbatch");
      },
      ThrowsMessage<UserError>(HasSubstr("}}")));
}

TEST(ShellQuoted, IsReadBackByAShell) {
  EXPECT_EQ(shell_quoted("/a/b-c.json"), "/a/b-c.json");
  EXPECT_EQ(shell_quoted(""), "''");
  for (const char* word : {"a b", "it's", "$HOME", "x\"y", "a;b", "*"}) {
    EXPECT_EQ(std::system(("test " + shell_quoted(word) + " = \"$(cat <<'E'\n" + word + "\nE\n)\"").c_str()),
              0)
        << word;
  }
}

}  // namespace
