#!/bin/sh
# How fast flamepress is, and how much memory it takes, beside tools that anyone can install: printed, not judged.
#
#     tests/bench/run.sh [render] [decode] [growth] [huge] [night]     (default: render decode growth)
#
# render   replies and folded stacks to SVG and PNG, against jansson's parse, flamegraph.pl and rsvg-convert
# decode   decoding alone, against jansson's parse
# growth   10,000 to 1,000,000 nodes; with `huge` also 10,000,000 (2 GB of memory, minutes to make)
# night    200 services, 4,800 replies of 10,000 nodes from a server on this machine; no files for tickets
#
# BUILD=DIR (default build, made by `cmake --preset release && cmake --build build`), RUNS=N (default 5),
# DATA=DIR for the made-up profiles (default BUILD/bench: 0.5 GB, made once).
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(realpath "${BUILD:-$root/build}")
DATA=${DATA:-$BUILD/bench}
RUNS=${RUNS:-5}
[ $# -gt 0 ] || set -- render decode growth

missing=
need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need cmake cmake
need python3 python3
FLAMEGRAPH=${FLAMEGRAPH:-/usr/share/perl5/Devel/NYTProf/flamegraph.pl}
case " $* " in *" render "*)
    need rsvg-convert librsvg2-bin
    need perl perl
    [ -r "$FLAMEGRAPH" ] || missing="$missing libdevel-nytprof-perl" ;;
esac
if [ -n "$missing" ]; then
    echo "run.sh: not everything is here. On Debian: apt-get install$missing" >&2
    exit 1
fi
if [ ! -x "$BUILD/flamepress" ]; then
    echo "run.sh: $BUILD/flamepress is not there: cmake --preset release && cmake --build build" >&2
    exit 1
fi

cmake --build "$BUILD" --target bench_parts >/dev/null
mkdir -p "$DATA"
make_input() { # FORM NODES
    [ -s "$DATA/$1-$2" ] && return
    echo "making $DATA/$1-$2 …" >&2
    python3 "$root/tests/bench/make_profile.py" "$1" "$2" > "$DATA/$1-$2.part"
    mv "$DATA/$1-$2.part" "$DATA/$1-$2"
}
sizes="10000 100000 1000000"
case " $* " in *" huge "*) make_input columns 10000000 ;; esac
for nodes in $sizes; do
    for form in columns list folded; do make_input $form "$nodes"; done
done

export BUILD DATA RUNS FLAMEGRAPH
exec python3 "$root/tests/bench/measure.py" "$@"
