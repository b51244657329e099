#!/bin/sh
# Every test, from a machine that has just the base system and this checkout.
#
#     sh tools/test.sh
#
# Installs what is missing, builds with warnings as errors, twice: with the sanitizers, and the release. Units and cases
# run in both; of the real binary's tests those about what others send and much else run with the sanitizers, those about
# time, signals, disks, sizes and pages in a browser in the release (labels in tests/CMakeLists.txt; ctest in one build
# runs all that it has). How fast pages are is printed. Stops at the first build or run that fails; ctest's summary of
# the release stands last. Takes about a quarter of an hour on two cores.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"

# Recorded data beside the checkout is used where it is there; tests that need it are skipped where it is not.
recorded=$(dirname "$root")/shared
if [ -z "${FP_SHARED-}" ] && [ -d "$recorded" ]; then
    FP_SHARED=$recorded
fi
if [ -n "${FP_SHARED-}" ]; then
    export FP_SHARED
else
    unset FP_SHARED # set but empty would be looked at
fi

build() {
    cmake --preset "$1" -DBUILD_TESTING=ON -DFLAMEPRESS_WERROR=ON -DFLAMEPRESS_BROWSER_TESTS=ON
    cmake --build --preset "$1"
}

sh tools/setup.sh tests
jobs=$(($(nproc) + 1)) # some wait more than they work
build release
build asan
ctest --preset asan -j "$jobs" --label-exclude '^release$'
ctest --preset release --verbose --tests-regex '^browser\.speed$'
ctest --preset release -j "$jobs" --label-exclude '^sanitized$' --exclude-regex '^browser\.speed$'
