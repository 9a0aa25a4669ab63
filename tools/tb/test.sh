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
trap 'end_queue; rm -rf "$HOME"' EXIT

# The user that programs are run as, made before two suites at once find that it is not there.
if [ "$(id -u)" = 0 ] && ! id tbtest >/dev/null 2>&1; then
    useradd --create-home tbtest
fi

# /proc shows the insides of our processes to root only; that is the point of them.
needs_root() {
    case $1 in
    tests/e2e/test_audit_follow.py | tests/e2e/test_fs_calls.py | tests/e2e/test_fs_handles.py | tests/e2e/test_fs_streams.py | \
        tests/e2e/test_fs_watch.py | tests/e2e/test_hook_memory.py | tests/e2e/test_memory_scan.py | tests/e2e/test_processes.py | tests/e2e/test_reload.py | tests/e2e/test_scribe.py | tests/e2e/test_secret.py | \
        tests/e2e/test_soak.py | tests/e2e/test_streams.py | tests/e2e/test_user.py | \
        tests/webkit/test_reloads.py | tests/webkit/test_vault_memory.py | tests/dev/test_users.py) return 0 ;;
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

# python_suite HOW FILE [MARK]: HOW is `suite`, which runs it, or `later`
python_suite() {
    local name=${2#tests/} build=$PWD/build
    name=${name#e2e/}
    name=${name%.py}
    [ -z "${3:-}" ] || build=$PWD/build-asan
    "$1" "${name/\// }${3:+ $3}" pytest_in "$build" "$2"
}

# The longest ones, so that none of them is the last to end. Both tables of attacks run several rows at a time: far apart.
long=(tests/webkit/test_races.py tests/e2e/test_keystore_kill.py tests/e2e/test_enclave_unlock.py
    tests/webkit/test_history.py tests/webkit/test_run.py)

long_suites() {
    local file
    later hostile-self tools/tb/hostile.sh --self-test --jobs "$(nproc)"
    later clang-tidy tests/lint/clang_tidy.sh 1
    for file in "${long[@]}"; do python_suite later "$file"; done
    later valgrind tests/valgrind.sh
    later hostile tools/tb/hostile.sh --jobs "$(nproc)"
    later docs python3 tests/docs/run_docs.py
}

python_files=(tests/webkit/test_*.py tests/dev/test_*.py tests/e2e/test_*.py)

python_suites() {
    local file
    for file in "${python_files[@]}"; do
        needs_root "$file" || [[ " ${long[*]} " == *" $file "* ]] || python_suite later "$file"
    done
}

# They may ask for a password, so they are run where the terminal is.
root_suites() {
    local file
    for file in "${python_files[@]}"; do
        if needs_root "$file"; then python_suite suite "$file"; fi
    done
}

client_suites() {
    later shim-unit npm --prefix shim-js test --silent
    later shim-live npm --prefix shim-js run test:live --silent
}

shim_build() {
    npm --prefix shim-js run build --silent && echo "1 passed, 0 failed"
}

lint_suites() {
    later format python3 tests/lint/format.py
    later cppcheck tests/lint/cppcheck.sh 1
    later includes python3 tests/lint/layers.py
    later words python3 tests/lint/words.py
}

sandbox_suites() {
    later try_syscall build/tests/sandbox/try_syscall
    later enter build/tests/sandbox/test_enter
    later confine build/tests/sandbox/test_confine build/confine/confine \
        build/tests/sandbox/probe_plugin tests/sandbox/plugin.py tests/sandbox/plugin.js
    later options build/tests/sandbox/test_options build/confine/confine build/tests/sandbox/probe_plugin
    later fs_race build/tests/fs/fs_race
    later fs_race_changes build/tests/fs/fs_race_changes
}

fuzz_suites() {
    local program name
    for program in build/tests/fuzz/fuzz_*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        name=$(basename "$program")
        later "$name" "$program" "tests/fuzz/corpus/${name#fuzz_}"
    done
}

# For the sanitizers; other programs do not look.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# Each with a processor of its own: LeakSanitizer needs longer than a plugin has to end, when something else keeps the
# machine busy.
sanitizer_suites() {
    local file
    for file in tests/e2e/test_call.py tests/e2e/test_relay.py tests/e2e/test_call_streams.py tests/e2e/test_deaths.py tests/e2e/test_fs_plugin.py \
        tests/e2e/test_import.py tests/e2e/test_lint.py tests/e2e/test_policy.py tests/e2e/test_policy_apps.py tests/e2e/test_pool.py \
        tests/e2e/test_policy_check.py tests/e2e/test_policy_explain.py tests/e2e/test_policy_scale.py \
        tests/e2e/test_policy_toml.py tests/e2e/test_policy_views.py tests/e2e/test_tauri_folder.py; do
        python_suite later "$file" asan
    done
}

sanitizer_root_suites() { python_suite suite tests/e2e/test_scribe.py asan; }

npm_packages tests/dev
suite shim-build shim_build
# The same programs with the sanitizers, which cannot run inside a sandbox.
configure build-asan -Db_sanitize=address,undefined -Dsandbox=off
compile build-asan

unit_suites later build
long_suites
client_suites
python_suites
lint_suites
sandbox_suites
fuzz_suites
unit_suites later build-asan asan
# One more than there are processors: many a suite waits for windows, deadlines and dying processes.
work_off $(($(nproc) + 1)) root_suites
sanitizer_suites
work_off "$(nproc)" sanitizer_root_suites
suite demo tools/tb/demo.sh
close_count
