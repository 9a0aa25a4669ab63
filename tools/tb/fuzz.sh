#!/usr/bin/env bash
# ./tb fuzz [SECONDS] [TARGET]: runs every fuzz target, or that one, SECONDS (30) under ASan and UBSan. What
# crashes a target stays in build-fuzz/crashes, and what it learned in build-fuzz/corpus.
set -euo pipefail
. tools/tb/common.sh

seconds=${1:-30}
only=${2:-}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { say "tb: fuzz takes a number of seconds, not '$seconds'" && exit 2; }
[ -z "$only" ] || [ -f "tests/fuzz/fuzz_$only.c" ] || { say "tb: there is no target '$only': see tests/fuzz" && exit 2; }

CC=clang-19 CXX=clang++-19 configure build-fuzz -Dfuzz=true -Dsandbox=off -Db_sanitize=address,undefined \
    -Db_lundef=false -Doptimization=1
say "tb: building the fuzz targets"
ninja -C build-fuzz "${only:+tests/fuzz/fuzz_}${only:-fuzz_programs}" >build-fuzz/build.log 2>&1 || { cat build-fuzz/build.log >&2 && exit 1; }
mkdir -p build-fuzz/crashes

export ASAN_OPTIONS=allocator_may_return_null=0:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# fuzz TARGET: one line on what was done; libFuzzer's log if something was found
fuzz() {
    local name=$1 log=build-fuzz/fuzz_$1.log status=0 runs units
    mkdir -p "build-fuzz/corpus/$name"
    "build-fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
        -artifact_prefix="build-fuzz/crashes/$name-" -print_final_stats=1 \
        "build-fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    units=$(grep -oE 'cov: [0-9]+' "$log" | tail -1)
    echo "$name: ${runs:-0} runs, ${units:-cov: 0}"
    if [ "$status" != 0 ] || [ "${runs:-0}" = 0 ]; then
        tail -n 60 "$log"
        return 1
    fi
}

n_passed=0
n_failed=0
for program in build-fuzz/tests/fuzz/fuzz_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    name=$(basename "$program")
    name=${name#fuzz_}
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    if fuzz "$name"; then n_passed=$((n_passed + 1)); else n_failed=$((n_failed + 1)); fi
done
echo
echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ] && [ "$n_passed" -gt 0 ]
