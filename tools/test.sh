#!/bin/sh
# Every test, from a machine that has just the base system and this checkout.
#
#     sh tools/test.sh
#
# Installs what is missing, builds with warnings as errors, twice: with the sanitizers, where the units, the
# cases and the real binary's tests run, then the release. Tests in a browser: cmake -DFLAMEPRESS_BROWSER_TESTS=ON. Stops at
# the first build or run that fails; ctest's summary stands last.
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
    cmake --preset "$1" -DBUILD_TESTING=ON -DFLAMEPRESS_WERROR=ON
    cmake --build --preset "$1"
}

sh tools/setup.sh tests
jobs=$(nproc)
build release
build asan
ctest --preset asan -j "$jobs"
ctest --preset release -j "$jobs"
