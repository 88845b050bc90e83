#!/bin/sh
# reproduce.sh [SCALE [RUN]]: trains every experiment of paper A at SCALE (desk, paper or smoke; default desk) into RUN
# (default results/reproduction-SCALE; the same command resumes), then writes tables, claims and figures to
# analysis/reproduction/SCALE. With PAPER=B: of paper B, to analysis/reproduction/paper-b/SCALE. PATH must have
# lnn-sweep; ONLY="TEXT" restricts the run to arms whose label contains it.
set -eu
cd "$(dirname "$0")/../.."
scale=${1:-desk}
paper=${PAPER:-A}
case $paper in
  A) run=${2:-results/reproduction-$scale} out=analysis/reproduction/$scale ;;
  B) run=${2:-results/reproduction-paper-b-$scale} out=analysis/reproduction/paper-b/$scale ;;
  *) echo "reproduce.sh: PAPER=$paper is neither A nor B" >&2; exit 2 ;;
esac
command -v lnn-sweep >/dev/null || {
  echo "reproduce.sh: lnn-sweep is not in PATH (it is built into build/release/bin). Run: PATH=\$PWD/build/release/bin:\$PATH" >&2
  exit 2
}

status=0
# shellcheck disable=SC2046  # the files' names have no blanks
lnn-sweep run $(grep -l "\"section\": \"$paper, " experiments/*.json) --scale "$scale" --out "$run" ${ONLY:+--only "$ONLY"} || status=$?
[ "$status" -le 1 ] || exit "$status"   # 1: some trials did not complete, which the tables count

mkdir -p "$out"
lnn-sweep table "$run" --format md --out "$out/tables.md"
lnn-sweep table "$run" --format json --out "$out/tables.json"
# 1: some claim is not reproduced, which is a result.
lnn-sweep claims "$run" --out "$out/claims.md" || [ $? -eq 1 ]
lnn-sweep claims "$run" --json --out "$out/claims.json" || [ $? -eq 1 ]
lnn-sweep figures "$run" --out "$out/figures" >/dev/null
echo "Written to $out: tables.md, tables.json, claims.md, claims.json, figures/"
