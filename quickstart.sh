#!/usr/bin/env bash
# Installs what lnn-sweep needs (Debian 12), builds it and runs the main job; or, with `test`, all tests.
# Safe to run again: what is already there is kept, and a finished run only prints its tables.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
Usage: ./quickstart.sh           install, build, run the activation x initialization sweep (about 7 minutes on 2 cores, after a build of about 10)
       ./quickstart.sh test      install, build with warnings as errors, run all tests
       ./quickstart.sh install   only install the Debian packages
Set JOBS to limit parallel compiler processes, OUT to choose the run directory of the main job.
TEXT
}

packages=(
  cmake g++ ninja-build git
  libtorch-dev libopenblas0-pthread
  libboost-dev libboost-program-options-dev libeigen3-dev nlohmann-json3-dev
  libhdf5-dev zlib1g-dev hdf5-tools libopenmpi-dev openmpi-bin
  libspdlog-dev libfmt-dev libgtest-dev libgmock-dev
  python3-h5py
  gnuplot-nox
)
test_packages=(
  python3-pandas                             # an example reads results with it
  slurmctld slurmd slurm-client munge        # jobs are submitted to a Slurm that the tests start by themselves
)

say() { printf '\n==> %s\n' "$*"; }
fail() { printf 'quickstart: %s\n' "$*" >&2; exit 3; }

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "these packages are missing and neither root nor sudo is at hand: ${missing[*]}. Ask an administrator to install them, then run this again."
  fi
}

install_packages() {
  command -v dpkg-query >/dev/null ||
    fail "this is not a Debian system. Install the libraries listed in README.md, section 'Building elsewhere', then use cmake as shown there."
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -eq 0 ]; then
    say "All ${#packages[@]} Debian packages are installed"
    return
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq || fail "the package lists cannot be updated. Check the network and /etc/apt/sources.list, then run this again."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "a package cannot be installed (its error stands above). Fix it, or install these by hand: ${missing[*]}; then run this again."
}

build() {
  say "Building (preset $1, in build/$1; the first time takes some minutes)"
  cmake --preset "$1" >build-configure.log 2>&1 || { cat build-configure.log; fail "configuring failed, see above."; }
  rm -f build-configure.log
  cmake --build --preset "$1" -j "${JOBS:-$(nproc)}"
}

run_main_job() {
  local out=${OUT:-results/initialization}
  local program=build/release/bin/lnn-sweep
  say "Running experiments/initialization.json at desk scale on all cores, into $out"
  "$program" run experiments/initialization.json --scale desk --out "$out"
  say "The paper's tables, measured beside published"
  "$program" table "$out"
  say "Done. Results: $out/results.h5 (HDF5), one file per trial in $out/trials, logs in $out/logs"
  printf '    Tables again: %s table %s [--format csv|latex|json]\n' "$program" "$out"
}

case "${1:-}" in
  "")
    install_packages
    build release
    run_main_job
    ;;
  test)
    packages+=("${test_packages[@]}")
    install_packages
    build developer
    say "Running all tests"
    ctest --preset developer -j "$(nproc)"
    ;;
  install)
    install_packages
    ;;
  -h | --help)
    usage
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
