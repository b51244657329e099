#!/bin/sh
# From a fresh Debian to a site of reports: installs what is missing, builds, presses the bundled recordings.
#
#     sh tools/demo.sh
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"

sh tools/setup.sh
cmake --preset release -DBUILD_TESTING=OFF
cmake --build --preset release
build/flamepress demo -o build/demo-site >/dev/null
printf '\nThe demo is ready. Open this page in a browser:\n%s\n' "$root/build/demo-site/index.html"
