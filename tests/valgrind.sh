#!/usr/bin/env bash
# memcheck over the unit tests of base, proto, endpoint, policy and broker: what the sanitizers do not see (values
# that were never written) and descriptors that stay open. Takes a build directory (build).
set -uo pipefail
cd "$(dirname "$0")/.."

build=${1:-build}
# name, and which of its tests
programs=(base fd endpoint endpoint_stream message scan seal route vectors broker reload record policy_grant policy_settings policy_json policy_label
    policy_pattern filter_read answers limits waiting hook_calls hook_ends hook_back hook_parts ask ask_over)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

memcheck() {
    # Each test runs in a child of its own, so that the children are what matters.
    valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
        --track-fds=yes --child-silent-after-fork=no --trace-children=yes "$@" >"$log" 2>&1
}

# Descriptors that a test opened and left open; what it was born with does not count.
left_open() {
    grep -A1 -E 'Open (file descriptor|AF_[A-Z0-9]+ socket)' "$log" | grep -cE '(at|by) 0x'
}

n_passed=0
n_failed=0
for name in "${programs[@]}"; do
    program=$build/tests/unit/test_$name
    start=$SECONDS
    if [ -x "$program" ] && memcheck "$program" && grep -qE '^[1-9][0-9]* passed, 0 failed$' "$log" &&
        [ "$(left_open)" = 0 ]; then
        n_passed=$((n_passed + 1))
        echo "ok   $name ($((SECONDS - start)) s)"
    else
        n_failed=$((n_failed + 1))
        echo "FAIL $name"
        tail -n 80 "$log"
    fi
done
echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
