#!/usr/bin/env python3
"""A real Slurm on this machine alone: munged, slurmctld and three slurmd with made-up GPUs, in a private folder.

    tests/slurm/cluster.py COMMAND...      starts it, runs the command with sbatch, squeue, ... talking to it, stops it

It needs root and Debian's packages slurmctld, slurmd, slurm-client and munge; it touches no Slurm of the machine.
Its partitions are ci (nodes n1 and n2), cheap, warned and urgent (all n3; urgent jobs preempt the others, and warned ones
get a signal and 20 s first). Every node has 8 processors and 4 GPUs, whatever the machine has: the GPUs are copies of
/dev/null.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = ["slurmctld", "slurmd", "munged", "sbatch", "squeue", "scontrol", "scancel", "sinfo", "unshare"]
NODES = ["n1", "n2", "n3"]
STARTED = ["n1 idle", "n2 idle", "n3 idle", "n3 idle", "n3 idle"]  # n3 once for each of its partitions


class Unavailable(Exception):
    """This machine cannot run the cluster; the text says why and what to do."""


def check_available():
    if os.geteuid() != 0:
        raise Unavailable("slurmd must be started by root. Run the tests as root.")
    missing = [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]
    if missing:
        raise Unavailable(f"{', '.join(missing)}: not installed. "
                          "apt-get install --no-install-recommends slurmctld slurmd slurm-client munge")
    namespaces = subprocess.run(["unshare", "--uts", "--mount", "--ipc", "true"], capture_output=True, text=True)
    if namespaces.returncode != 0:
        raise Unavailable(f"several nodes on one machine need namespaces ({namespaces.stderr.strip()}). "
                          "Give the container CAP_SYS_ADMIN.")


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """Runs from its creation to stop(); also a context manager. `environment` is what its commands need."""

    def __init__(self):
        check_available()
        # Short, because the paths of sockets may have 107 characters only.
        self.base = Path(tempfile.mkdtemp(prefix="lnn-slurm-", dir="/tmp"))
        self.base.chmod(0o755)
        self.environment = {**os.environ, "PATH": search_path(), "SLURM_CONF": str(self.base / "slurm.conf"),
                            "TMPDIR": "/tmp"}
        for name in [name for name in self.environment if name.startswith(("SLURM_JOB", "SBATCH_"))]:
            del self.environment[name]
        try:
            self._write_files()
            self._start_daemons()
            self._wait_until_idle()
        except BaseException:
            log = self.logs()
            self.stop()
            print(log, file=sys.stderr)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _write_files(self):
        for folder in ["munge", "state", "log", "dev", *(f"{kind}.{node}" for node in NODES for kind in ["spool", "tmp"])]:
            (self.base / folder).mkdir(mode=0o755)
        key = self.base / "munge" / "key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        self.has_gpus = self._make_gpus()
        (self.base / "hosts").write_text("127.0.0.1 localhost " + " ".join([socket.gethostname(), *NODES]) + "\n")
        (self.base / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        (self.base / "gres.conf").write_text(
            f"NodeName=n[1-3] Name=gpu File={self.base}/dev/gpu[0-3]\n" if self.has_gpus else "")
        (self.base / "slurm.conf").write_text(self._configuration())

    def _make_gpus(self):
        try:
            for number in range(4):
                path = self.base / "dev" / f"gpu{number}"
                os.mknod(path, 0o666 | 0o020000, os.makedev(1, 3))
        except PermissionError:
            return False  # the container forbids device files: everything but GPUs can still be tested
        return True

    def _configuration(self):
        here = self.base
        host = socket.gethostname().split(".")[0]
        control, *ports = free_ports(1 + len(NODES))
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=8 RealMemory=4000"
            f"{' Gres=gpu:4' if self.has_gpus else ''} State=UNKNOWN" for node, port in zip(NODES, ports))
        return f"""ClusterName=lnn
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={here}/munge/socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={here}/state
SlurmdSpoolDir={here}/spool.%n
TmpFS={here}/tmp.%n
SlurmctldPidFile={here}/slurmctld.pid
SlurmdPidFile={here}/slurmd.%n.pid
SlurmctldLogFile={here}/log/slurmctld.log
SlurmdLogFile={here}/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
GresTypes=gpu
MpiDefault=none
ReturnToService=2
KillWait=5
MinJobAge=3600
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
PropagateResourceLimitsExcept=MEMLOCK
{nodes}
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
PartitionName=ci Nodes=n1,n2 Default=YES MaxTime=60 State=UP
PartitionName=cheap Nodes=n3 MaxTime=60 PriorityTier=1 State=UP
PartitionName=warned Nodes=n3 MaxTime=60 PriorityTier=1 GraceTime=20 State=UP
PartitionName=urgent Nodes=n3 MaxTime=60 PriorityTier=2 State=UP
"""

    def _start_daemons(self):
        munge = self.base / "munge"
        self._start(["munged", f"--key-file={munge}/key", f"--socket={munge}/socket", f"--pid-file={munge}/pid",
                     f"--log-file={munge}/log", f"--seed-file={munge}/seed"])
        conf = str(self.base / "slurm.conf")
        self._start(["slurmctld", "-i", "-f", conf])
        for node in NODES:
            # A name and a /dev/shm of its own make it a second machine for OpenMPI.
            inside = (f"hostname {node} && mount -t tmpfs shm /dev/shm && mount --bind {self.base}/hosts /etc/hosts && "
                      f"exec slurmd -N {node} -f {conf}")
            self._start(["unshare", "--uts", "--mount", "--ipc", "bash", "-c", inside])

    def _start(self, words):
        subprocess.run(words, env=self.environment, check=True, timeout=20, stdout=subprocess.DEVNULL)

    def _wait_until_idle(self):
        deadline = time.monotonic() + 20
        while self.output("sinfo -h -N -o '%N %T'", check=False).splitlines() != STARTED:
            if time.monotonic() > deadline:
                raise TimeoutError("the nodes did not become idle within 20 s; the logs follow")
            time.sleep(0.05)

    def output(self, command, check=True):
        return subprocess.run(command, shell=True, env=self.environment, check=check, text=True,
                              stdout=subprocess.PIPE, stderr=None if check else subprocess.DEVNULL).stdout

    def logs(self):
        files = [*(self.base / "log").glob("*"), self.base / "munge" / "log"]
        return "\n".join(f"--- {path}\n{path.read_text(errors='replace')[-4000:]}" for path in files if path.exists())

    def stop(self):
        """Ends all jobs and daemons and removes the folder."""
        if (self.base / "slurmctld.pid").exists():
            self.output("scancel --full --signal=KILL --state=running; scancel --user=root", check=False)
        files = [*self.base.glob("*.pid"), self.base / "munge" / "pid"]
        end_all([int(path.read_text()) for path in files if path.exists()])
        shutil.rmtree(self.base, ignore_errors=True)


def end_all(pids):
    """SIGTERM, and SIGKILL to those that are still there after ten seconds."""
    for number in [signal.SIGTERM, signal.SIGKILL]:
        for pid in pids:
            send(pid, number)
        deadline = time.monotonic() + 10
        while (pids := [pid for pid in pids if send(pid, 0)]) and time.monotonic() < deadline:
            time.sleep(0.02)


def send(pid, number):
    """False when there is no such process any more."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    try:
        with Cluster() as cluster:
            sys.exit(subprocess.run(sys.argv[1:], env=cluster.environment).returncode)
    except Unavailable as reason:
        print(f"no Slurm here: {reason}", file=sys.stderr)
        sys.exit(77)


if __name__ == "__main__":
    main()
