#!/usr/bin/env bash
# The red-team table. As root it is run by an ordinary user, who has no privileges to lose.
set -euo pipefail
. tools/tb/common.sh

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"

# A copy that every user can read: a checkout need not be one.
copy() {
    mkdir -p "$stage/tests"
    cp -a build/root "$stage/root"
    cp -a build/tests/hostile/{evil,tried,bare} "$stage/"
    mkdir "$stage/plants"
    cp -a build/tests/hostile/lib*.so build/tests/hostile/{confine_open,dev_open,graft_open,enclave_trusting,shell_naive} "$stage/plants/"
    cp -a tests/hostile tests/e2e tests/webkit "$stage/tests/"
}

breach() {
    say "tb: building without sandbox, as a breach"
    configure build-off -Dsandbox=off -Dtests=false
    compile build-off
    cp -a build-off/root "$stage/off"
}

command=(/usr/bin/python3 -B "$stage/tests/hostile/run.py" --tree "$stage/root" --evil "$stage/evil"
    --bare "$stage/bare" --plants "$stage/plants")
if [ "${1:-}" = --self-test ]; then
    shift
    breach
    set -- --self-test "$stage/off" "$@"
fi
copy

# A display, a terminal and whatever else the caller has stays with the caller.
run=(env -i PATH=/usr/bin:/bin LANG=C.UTF-8 TMPDIR="$stage/tmp")
mkdir -m 1777 "$stage/tmp"
if [ "$(id -u)" = 0 ]; then
    id tbtest >/dev/null 2>&1 || useradd --create-home tbtest
    chown -R tbtest: "$stage/root" "$stage/evil" "$stage/tried" "$stage/bare" "$stage/plants" "$stage/tests"
    run=(setpriv --reuid tbtest --regid tbtest --clear-groups "${run[@]}")
fi
"${run[@]}" "${command[@]}" "$@"
