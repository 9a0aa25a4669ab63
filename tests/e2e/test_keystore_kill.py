"""The enclave's keystore under kill -9: at each step of each change, at any time, and by several processes at once. What is
there afterwards is the old state or the new one, whole, and everything else is as it was."""

import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time

import pytest

import tree

TOOL = pathlib.Path(os.environ.get("TB_KEYSTORE_TOOL", tree.ROOT.parent / "tests/enclave/keystore_tool")).resolve()
ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
EXISTS, NONE, KILLED = 2, 1, -9
MOST_STEPS = 200
FOLDERS = ["attempts", "keys", "public", "vault"]

# What each change needs to be there, and the change.
CHANGES = {
    "add": [("add", THREE, "1")],
    "change": [("change", ONE, "1", "2")],
    "put a new value": [("put", ONE, "1", "new", "value")],
    "put over a value": [("put", ONE, "1", "mail", "another")],
    "trust": [("trust", TWO, "2")],
    "delete": [("delete", ONE)],
}


def start(folder, step, *command):
    return subprocess.Popen([TOOL, folder, "com.example.kill", str(step), *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(folder, *command, step=0):
    """Exit status and output."""
    with start(folder, step, *command) as process:
        out, err = process.communicate()
    tree.clean(err)
    return process.returncode, out


def state(folder):
    """What is in there; taking it cleans up after whoever died."""
    status, out = run(folder, "state")
    assert status == 0
    assert sorted(p.name for p in folder.iterdir()) == sorted([*FOLDERS, "secret"])
    assert not [p for p in folder.rglob("new")]
    assert "damaged" not in out and "pending" not in out
    return sorted(out.splitlines())


@pytest.fixture
def place():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-kill-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def base(place):
    """A keystore with two keys and values of both."""
    folder = place / "base"
    folder.mkdir(mode=0o700)
    for command in [("init",), ("add", ONE, "1"), ("add", TWO, "2"), ("put", ONE, "1", "mail", "one"),
                    ("put", ONE, "1", "bank", "two"), ("put", TWO, "2", "mail", "three")]:
        assert run(folder, *command) == (0, "")
    return folder


def copy(base, name):
    folder = base.parent / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    return folder


@pytest.mark.parametrize("change", CHANGES)
def test_each_step_leaves_the_old_or_the_new_state(base, change):
    (command,) = CHANGES[change]
    old = state(copy(base, "old"))
    done = copy(base, "done")
    assert run(done, *command) == (0, "")
    new = state(done)
    assert new != old
    seen = []
    for step in range(1, MOST_STEPS):
        folder = copy(base, "killed")
        status, _ = run(folder, *command, step=step)
        seen.append(state(folder))
        assert seen[-1] in (old, new), f"neither old nor new after step {step}"
        if status == 0:
            break
        assert status == KILLED
        # Whoever tries once more gets there. `state` has cleaned up, so those between begin from the same as their neighbours.
        if step % 3 == 1 or seen[-1] != seen[step - 2]:
            assert run(folder, *command)[0] in (0, EXISTS, NONE, 3)
    assert status == 0 and seen[-1] == new
    assert seen[0] == old and len(seen) > 5
    # Once it has happened it stays so at each later step.
    assert seen == [old] * seen.count(old) + [new] * seen.count(new)


def test_a_start_that_is_killed_at_any_step_starts_again(place):
    for step in range(1, MOST_STEPS):
        folder = place / f"new-{step}"
        folder.mkdir(mode=0o700)
        status, _ = run(folder, "init", step=step)
        assert run(folder, "add", ONE, "1") == (0, "")
        assert [line.split()[0] for line in state(folder)] == ["certificate", "key"]
        if status == 0:
            break
        assert status == KILLED
    assert status == 0 and step > 5


def test_a_restore_that_is_killed_at_any_step(base):
    old = state(base)
    backup = base.parent / "backup"
    assert run(base, "backup", backup) == (0, "")
    assert run(base, "delete", ONE) == (0, "")
    assert run(base, "add", THREE, "1") == (0, "")
    new = state(base)
    seen = []
    for step in range(1, MOST_STEPS):
        folder = copy(base, "restored")
        # What the one before has left would be cleared away first, in steps of its own.
        shutil.rmtree(base.parent / "restored.restore", ignore_errors=True)
        status, _ = run(folder, "restore", backup, step=step)
        seen.append(state(folder))
        if status == 0:
            break
        assert status == KILLED
        if step % 5 == 1:
            assert run(folder, "restore", backup) == (0, "") and state(folder) == old
            assert not (base.parent / "restored.restore").exists()
    assert status == 0
    assert seen == [new] * seen.count(new) + [old] * seen.count(old) and new in seen and old in seen


def test_killed_at_any_time(base):
    """Two processes that change things until they are killed; what was answered is there."""
    chance = random.Random(7)
    folder = copy(base, "random")
    others = [line for line in state(folder) if TWO in line]
    begun = time.monotonic()
    assert run(folder, "put", ONE, "1", "name0", "first") == (0, "")
    whole_s = time.monotonic() - begun
    for round in range(15):
        name, number = f"name{round % 3}", str(round)
        first = start(folder, 0, "put", ONE, "1", name, number)
        second = start(folder, 0, "add", THREE, "1") if round % 2 == 0 else start(folder, 0, "delete", THREE)
        for process in (first, second):
            try:
                process.wait(timeout=chance.random() * 1.5 * whole_s)
            except subprocess.TimeoutExpired:
                process.kill()
        statuses = [first.wait(), second.wait()]
        for process in (first, second):
            process.stdout.close()
            tree.clean(process.stderr.read())
            process.stderr.close()
        now = state(folder)
        assert [line for line in now if TWO in line] == others
        assert sum(THREE in line for line in now) in (0, 2)
        if statuses[0] == 0:
            assert f"value {ONE} {name} {number}" in now
        assert statuses[0] in (0, KILLED) and statuses[1] in (0, KILLED, EXISTS, NONE)


def test_many_at_once_lose_nothing(base):
    processes = [start(base, 0, "put", ONE, "1", f"name{n}", f"value{n}") for n in range(12)]
    assert [process.wait() for process in processes] == [0] * 12
    for process in processes:
        process.stdout.close()
        process.stderr.close()
    now = state(base)
    for n in range(12):
        assert f"value {ONE} name{n} value{n}" in now
