# keep_going COMMAND...: runs the sweep to its end, over as many turns of this job as that takes.
#
# Slurm warns this shell before the time limit and, where the site says so, before a preemption (USR1 or TERM). Both are
# passed on as USR1: the sweep then saves what it trains and leaves with 75, "run me again to continue". (TERM would end
# MPI ranks within a second.) After 75 the job goes back into the queue; where that is forbidden, a successor is submitted.
keep_going() {
  local code signaled=yes preempted=no sweep=
  local job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
  job=${job:-$SLURM_JOB_ID}
  local began={{out}}/.began-$job
  touch "$began"

  # A warning in the first half of the time is a preemption.
  trap 'signaled=yes; if [ $SECONDS -lt {{half_time}} ]; then preempted=yes; fi; kill -USR1 $sweep 2>/dev/null' USR1 TERM
  "$@" &
  sweep=$!
  while [ $signaled = yes ]; do  # a signal ends `wait`, not the sweep
    signaled=no
    wait $sweep
    code=$?
  done

  local progress=no
  if [ -n "$(find {{out}}/trials {{out}}/checkpoints -newer "$began" -print -quit 2>/dev/null)" ]; then progress=yes; fi
  rm -f "$began"
  # 138: the warning came before the sweep listened to it.
  if [ $code -ne 75 ] && [ $code -ne 138 ]; then exit $code; fi
  if [ $progress = no ] && [ $preempted = no ]; then
    echo "Job $job has neither finished nor saved a trial in all its time; it would not get further next time." >&2
    echo "Ask for more time (lnn-sweep submit --time), or make trials shorter." >&2
    exit $code
  fi
  # Slurm itself ends this job: cancelled, which a requeue would undo, or preempted, and then it is already in the queue.
  if ! scontrol show job -o "$job" | grep -q ' JobState=RUNNING '; then exit $code; fi
  # A requeue begins with a SIGTERM to everything here, scontrol included, which could then not say that it succeeded.
  if (trap '' TERM; exec scontrol requeue "$job"); then
    echo "Job $job is back in the queue and will continue."
  else
    sbatch ${SLURM_ARRAY_TASK_ID:+--array=$SLURM_ARRAY_TASK_ID} {{script}}
  fi
  exit $code
}
