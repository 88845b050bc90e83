#!/bin/bash
# Trials per second of other dispatchers on the empty work of dispatch_benchmark, on this machine:
#
#   mpi4py.futures   one process directs, two compute: a Python function that returns its argument, one task a message
#   GNU parallel     two jobs at a time, each the program `true`: a process for each task
#   xargs -P 2       the same without bookkeeping: what starting processes costs by itself
#
# GNU parallel and xargs start a process for every task and mpi4py.futures does not; dispatch_benchmark does not,
# either (its null trials run inside the worker ranks), so compare it with mpi4py.futures. Best of three.
#
# Needs mpirun, parallel, and a Python with mpi4py (PYTHON=..., default python3).
set -eu
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

cat > "$folder/empty.py" <<'PYTHON'
import sys, time
from mpi4py.futures import MPIPoolExecutor

def empty(task):
    return task

if __name__ == "__main__":
    tasks = int(sys.argv[1])
    with MPIPoolExecutor() as pool:
        list(pool.map(empty, range(100)))
        start = time.perf_counter()
        assert sum(pool.map(empty, range(tasks))) == tasks * (tasks - 1) // 2
        print(time.perf_counter() - start)
PYTHON

seconds_of() {  # COMMAND...: its wall-clock time
  local start end
  start=$(date +%s.%N)
  "$@" > /dev/null
  end=$(date +%s.%N)
  echo "$end $start" | awk '{print $1 - $2}'
}

futures() { mpirun --oversubscribe --bind-to none -n 3 "$python" -m mpi4py.futures "$folder/empty.py" "$1"; }
gnu_parallel() { seq "$1" | seconds_of parallel -j 2 true; }
bare_xargs() { seq "$1" | seconds_of xargs -P 2 -n 1 true; }

best_rate() {  # NAME TASKS COMMAND
  local best=
  for _ in 1 2 3; do
    seconds=$("$3" "$2")
    best=$(echo "${best:-$seconds} $seconds" | awk '{print ($1 < $2) ? $1 : $2}')
  done
  echo "$2 $best" | awk -v name="$1" '{printf "%-16s %9.0f trials/s  (%d empty tasks in %.2f s)\n", name, $1 / $2, $1, $2}'
}

best_rate mpi4py.futures 20000 futures
best_rate "GNU parallel" 1000 gnu_parallel
best_rate "xargs -P 2" 3000 bare_xargs
