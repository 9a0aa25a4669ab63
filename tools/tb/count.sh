# Runs suites and adds up what they say of themselves. Every suite's output ends with a line that one of the patterns
# below reads; one that says nothing, or fails without counting a failure, counts as one failure.

PASSED=0
FAILED=0
# Where it is told again at the end which suites failed and which of their lines say so: a file, since lanes share it.
FAILURES=$(mktemp)

# counts FILE: "passed failed", as the suite's runner reports it
counts() {
    local file=$1 line
    # our own runner, and scripts that close as it does
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$file" | tail -1)
    if [ -n "$line" ]; then
        sed -E 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/' <<<"$line"
        return
    fi
    # node's test runner
    if grep -qE '^(# |ℹ )pass [0-9]+$' "$file"; then
        sed -nE 's/^(# |ℹ )pass ([0-9]+)$/\2/p' "$file" | tail -1 | tr '\n' ' '
        sed -nE 's/^(# |ℹ )fail ([0-9]+)$/\2/p' "$file" | tail -1
        return
    fi
    # pytest
    line=$(grep -E '^(=+ )?.*(passed|failed|error).* in [0-9.]+s' "$file" | tail -1)
    if [ -n "$line" ]; then
        local passed failed errors
        passed=$(grep -oE '[0-9]+ passed' <<<"$line" | grep -oE '[0-9]+' || echo 0)
        failed=$(grep -oE '[0-9]+ failed' <<<"$line" | grep -oE '[0-9]+' || echo 0)
        errors=$(grep -oE '[0-9]+ error' <<<"$line" | grep -oE '[0-9]+' || echo 0)
        echo "$passed $((failed + errors))"
        return
    fi
    echo "0 0"
}

# tell_again NAME FILE: the lines of a failed suite that name a failure, as the runners here write them
tell_again() {
    echo "failed: $1"
    grep -E '^ *(MISSED|FAILED|ERROR|FAIL|not ok|✖)|  FAILED |: FAIL' "$2" | head -n 20 | cut -c 1-300 | sed 's/^ */    /' || true
}

# suite NAME COMMAND...
suite() {
    local name=$1 log start passed failed status=0
    shift
    log=$(mktemp)
    start=$SECONDS
    "$@" >"$log" 2>&1 </dev/null || status=$?
    read -r passed failed <<<"$(counts "$log")"
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
        failed=1
    fi
    if [ $((passed + failed)) = 0 ]; then
        failed=1
    fi
    PASSED=$((PASSED + passed))
    FAILED=$((FAILED + failed))
    [ "$failed" = 0 ] || tell_again "$name" "$log" >>"$FAILURES"
    # In one piece: another lane has its say too.
    printf '%s\n' "$(
        printf '%-28s %4d passed, %d failed  (%d s)\n' "$name" "$passed" "$failed" $((SECONDS - start))
        [ "$failed" = 0 ] || sed 's/^/    /' "$log" | tail -n 200
    )"
    rm -f "$log"
}

LANE=
LANE_COUNTS=

# beside FUNCTION...: runs their suites in a lane of its own, while the script goes on with others. It is a job of its
# own, which the terminal's Ctrl-C does not reach: who calls this ends it with end_beside.
beside() {
    LANE_COUNTS=$(mktemp)
    set -m
    (
        PASSED=0 FAILED=0
        for run in "$@"; do "$run"; done
        echo "$PASSED $FAILED" >"$LANE_COUNTS"
    ) </dev/null &
    LANE=$!
    set +m
}

# Waits for the lane, and adds what it has counted; a lane that broke off is a failure.
join_beside() {
    local passed failed
    wait "$LANE" || true
    LANE=
    read -r passed failed <"$LANE_COUNTS" || { passed=0 failed=1 && echo "a lane of the tests broke off"; }
    rm -f "$LANE_COUNTS"
    PASSED=$((PASSED + passed))
    FAILED=$((FAILED + failed))
}

end_beside() {
    [ -z "$LANE" ] || kill -TERM -- "-$LANE" 2>/dev/null || true
}

# The C test programs of a build directory, each a suite.
unit_suites() {
    local dir=$1 program
    for program in "$dir"/tests/unit/test_*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        suite "$(basename "$program")${2:+ $2}" "$program"
    done
}

close_count() {
    echo
    cat "$FAILURES"
    rm -f "$FAILURES"
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}
