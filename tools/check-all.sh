#!/bin/sh
# What takes longer than every change can wait for; `tools/test.sh` is what each change goes through.
#
#     sh tools/check-all.sh            all steps, in this order
#     sh tools/check-all.sh STEP...    only these
#
# cppcheck   over src/
# tidy       clang-tidy over src/, with the checks of .clang-tidy
# analyzer   gcc -fanalyzer over src/
# valgrind   every program of tests/unit, for wrong reads and writes, values never set, and leaks
# threads    a site pressed with the sanitizer for data races
# torture    many calls of the binary into the system, and allocations, made to fail: TORTURE of each command (default 300)
# package    built at two places, and its life in a fresh Debian (as root, with debootstrap's needs; else not at all)
# fuzz       every target, FUZZ_SECONDS each (default 600)
#
# Installs what is missing. A step that finds something does not keep the next from running; a summary stands last, and
# the exit code is 1 when any step found something. What each tool said is in build-check/STEP.log. Findings that are none
# are in tools/suppressions.txt, each with its reason; one that nothing needs any more is a finding, too.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"

steps='cppcheck tidy analyzer valgrind threads torture package fuzz'
for step in "$@"; do
    case " $steps " in
    *" $step "*) ;;
    *)
        echo "tools/check-all.sh: there is no step \"$step\"; there are: $steps" >&2
        exit 2
        ;;
    esac
done
[ $# -gt 0 ] && steps=$*

logs=$root/build-check
mkdir -p "$logs"
jobs=$(nproc)

# Prints what of the log $2 of the tool $1 is a finding.
findings() {
    python3 -B tools/findings.py "$1" <"$2"
}

check_cppcheck() {
    # Of the libraries' headers, which it is not given, what it cannot do without.
    cat >"$logs/cppcheck.cfg" <<'END'
<?xml version="1.0"?>
<def format="2">
  <define name="LIBCURL_VERSION_NUM" value="0x080000"/>
  <define name="json_array_foreach(a,i,v)" value="for((i)=0;((v)=json_array_get((a),(i)));(i)++)"/>
  <define name="json_object_foreach(o,k,v)" value="for((k)=&quot;&quot;;((v)=json_object_get((o),(k)));)"/>
</def>
END
    if ! cppcheck --project=build/compile_commands.json --file-filter='src/*' -j "$jobs" --quiet --std=c11 \
        --enable=warning,style,performance,portability --template='{file}:{line}: {message} [{id}]' \
        --library="$logs/cppcheck.cfg" >"$logs/cppcheck.log" 2>&1; then
        tail -n 5 "$logs/cppcheck.log"
        return 1
    fi
    findings cppcheck "$logs/cppcheck.log"
}

check_tidy() {
    # it ends with 1 at findings, too: what counts is what is left of them
    find src -name '*.c' | sort | xargs -P "$jobs" -n 4 clang-tidy -p build --quiet >"$logs/tidy.log" 2>"$logs/tidy.err" || :
    findings tidy "$logs/tidy.log"
}

check_analyzer() {
    # -O1: what is inline is seen as what it is. All of it, for warnings come when a file is compiled.
    cmake -S . -B build-analyzer -G Ninja -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=None -DBUILD_TESTING=OFF \
        -DFLAMEPRESS_HARDEN=OFF '-DCMAKE_C_FLAGS=-O1 -g -fanalyzer -fdiagnostics-plain-output' >"$logs/analyzer.log"
    cmake --build build-analyzer --clean-first --target flamepress >>"$logs/analyzer.log" 2>&1 || {
        tail -n 5 "$logs/analyzer.log"
        return 1
    }
    findings analyzer "$logs/analyzer.log"
}

check_valgrind() {
    python3 -B tools/findings.py --valgrind >"$logs/valgrind.supp"
    rm -rf "$logs/valgrind"
    mkdir -p "$logs/valgrind"
    FP_SOURCE_DIR=$root
    export FP_SOURCE_DIR logs
    # shellcheck disable=SC2016 # for the shell of xargs
    find build/tests -maxdepth 1 -name 'test_*' -type f -perm -u+x | sort | python3 -B tools/findings.py --units |
        xargs -P "$jobs" -n 1 sh -c '
            name=${0##*/}
            timeout 1800 valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite \
                --error-exitcode=99 --trace-children=no --num-callers=30 --suppressions="$logs/valgrind.supp" \
                "$0" >"$logs/valgrind/$name.log" 2>&1
            case $? in
            0 | 77) ;;
            *) echo "$name: exit code $?, see build-check/valgrind/$name.log"; exit 1 ;;
            esac' >"$logs/valgrind.log" || {
        cat "$logs/valgrind.log"
        return 1
    }
}

check_threads() {
    cmake -S . -B build-tsan -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=OFF -DFLAMEPRESS_HARDEN=OFF \
        '-DCMAKE_C_FLAGS=-fsanitize=thread' >"$logs/threads.log"
    cmake --build build-tsan --target flamepress >>"$logs/threads.log" 2>&1 || {
        tail -n 5 "$logs/threads.log"
        return 1
    }
    python3 -B tools/findings.py --threads >"$logs/threads.supp"
    rm -rf "$logs/threads-site"
    # without GLib's own allocator, whose hand-over from thread to thread cannot be seen
    G_SLICE=always-malloc TSAN_OPTIONS="exitcode=66 suppressions=$logs/threads.supp" build-tsan/flamepress demo -o "$logs/threads-site" \
        >>"$logs/threads.log" 2>&1 || {
        grep -A 12 'WARNING: ThreadSanitizer' "$logs/threads.log" | head -n 60
        return 1
    }
}

check_torture() {
    # not by ctest, which gives it minutes
    (cd tests/integration && FP_TORTURE=${TORTURE:-300} FLAMEPRESS=$root/build/flamepress \
        FP_FAULTS_LIBRARY=$(find "$root/build/tests" -name 'libfaults.so') python3 -B -m unittest test_torture) \
        >"$logs/torture.log" 2>&1 || {
        tail -n 60 "$logs/torture.log"
        return 1
    }
}

check_package() {
    sh tools/setup.sh tests
    cmake --preset release -DBUILD_TESTING=ON -DFLAMEPRESS_PACKAGE_TESTS=ON >"$logs/package.log"
    cmake --build --preset release >>"$logs/package.log" 2>&1
    ctest --preset release -R '^package\.' >>"$logs/package.log" 2>&1 || {
        tail -n 40 "$logs/package.log"
        return 1
    }
}

check_fuzz() {
    sh tools/fuzz.sh "${FUZZ_SECONDS:-600}" >"$logs/fuzz.log" 2>&1 || {
        tail -n 40 "$logs/fuzz.log"
        return 1
    }
    grep ' clean: ' "$logs/fuzz.log"
}

sh tools/setup.sh check
case " $steps " in
*' cppcheck '* | *' tidy '* | *' valgrind '* | *' torture '*)
    cmake --preset release -DBUILD_TESTING=ON >"$logs/build.log"
    cmake --build --preset release >>"$logs/build.log" 2>&1 || {
        tail -n 20 "$logs/build.log" >&2
        exit 1
    }
    ;;
esac

summary=
failed=0
for step in $steps; do
    echo "== $step"
    start=$(date +%s)
    verdict=0
    "check_$step" || verdict=$?
    seconds=$(($(date +%s) - start))
    if [ "$verdict" -eq 0 ]; then word=clean; else word='FINDINGS' failed=1; fi
    summary="$summary$(printf '%-10s %-8s %5d s' "$step" "$word" "$seconds")
"
done
printf '\n%s' "$summary"
exit "$failed"
