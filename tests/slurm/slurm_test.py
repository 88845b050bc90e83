"""lnn-sweep submit and the job scripts it writes, on a real Slurm that the test starts by itself (cluster.py).

    slurm_test.py FOLDER_OF_PROGRAMS [TEST...]

Tests run side by side, for jobs mostly wait. Exits with 77 (CTest: skipped) and says why where no Slurm can be started.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cluster import Cluster, Unavailable

SKIPPED = 77
SITE = {"cores_per_node": 4, "memory_per_node": 4, "gpus_per_node": 0, "workers_per_gpu": 2, "max_nodes": 2,
        "max_time": "1h", "max_array": 4}
FINISHED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"}

# Notes where each trial process lives and which GPUs it sees, then plays the trial.
WATCHED_TRIAL = """#!/bin/bash
echo "$(hostname) ${CUDA_VISIBLE_DEVICES-none}" >>"$LNN_TEST_NOTES"
exec "$LNN_TEST_TRIAL" "$@"
"""


def wait_until(condition, what, seconds=60):
    """Returns what the condition returns as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return value


class Job:
    """A job, or an array of jobs, in the queue."""

    def __init__(self, cluster, number):
        self.cluster, self.number, self.hurried = cluster, number, set()

    def tasks(self):
        """State of each task by its own number; a job that is no array has one task."""
        lines = self.cluster.output(f"squeue -h -a -t all -j {self.number} -o '%A %T %r'").splitlines()
        return {number: (state, reason) for number, state, reason in (line.split(maxsplit=2) for line in lines)}

    def is_finished(self):
        """Lets tasks that have returned to the queue start at once; they would wait there for two minutes."""
        tasks = self.tasks()
        for number, (state, reason) in tasks.items():
            if state == "PENDING" and reason == "BeginTime" and number not in self.hurried:
                # In the next second: a node refuses what starts in the second in which it ended the last turn.
                self.cluster.output(f"scontrol update JobId={number} StartTime=now+1seconds", check=False)
                self.hurried.add(number)
        self.hurried &= {number for number, (state, _) in tasks.items() if state == "PENDING"}
        return all(state in FINISHED for state, _ in tasks.values())

    def fact(self, name):
        return re.search(rf"\b{name}=(\S+)", self.cluster.output(f"scontrol show job {self.number} -o")).group(1)

    def restarts(self):
        return int(self.fact("Restarts"))

    def signal(self, name):
        """To the batch script alone, as Slurm's own warning."""
        self.cluster.output(f"scancel --batch --signal={name} {self.number}")


class SlurmTest(unittest.TestCase):
    def setUp(self):
        self.cluster = shared_cluster
        self.sweep = programs / "lnn-sweep"
        # Not below /tmp of one node only: both nodes and this test see it.
        self.folder = Path(tempfile.mkdtemp(prefix="lnn-jobs-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.print_logs)
        self.out = self.folder / self.folder.name  # also names the job
        self.notes = self.folder / "notes"
        self.site(**SITE)
        watched = self.folder / "trial"
        watched.write_text(WATCHED_TRIAL)
        watched.chmod(0o755)
        self.environment = {**self.cluster.environment, "XDG_CONFIG_HOME": str(self.folder),
                            "XDG_CACHE_HOME": str(self.folder), "OMP_NUM_THREADS": "1",
                            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                            "LNN_TEST_NOTES": str(self.notes)}

    def print_logs(self):
        result = self._outcome.result
        if not any(test is self for test, _ in result.failures + result.errors):
            return
        for log in sorted(self.out.glob("*.log")) + sorted(self.out.glob("logs/*.log"))[:3]:
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)

    def site(self, **values):
        (self.folder / "site.json").write_text(json.dumps(values))

    def play(self, behavior):
        """Trials are played by lnn-fake-trial from now on."""
        self.environment.update({"LNN_TRIAL_PROGRAM": str(self.folder / "trial"), "LNN_FAKE_TRIAL": json.dumps({"*": behavior}),
                                 "LNN_TEST_TRIAL": str(programs / "lnn-fake-trial")})

    def experiment(self, seeds, name="jobs", **base):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({
            "name": name, "title": "Trials for Slurm", "system": "double_pendulum",
            "base": {"data.samples": 192, "network.width": 16, "training.epochs": 2, "training.batch_size": 64, **base},
            "grid": {"network.activation": ["gelu"]}, "seeds": list(range(1, seeds + 1))}))
        return path

    def lnn(self, *words, code=0, env=None):
        done = subprocess.run([self.sweep, *map(str, words)], env=env or self.environment, text=True, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout

    def submit(self, *words, **named):
        """`lnn-sweep submit` to this test's site and folder; the job, or what was printed unless it succeeded."""
        return self.lnn("submit", "--profile", "site.json", "--out", self.out, *words, **named)

    def submitted(self, *words):
        text = self.submit(*words)
        return Job(self.cluster, re.search(r"Job (\d+) is submitted", text).group(1)), text

    def sbatch(self, options):
        return subprocess.run(f"sbatch --parsable {options}", shell=True, env=self.environment, check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def finish(self, job, seconds=60):
        wait_until(job.is_finished, f"job {job.number} ends; {job.tasks()}", seconds)

    def completed(self, logs="events*.jsonl"):
        return sorted(event["id"] for event in self.events("trial_end", logs) if event["outcome"] == "completed")

    def events(self, kind, logs):
        lines = [line for log in self.out.glob(logs) for line in log.read_text().splitlines()]
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def assert_all_completed_once(self, trials):
        ids = self.completed()
        self.assertEqual(len(set(ids)), trials)
        self.assertEqual(ids, sorted(set(ids)), "a trial was finished twice")
        self.assertEqual(len(list((self.out / "trials").glob("*.h5"))), trials)
        self.assertIn(f"{trials} of {trials} planned trials", self.lnn("collect", self.out))


class SingleNode(SlurmTest):
    def test_a_job_of_real_trainings_ends_and_is_analyzed(self):
        job, text = self.submitted(self.experiment(2), "--analysis")
        self.assertIn("2 trials to run, 2 at a time: 1 node, each 2 on 2 cores.", text)
        analysis = Job(self.cluster, re.search(r"Job (\d+) then writes", text).group(1))
        self.finish(analysis)
        self.assertEqual(job.fact("ExitCode"), "0:0")
        self.assertEqual(analysis.fact("ExitCode"), "0:0")
        self.assert_all_completed_once(2)
        for name in ["tables.md", "report.html", "results.h5"]:
            self.assertGreater((self.out / name).stat().st_size, 0, name)
        self.assertNotIn("is not a file of this program", self.lnn("verify", self.out))

    def test_submitting_again_asks_only_for_what_is_left(self):
        self.play("ok")
        self.finish(self.submitted(self.experiment(2))[0])
        _, text = self.submitted(self.experiment(3))
        self.assertIn("1 trial to run", text)
        self.assertIn("at the measured pace", text)

    def test_a_warned_job_saves_returns_to_the_queue_and_ends_as_if_undisturbed(self):
        path = self.experiment(1, **{"training.epochs": 300})
        job, _ = self.submitted(path, "--", "--checkpoint-every", "0")
        wait_until(lambda: list(self.out.glob("checkpoints/*.h5")), "the trial has saved")
        job.signal("USR1")
        wait_until(lambda: job.restarts() == 1, "the job is requeued")
        self.finish(job)
        self.assertIn("is back in the queue", next(self.out.glob("slurm-*.log")).read_text())
        self.assert_all_completed_once(1)
        undisturbed = self.folder / "undisturbed"
        self.lnn("run", path, "--out", undisturbed, "--quiet")
        [trial] = (undisturbed / "trials").glob("*.h5")
        self.assertRegex((self.out / "logs" / f"{trial.stem}.log").read_text(), "continues after epoch [1-9]")
        self.assert_same_training(trial, self.out / "trials" / trial.name)

    def assert_same_training(self, left, right):
        for name in ["history/val_total", "history/train_total"]:
            both = [self.bytes_of(name, path) for path in (left, right)]
            self.assertEqual(len(both[0]), 300 * 8)
            self.assertEqual(*both, f"{name} of {left.name}")

    def bytes_of(self, dataset, path):
        dump = self.folder / "dump"
        subprocess.run(["h5dump", "-d", dataset, "-o", dump, "-b", "LE", path], check=True, stdout=subprocess.DEVNULL)
        return dump.read_bytes()

    def test_a_job_that_never_gets_anywhere_leaves_the_queue(self):
        self.play("slow:30")
        job, _ = self.submitted(self.experiment(2), "--", "--time-limit", "2s")
        self.finish(job)
        self.assertEqual((job.restarts(), job.fact("ExitCode")), (0, "75:0"))
        self.assertIn("would not get further next time", next(self.out.glob("slurm-*.log")).read_text())

    def test_where_requeue_is_forbidden_a_successor_is_submitted(self):
        self.site(**SITE, sbatch=["--no-requeue"])
        self.play("slow:0.1")
        job, _ = self.submitted(self.experiment(12))
        wait_until(self.completed, "a trial has ended")
        job.signal("USR1")
        self.finish(job)
        log = (self.out / f"slurm-{job.number}.log").read_text()
        successor = Job(self.cluster, re.search(r"Submitted batch job (\d+)", log).group(1))
        self.finish(successor)
        self.assert_all_completed_once(12)

    def test_a_cancelled_job_stays_cancelled(self):
        self.play("slow:0.2")
        job, _ = self.submitted(self.experiment(24))
        wait_until(self.completed, "a trial has ended")
        self.cluster.output(f"scancel {job.number}")
        self.finish(job)
        self.assertEqual((job.fact("JobState"), job.restarts()), ("CANCELLED", 0))
        self.assertNotIn("back in the queue", (self.out / f"slurm-{job.number}.log").read_text())
        self.assertEqual(len(self.cluster.output(f"squeue -h -a -t all -n lnn-{self.out.name}").splitlines()), 1)

    one_at_a_time = threading.Lock()  # an urgent job of one test would preempt the other's, too

    def preempted_in(self, partition):
        with self.one_at_a_time:
            return self.log_of_preempted_in(partition)

    def log_of_preempted_in(self, partition):
        self.site(**SITE, partition=partition)
        self.play("slow:0.2")
        job, _ = self.submitted(self.experiment(24))
        wait_until(self.completed, "a trial has ended")
        self.finish(Job(self.cluster, self.sbatch("-p urgent --exclusive -o /dev/null --wrap 'sleep 0.3'")))
        self.finish(job)
        self.assertEqual(job.restarts(), 1)
        self.assert_all_completed_once(24)
        return (self.out / f"slurm-{job.number}.log").read_text()

    def test_a_job_that_is_killed_by_preemption_comes_back(self):
        self.assertIn("DUE TO PREEMPTION", self.preempted_in("cheap"))

    def test_a_job_that_is_warned_of_preemption_saves_and_comes_back(self):
        self.assertIn("is back in the queue", self.preempted_in("warned"))


class TimeLimit(SlurmTest):
    """Slurm's own clock: it knows minutes only, so these two jobs run beside each other."""

    def test_jobs_leave_before_their_minute_is_over_and_end_later(self):
        """One is warned by Slurm and returns by itself; the other, a plain script, must look at the clock itself."""
        self.play("slow:30")
        alone = f"{self.sweep} run {self.experiment(4, 'alone')} --out {self.folder}/alone --workers 4"
        plain = Job(self.cluster, self.sbatch(f"--time=1 -c 4 -o {self.folder}/alone.log --wrap '{alone}'"))
        self.play("slow:1")
        self.site(**SITE, warning="20s")
        warned, _ = self.submitted(self.experiment(60), "--time", "1m")
        self.finish(plain, 90)
        self.assertEqual(plain.fact("ExitCode"), "75:0")
        self.finish(warned, 90)
        self.assertGreaterEqual(warned.restarts(), 1)
        self.assertEqual(warned.fact("ExitCode"), "0:0")
        self.assert_all_completed_once(60)


class SeveralNodes(SlurmTest):
    def on_both_nodes(self, launcher):
        self.site(**SITE, launcher=launcher)
        self.play("slow:0.1")
        job, text = self.submitted(self.experiment(16), "--nodes", 2)
        self.assertIn("16 trials to run, 8 at a time: 2 nodes, each 4 on 4 cores.", text)
        wait_until(lambda: len(self.completed()) > 2, "trials have ended")
        job.signal("USR1")
        wait_until(lambda: job.restarts() == 1, "the job is requeued")
        self.finish(job)
        self.assertEqual(job.fact("ExitCode"), "0:0")
        self.assert_all_completed_once(16)
        self.assertEqual({line.split()[0] for line in self.notes.read_text().splitlines()}, {"n1", "n2"})

    def test_mpirun_starts_ranks_on_both_drains_and_continues(self):
        self.on_both_nodes("mpirun")

    def test_srun_starts_ranks_on_both_drains_and_continues(self):
        self.on_both_nodes("srun")


class Gpus(SlurmTest):
    def setUp(self):
        super().setUp()
        if not self.cluster.has_gpus:
            self.skipTest("this container forbids device files (mknod), which stand in for GPUs")
        self.play("slow:0.1")
        self.site(**{**SITE, "gpus_per_node": 2})

    def seen(self):
        """How many trial processes saw which GPU of which node."""
        count = {}
        for line in self.notes.read_text().splitlines():
            count[line] = count.get(line, 0) + 1
        return count

    def test_trials_of_one_node_share_its_gpus_evenly(self):
        job, text = self.submitted(self.experiment(4), "--", "--pack", 1)
        self.assertIn("4 on 2 GPUs and 4 cores", text)
        self.finish(job)
        self.assert_all_completed_once(4)
        self.assertEqual(sorted(count for count in self.seen().values()), [2, 2], self.seen())
        self.assertTrue(all(re.fullmatch(r"n[12] [0-3]", line) for line in self.seen()), self.seen())

    def ranks_on_both_nodes(self, launcher):
        self.site(**{**SITE, "gpus_per_node": 2, "launcher": launcher})
        job, _ = self.submitted(self.experiment(8), "--nodes", 2, "--", "--pack", 1)
        self.finish(job)
        self.assert_all_completed_once(8)
        self.assertEqual(sorted(self.seen().values()), [2, 2, 2, 2], self.seen())

    def test_each_rank_under_mpirun_has_the_gpu_of_its_place_on_the_node(self):
        self.ranks_on_both_nodes("mpirun")

    def test_each_rank_under_srun_has_the_gpu_of_its_place_on_the_node(self):
        self.ranks_on_both_nodes("srun")

    def test_jobs_on_one_node_keep_to_their_own_gpus(self):
        job, _ = self.submitted(self.experiment(4), "--array", 2, "--gpus", 1, "--", "--pack", 1)
        self.finish(job)
        self.assertEqual(sorted(self.seen().values()), [2, 2], self.seen())


class Arrays(SlurmTest):
    def test_tasks_train_disjoint_parts_of_one_run(self):
        self.play("slow:0.05")
        job, text = self.submitted(self.experiment(10), "--array", 3)
        self.assertIn("10 trials to run, 12 at a time: 3 array tasks of one node each, each 4 on 4 cores.", text)
        self.finish(job)
        self.assertEqual(len(list(self.out.glob("events.shard-*-of-3.jsonl"))), 3)
        self.assert_all_completed_once(10)

    def test_a_task_knows_its_part_by_itself(self):
        self.play("slow:0.05")
        self.submit(self.experiment(6), "--array", 3, "--dry-run")
        self.assertFalse(self.out.exists())
        words = f"{self.sweep} run {self.experiment(6)} --scale desk --out {self.out} --workers 2"
        number = self.sbatch(f"--array=5-9:2 -c 2 -o {self.folder}/own.log --wrap '{words}'")
        self.finish(Job(self.cluster, number))
        self.assert_all_completed_once(6)
        self.assertEqual(len(list(self.out.glob("events.shard-*-of-3.jsonl"))), 3)

    def test_one_task_returns_to_the_queue_without_the_others(self):
        self.play("slow:0.2")
        job, _ = self.submitted(self.experiment(30), "--array", 2)
        wait_until(lambda: self.completed("events.shard-2-of-2.jsonl"), "a trial of task 2 has ended")
        Job(self.cluster, f"{job.number}_2").signal("USR1")
        self.finish(job)
        self.assertEqual([Job(self.cluster, f"{job.number}_{task}").restarts() for task in (1, 2)], [0, 1])
        self.assert_all_completed_once(30)


class Dependencies(SlurmTest):
    def test_a_job_waits_for_the_one_before_it(self):
        self.play("slow:0.1")
        first, _ = self.submitted(self.experiment(4))
        second, _ = self.submitted(self.experiment(6), "--after", first.number)
        self.assertEqual(second.fact("Dependency").split("(")[0], f"afterany:{first.number}")
        self.finish(second)
        self.assert_all_completed_once(6)

    def test_an_analysis_that_needs_success_leaves_the_queue_after_a_failure(self):
        self.play("exit:1")
        job, text = self.submitted(self.experiment(1), "--analysis=afterok", "--", "--max-retries", 0)
        analysis = Job(self.cluster, re.search(r"Job (\d+) then writes", text).group(1))
        self.finish(job)
        self.assertEqual(job.fact("ExitCode"), "1:0")
        self.finish(analysis)
        self.assertEqual(analysis.fact("JobState"), "CANCELLED")


class BadInput(SlurmTest):
    """Everything that can be wrong is said before a job waits in the queue, and nothing is left behind."""

    def refused(self, *words, code=2, env=None):
        text = self.submit(self.experiment(6), *words, code=code, env=env)
        self.assertFalse((self.out / "job.sbatch").exists())
        return text

    def test_dry_run_prints_a_script_and_leaves_nothing(self):
        text = self.submit(self.experiment(6), "--dry-run", "--time", "30m", "--analysis")
        self.assertIn("#SBATCH --time=0-00:30:00\n", text)
        self.assertIn("collect", text)
        self.assertFalse(self.out.exists())
        self.assertEqual(self.cluster.output(f"squeue -h -n lnn-{self.out.name} -t pending"), "")

    def test_what_the_site_does_not_have(self):
        self.assertIn("max_nodes", self.refused("--nodes", 3))
        self.assertIn("max_array", self.refused("--array", 5))
        self.assertIn("gpus_per_node", self.refused("--gpus", 1))
        self.assertIn("max_time", self.refused("--time", "2h"))
        self.assertIn("is not a length of time", self.refused("--time", "soon"))

    def test_profiles_and_words(self):
        self.assertIn("Did you mean 'generic'?",
                      self.lnn("submit", self.experiment(1), "--profile", "generc", "--out", self.out, code=2))
        self.assertIn("unknown option '--theads'", self.refused("--", "--theads", 2))
        self.assertIn("--fresh behind --", self.refused("--", "--fresh"))
        self.assertIn("is not the id of a job", self.refused("--after", "1;rm"))
        self.assertIn("--analysis", self.refused("--analysis=always"))

    def test_without_slurm(self):
        text = self.submit(self.experiment(6), code=3, env={**self.environment, "PATH": "/nonexistent"})
        self.assertIn("sbatch: not found", text)

    def test_what_slurm_refuses(self):
        self.site(**SITE, partition="nowhere")
        self.assertIn("invalid partition", self.submit(self.experiment(6), code=3))

    def test_a_folder_that_holds_something_else(self):
        self.out.mkdir()
        (self.out / "precious").write_text("")
        self.assertIn("neither empty nor a run", self.refused())


def tests_of(suite):
    for part in suite:
        yield from tests_of(part) if isinstance(part, unittest.TestSuite) else [part]


def run_test(test):
    """Runs one test and says how it went; True unless it failed."""
    result, begin = unittest.TestResult(), time.monotonic()
    test.run(result)
    troubles = [text for _, text in result.failures + result.errors]
    word = "FAILED" if troubles else "skipped" if result.skipped else "ok"
    print(f"{word:<8}{time.monotonic() - begin:5.1f} s  {test.id().removeprefix('__main__.')}", flush=True)
    for text in troubles + [reason for _, reason in result.skipped]:
        print(text, flush=True)
    return not troubles


def main(names):
    loader = unittest.defaultTestLoader
    module = sys.modules[__name__]
    suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
    # The longest first.
    tests = sorted(tests_of(suite), key=lambda test: not isinstance(test, TimeLimit))
    begin = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        well = list(pool.map(run_test, tests))
    print(f"{sum(well)} of {len(well)} tests passed in {time.monotonic() - begin:.0f} s")
    return 0 if well and all(well) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    programs = Path(sys.argv[1]).resolve()
    try:
        shared_cluster = Cluster()
    except Unavailable as reason:
        print(f"skipped: no Slurm can be started here: {reason}")
        sys.exit(SKIPPED)
    with shared_cluster:
        code = main(sys.argv[2:])
    sys.exit(code)
