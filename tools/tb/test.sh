#!/usr/bin/env bash
# Every test. Each suite prints a line; the last line counts them all.
set -euo pipefail
. tools/tb/common.sh
. tools/tb/count.sh

export TB_BUILD=$PWD/build TB_ROOT=$PWD/build/root TROLLBRIDGE=$PWD/build/root/bin/trollbridge
# The user's own folders stay out of it.
HOME=$(mktemp -d /tmp/tb-home.XXXXXX)
export HOME
echo "somebody's own" >"$HOME/diary.txt"
unset XDG_STATE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR
trap 'end_beside; rm -rf "$HOME"' EXIT

lint_suites() {
    suite format python3 tests/lint/format.py
    suite includes python3 tests/lint/layers.py
    suite words python3 tests/lint/words.py
    suite cppcheck tests/lint/cppcheck.sh
    suite clang-tidy tests/lint/clang_tidy.sh
}

sandbox_suites() {
    suite try_syscall build/tests/sandbox/try_syscall
    suite enter build/tests/sandbox/test_enter
    suite confine build/tests/sandbox/test_confine build/confine/confine \
        build/tests/sandbox/probe_plugin tests/sandbox/plugin.py tests/sandbox/plugin.js
    suite options build/tests/sandbox/test_options build/confine/confine build/tests/sandbox/probe_plugin
    suite fs_race build/tests/fs/fs_race
    suite fs_race_changes build/tests/fs/fs_race_changes
}

fuzz_suites() {
    local program name
    for program in build/tests/fuzz/fuzz_*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        name=$(basename "$program")
        suite "$name" "$program" "tests/fuzz/corpus/${name#fuzz_}"
    done
}

# /proc shows the insides of our processes to root only; that is the point of them.
needs_root() {
    case $1 in
    tests/e2e/test_audit_follow.py | tests/e2e/test_fs_calls.py | tests/e2e/test_fs_handles.py | tests/e2e/test_fs_streams.py | \
        tests/e2e/test_fs_watch.py | tests/e2e/test_hook_memory.py | tests/e2e/test_memory_scan.py | tests/e2e/test_processes.py | tests/e2e/test_reload.py | tests/e2e/test_scribe.py | tests/e2e/test_secret.py | \
        tests/e2e/test_soak.py | tests/e2e/test_streams.py | tests/e2e/test_user.py | \
        tests/webkit/test_reloads.py | tests/webkit/test_vault_memory.py) return 0 ;;
    esac
    return 1
}

# pytest_in BUILD FILE: on the tree of that build directory
pytest_in() {
    local run=(env HOME="$HOME" TB_BUILD="$1" TB_ROOT="$1/root"
        ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}"
        /usr/bin/python3 -B -m pytest -q -p no:cacheprovider "$2")
    if needs_root "$2"; then
        as_root "${run[@]}"
    else
        "${run[@]}"
    fi
}

python_suites() {
    local file
    for file in tests/e2e/test_*.py; do
        is_heavy "$file" || suite "$(basename "$file" .py)" pytest_in "$PWD/build" "$file"
    done
}

# Long, without a display, root or anything that others share: they go into the second lane.
heavy=(tests/e2e/test_keystore_kill.py tests/e2e/test_pgp_interop.py)

is_heavy() { [[ " ${heavy[*]} " == *" $1 "* ]]; }

heavy_suites() {
    local file
    for file in "${heavy[@]}"; do
        suite "$(basename "$file" .py)" pytest_in "$PWD/build" "$file"
    done
}

webkit_suites() {
    local file
    for file in tests/webkit/test_*.py; do
        suite "webkit $(basename "$file" .py)" pytest_in "$PWD/build" "$file"
    done
}

# A browser that is driven through playwright-core.
dev_suites() {
    local file
    npm_packages tests/dev
    for file in tests/dev/test_*.py; do
        suite "dev $(basename "$file" .py)" pytest_in "$PWD/build" "$file"
    done
}

client_suites() {
    suite shim-build shim_build
    suite shim-unit npm --prefix shim-js test --silent
    suite shim-live npm --prefix shim-js run test:live --silent
}

shim_build() {
    npm --prefix shim-js run build --silent && echo "1 passed, 0 failed"
}

# For the sanitizers; other programs do not look.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# The same programs with the sanitizers, which cannot run inside a sandbox.
sanitizer_unit_suites() {
    configure build-asan -Db_sanitize=address,undefined -Dsandbox=off
    compile build-asan
    unit_suites build-asan asan
}

# Alone: LeakSanitizer needs longer than a plugin has to end, when something else keeps the machine busy.
sanitizer_suites() {
    local file
    for file in tests/e2e/test_call.py tests/e2e/test_relay.py tests/e2e/test_call_streams.py tests/e2e/test_deaths.py tests/e2e/test_fs_plugin.py \
        tests/e2e/test_import.py tests/e2e/test_lint.py tests/e2e/test_policy.py tests/e2e/test_policy_apps.py tests/e2e/test_pool.py \
        tests/e2e/test_policy_check.py tests/e2e/test_policy_explain.py tests/e2e/test_policy_scale.py \
        tests/e2e/test_policy_toml.py tests/e2e/test_policy_views.py tests/e2e/test_scribe.py \
        tests/e2e/test_tauri_folder.py; do
        suite "$(basename "$file" .py) asan" pytest_in "$PWD/build-asan" "$file"
    done
}

valgrind_suite() { suite valgrind tests/valgrind.sh; }

self_test_suite() { suite hostile-self tools/tb/hostile.sh --self-test; }

unit_suites build
sandbox_suites
client_suites
# What may ask for a password has the terminal, and so stays in the first lane.
beside sanitizer_unit_suites lint_suites fuzz_suites valgrind_suite self_test_suite heavy_suites
python_suites
webkit_suites
dev_suites
suite hostile tools/tb/hostile.sh
suite docs python3 tests/docs/run_docs.py
join_beside
sanitizer_suites
suite demo tools/tb/demo.sh
close_count
