#!/bin/sh
# Runs the fuzz targets of tests/fuzz, one after the other, each on all cores.
#
#     sh tools/fuzz.sh SECONDS              each target for so long
#     sh tools/fuzz.sh SECONDS reply name   only these
#     sh tools/fuzz.sh keep                 puts what was found so far, and reaches code that nothing else reaches,
#                                           into tests/fuzz/corpus, which the ordinary tests run again
#
# Installs clang when it is missing and builds into build-fuzz. Begins with tests/fuzz/corpus and the cases of other tests;
# what is found on the way stays in build-fuzz/found and is used again. Ends at the first target that fails: the input
# is build-fuzz/found/TARGET-crash-…; put it, with a name, into the corpus of its target when the defect is mended.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"

usage() {
    echo 'Usage: sh tools/fuzz.sh SECONDS|keep [TARGET...]' >&2
    exit 2
}

what=${1-}
case $what in
keep) ;;
'' | *[!0-9]* | 0*) usage ;;
esac
shift
only=" $* "

sh tools/setup.sh fuzz
cmake --preset fuzz
cmake --build --preset fuzz
jobs=$(nproc)
found=$root/build-fuzz/found
mkdir -p "$found"
cd "$found"

# of the target $name; the other arguments are folders, the first of them $corpus
fuzz() {
    mkdir -p "$name"
    rm -f fuzz-*.log
    set -- "$name" "$@" "-max_total_time=$what" "-jobs=$jobs" "-workers=$jobs" -timeout=20 -print_final_stats=1 \
        "-artifact_prefix=$found/$name-" -verbosity=0
    if [ -f "$root/tests/fuzz/dict/$name.dict" ]; then
        set -- "$@" "-dict=$root/tests/fuzz/dict/$name.dict"
    fi
    if ! "../tests/fuzz/fuzz_$name" "$@" >"$name.log" 2>&1; then
        cat fuzz-*.log >&2
        echo "tools/fuzz.sh: $name failed; the input is one of $found/$name-*" >&2
        exit 1
    fi
    cat fuzz-*.log | awk -v name="$name" -v seconds="$what" -v jobs="$jobs" '
        /number_of_executed_units/ { runs += $2 }
        END { printf "%-10s clean: %d runs in %d s on %d cores\n", name, runs, seconds, jobs }'
}

# Branches, not how often they were taken: some dozen inputs a target, not a thousand. `have-…` are those that there are.
keep() {
    own=$1
    rm -rf "$name.kept"
    mkdir -p "$name" "$name.kept" "$own"
    number=0
    find "$@" -type f >"$name.have"
    while read -r file; do
        number=$((number + 1))
        cp "$file" "$name.kept/have-$number"
    done <"$name.have"
    if ! "../tests/fuzz/fuzz_$name" -merge=1 -use_counters=0 -verbosity=0 "$name.kept" "$name" >"$name.log" 2>&1; then
        cat "$name.log" >&2
        exit 1
    fi
    rm -f "$name.kept"/have-*
    find "$name.kept" -type f -exec mv -t "$own" {} +
    echo "$name: $(find "$own" -type f | wc -l) inputs, $(du -sb "$own" | cut -f 1) bytes"
}

while read -r name folders; do
    case $only in
    '  ' | *" $name "*) ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086 # a list of folders, without blanks in them
    if [ "$what" = keep ]; then keep $folders; else fuzz $folders; fi
done <../fuzz-targets
