#!/bin/bash
# What a sweep costs beside its trials, with trials that only sleep (lnn-fake-trial):
#
#   sweep_overhead.sh BIN [TRIALS = 400]     BIN: the folder of lnn-sweep and lnn-fake-trial
#
# 1. TRIALS trials of 0.5 s on two slots, alone and on three ranks: wall-clock time over the ideal, TRIALS / 2 x 0.5 s.
#    It includes starting and ending lnn-sweep, mpirun and the trial processes, and writing the results. "Between trials"
#    is the share of it that no trial ran: a busy machine makes the trials themselves sleep longer.
# 2. Share of a core that the master and the workers use while their trials run, over 5 s.
set -eu
bin=$(realpath "$1")
trials=${2:-400}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 LNN_TRIAL_PROGRAM=$bin/lnn-fake-trial OMP_NUM_THREADS=1
ranks3="mpirun --oversubscribe --bind-to none -n 3"

experiment() {  # SEEDS: an experiment of so many trials
  cat > "$folder/e.json" << JSON
{"name": "sleep", "title": "Trials that sleep", "system": "double_pendulum", "grid": {"network.width": [16]},
 "seeds": [$(seq -s, 1 "$1")]}
JSON
}

overhead() {  # NAME LAUNCHER OPTION...
  local name=$1 launcher=$2 start end busy
  shift 2
  rm -rf "$folder/run"
  start=$(date +%s.%N)
  # Three epochs a trial.
  LNN_FAKE_TRIAL='{"*":"slow:0.1666667"}' $launcher "$bin/lnn-sweep" run "$folder/e.json" --out "$folder/run" --quiet "$@" \
    > /dev/null
  end=$(date +%s.%N)
  busy=$(sed -n '/"trial_end"/s/.*"seconds":\([0-9.e-]*\).*/\1/p' "$folder/run/events.jsonl" | awk '{sum += $1} END {print sum / 2}')
  echo "$start $end $busy" | awk -v name="$name" -v n="$trials" '{
    ideal = n / 4; t = $2 - $1
    printf "%-10s %d trials of 0.5 s on 2 slots: %.2f s, ideal %.2f s, overhead %.2f %%, between trials %.2f %%\n", name, n, t, ideal,
           100 * (t / ideal - 1), 100 * (t - $3) / t}'
}

ticks_of() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }

waiting() {  # NAME LAUNCHER
  local pids=() before=() launched pid
  rm -rf "$folder/run"
  LNN_FAKE_TRIAL='{"*":"hang"}' $2 "$bin/lnn-sweep" run "$folder/e.json" --out "$folder/run" --quiet > /dev/null 2>&1 &
  launched=$!
  sleep 3
  for pid in $(pgrep -x lnn-sweep); do
    grep -qzF "$folder/run" "/proc/$pid/cmdline" && pids+=("$pid")
  done
  for pid in "${pids[@]}"; do before+=("$(ticks_of "$pid")"); done
  sleep 5
  for i in "${!pids[@]}"; do
    rank=$(tr '\0' '\n' < "/proc/${pids[$i]}/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p')
    echo "${before[$i]} $(ticks_of "${pids[$i]}")" | awk -v name="$1" -v who="${rank:-0}" -v hz="$(getconf CLK_TCK)" \
      '{printf "%-10s %s waits with %.2f %% of a core\n", name, who == 0 ? "master" : "worker " who, ($2 - $1) / hz / 5 * 100}'
  done
  kill -USR1 "$launched"
  wait "$launched" || true
}

experiment 3
waiting alone ""
waiting "3 ranks" "$ranks3"
experiment "$trials"
overhead alone "" --workers 2
overhead "3 ranks" "$ranks3"
