# Runs suites and adds up what they say of themselves. Every suite's output ends with a line that one of the patterns
# below reads; one that says nothing, or fails without counting a failure, counts as one failure.

PASSED=0
FAILED=0

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
    printf '%-28s %4d passed, %d failed  (%d s)\n' "$name" "$passed" "$failed" $((SECONDS - start))
    if [ "$failed" != 0 ]; then
        sed 's/^/    /' "$log" | tail -n 200
    fi
    rm -f "$log"
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
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}
