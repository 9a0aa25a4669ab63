"""The main job as an ordinary user without privileges, with and without user namespaces."""

import json
import os
import subprocess

import pytest

import tree
from tree import HELLO, READ

TEXT = (tree.TOP / "examples/notes/data/hello.txt").read_bytes()
NAMESPACES = {"userns", "mount", "pid", "net", "ipc"}
NO_USERNS = [*tree.NO_USERNS, "setpriv", "--inh-caps=-all", "--bounding-set=-all"]


@pytest.fixture(autouse=True)
def nothing_stays():
    with tree.leaves_nothing():
        yield


@pytest.fixture
def users(app, ordinary):
    """The app, belonging to an ordinary user and run by that user."""
    app.belongs_to(ordinary)
    return app


@pytest.fixture(params=["full", "no-userns"])
def level(request, users):
    if request.param == "no-userns":
        users.prefix += NO_USERNS
    return request.param


def doctor(app):
    result = app.run("doctor", "--json")
    return result, json.loads(result.stdout)


def states_of(layers):
    return {layer["name"]: layer["state"] for layer in layers}


def test_is_not_privileged(users, level, ordinary):
    """Else the rest of this file shows nothing."""
    result = subprocess.run([*users.prefix, "cat", "/proc/self/status"], capture_output=True,
                            text=True, check=True)
    status = dict(line.split(":\t", 1) for line in result.stdout.split("\n") if ":\t" in line)
    assert ordinary.pw_uid != 0
    shown = ordinary.pw_uid if level == "full" else 0  # as it is called in its user namespace
    assert status["Uid"].split() == [str(shown)] * 4
    assert int(status["CapEff"], 16) == 0
    made = subprocess.run([*users.prefix, "unshare", "-U", "true"], capture_output=True,
                          check=False)
    assert (made.returncode == 0) == (level == "full")


def test_call(users, level):
    result = users.call(READ, HELLO)
    assert (result.returncode, result.stdout, result.stderr) == (0, TEXT, b"")
    for path in ("data/private/secret.txt", "/etc/passwd"):
        result = users.call(READ, {"path": path})
        assert (result.returncode, result.stdout) == (1, b"")
        assert result.stderr.startswith(b"trollbridge: scope: ")
    result = users.call("plugin:fs|write_text_file", {"path": "data/new.txt"}, "--raw", "-",
                        input=b"new")
    assert result.returncode == 0
    assert (users.path / "data/new.txt").stat().st_uid == users.log.stat().st_uid != 0


def test_the_log_is_the_users_alone(users, level):
    assert users.call(READ, HELLO).returncode == 0
    assert users.log.stat().st_mode & 0o777 == 0o600
    assert users.log.parent.stat().st_mode & 0o777 == 0o700
    assert users.verify() == "CLOSED"


def test_the_log_says_which_layers_held(users, level):
    """Never silently less: what was not to be had is in the log, and nothing else is missing."""
    with tree.Host(users) as host:
        host.open("main")
        assert host.code() == ""
        host.say("quit")
        host.process.wait(tree.PATIENCE_S)
    reports = {record["plugin"]: record["reason"] for record in users.records()
               if record["event"] == "layer"}
    assert {"broker", "scribe"} <= reports.keys()
    for role in ("broker", "scribe"):
        parts = dict(part.split(": ") for part in reports[role].split("; "))
        missing = set(parts.get("missing", "").split(",")) - {""}
        assert missing == (set() if level == "full" else NAMESPACES), reports[role]
        assert {"seccomp", "landlock", "nnp", "caps"} <= set(parts["held"].split(","))


def test_doctor(users, level):
    result, report = doctor(users)
    assert result.returncode == 0
    assert report["level"] == level
    states = states_of(report["layers"])
    assert states["seccomp"] == states["landlock"] == "held"
    assert {states[name] for name in NAMESPACES} == {"held" if level == "full" else "missing"}


@pytest.mark.parametrize("layer", sorted(NAMESPACES))
def test_a_required_namespace(users, level, layer):
    users.manifest(f'[sandbox]\nrequire = ["seccomp", "{layer}"]')
    result = users.call(READ, HELLO)
    if level == "full":
        assert (result.returncode, result.stdout) == (0, TEXT), result.stderr
        return
    assert (result.returncode, result.stdout) == (4, b""), result.stderr
    lines = result.stderr.decode().splitlines()
    assert lines[0].startswith("trollbridge: layer_missing: ") and layer in lines[0], lines


def test_required_layers_that_are_there(users, level):
    users.manifest('[sandbox]\nrequire = ["seccomp", "landlock"]')
    assert users.call(READ, HELLO).stdout == TEXT


def test_processes_of_the_user(users, level, ordinary):
    """Nothing of the tree runs as anybody else, or with more than the user has."""
    with tree.Host(users) as host:
        host.open("main")
        assert host.code() == ""
        for pid, role in [(host.supervisor, "supervisor"),
                          *tree.descendants(host.supervisor).items()]:
            status = tree.status_of(pid)
            assert status["Uid"].split() == [str(ordinary.pw_uid)] * 4, role
            assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1"), role
            assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} \
                == {0}, role
            if role == "supervisor" and level == "full":
                # Not dumpable: the kernel gives what is in its folder to root.
                assert os.stat(f"/proc/{pid}/environ").st_uid == 0


def test_files_of_others_stay_shut(users, level):
    """The user's own rights still hold: policy gives nothing that they do not."""
    other = users.path / "data/root.txt"
    other.write_text("not yours")
    other.chmod(0o600)
    result = users.call(READ, {"path": "data/root.txt"})
    if os.getuid() == 0:
        assert (result.returncode, result.stdout) == (1, b"")
        assert result.stderr.startswith(b"trollbridge: io: ")
    else:
        assert result.stdout == b"not yours"


def test_an_app_that_belongs_to_nobody_can_be_run(users, level):
    """A system's app: readable by all, writable by root."""
    subprocess.run(["chmod", "-R", "a-w", users.path], check=True)
    result = users.call(READ, HELLO)
    subprocess.run(["chmod", "-R", "u+w", users.path], check=True)
    assert result.stdout == TEXT
