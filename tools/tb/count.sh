# Runs suites and adds up what they say of themselves. Every suite's output ends with a line that one of the patterns
# below reads; one that says nothing, or fails without counting a failure, counts as one failure.

PASSED=0
FAILED=0
# Where it is told again at the end which suites failed and which of their lines say so: a file, since all at work share it.
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
    # In one piece: others have their say too.
    printf '%s\n' "$(
        printf '%-28s %4d passed, %d failed  (%d s)\n' "$name" "$passed" "$failed" $((SECONDS - start))
        [ "$failed" = 0 ] || sed 's/^/    /' "$log" | tail -n 200
    )"
    rm -f "$log"
}

# ---- a queue of suites, which several take from at the same time ----

# Each entry is what `suite` is called with, quoted.
QUEUE=()
# What those at work share: `next` says how many entries are taken, the files `count.N` what each has counted.
SHARED=
HANDS=()

# later NAME COMMAND...: puts a suite at the end of the queue.
later() { QUEUE+=("$(printf '%q ' "$@")"); }

# Takes the entry NEXT off the queue, so that nobody else gets it; false when all are taken.
take() {
    local lock
    exec {lock}>"$SHARED/lock"
    flock "$lock"
    NEXT=$(<"$SHARED/next")
    echo $((NEXT + 1)) >"$SHARED/next"
    exec {lock}>&-
    [ "$NEXT" -lt ${#QUEUE[@]} ]
}

take_all() {
    while take; do eval "suite ${QUEUE[NEXT]}"; done
}

# hand N: takes suites beside the script. It is a job of its own, which the terminal's Ctrl-C does not reach: who calls
# this ends it with end_queue.
hand() {
    set -m
    (
        PASSED=0 FAILED=0
        take_all
        echo "$PASSED $FAILED" >"$SHARED/count.$1"
    ) </dev/null &
    HANDS+=($!)
    set +m
}

# work_off N [FUNCTION...]: runs the whole queue, N suites at a time. Those of the functions are the script's own, which
# has the terminal; it takes from the queue after them.
work_off() {
    local n=$1 i own passed failed
    shift
    SHARED=$(mktemp -d)
    echo 0 >"$SHARED/next"
    for ((i = 1; i < n; i++)); do hand "$i"; done
    for own in "$@"; do "$own"; done
    take_all
    for ((i = 1; i < n; i++)); do
        wait "${HANDS[i - 1]}" || true
        # One that broke off has counted nothing, and is a failure.
        read -r passed failed 2>/dev/null <"$SHARED/count.$i" ||
            { passed=0 failed=1 && echo "suites broke off" | tee -a "$FAILURES"; }
        PASSED=$((PASSED + passed))
        FAILED=$((FAILED + failed))
    done
    rm -rf "$SHARED"
    HANDS=()
    QUEUE=()
}

end_queue() {
    local hand
    for hand in "${HANDS[@]}"; do kill -TERM -- "-$hand" 2>/dev/null || true; done
}

# unit_suites HOW DIR [MARK]: the C test programs of a build directory, each a suite that HOW runs, `suite` or `later`
unit_suites() {
    local program
    for program in "$2"/tests/unit/test_*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        "$1" "$(basename "$program")${3:+ $3}" "$program"
    done
}

close_count() {
    echo
    cat "$FAILURES"
    rm -f "$FAILURES"
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}
