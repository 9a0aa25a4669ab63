"""The options of a plugin's sandbox through the whole tree: manifest, grant, launcher, and what is told of them."""

import json
import os
import pathlib
import shutil
import socket

import pytest

import tree

BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build"))
PROBE = BUILT / "tests/hostile/evil"
DO = "plugin:probe|do"


@pytest.fixture
def probed(app):
    """The app with a plugin that tries what it is told to; `sandbox` gives it one in the manifest."""
    folder = app.path / "probe"
    (folder / "permissions").mkdir(parents=True)
    shutil.copy(PROBE, folder / "probe")
    (folder / "plugin.toml").write_text('name = "probe"\nprogram = "probe"\ncommands = ["do"]\n')
    (folder / "permissions/all.toml").write_text('[[permission]]\nidentifier = "allow-do"\ncommands.allow = ["do"]\n')
    (app.path / "capabilities/probe.toml").write_text(
        'identifier = "probe"\nwindows = ["main"]\npermissions = ["probe:allow-do"]\n')
    app.manifest('[plugins.probe]\nprogram = "probe/probe"\npermissions = "probe"\n')
    (app.path / "shared").mkdir()
    (app.path / "shared/text").write_text("text")
    return app


def sandbox(app, text, require=()):
    app.manifest(f"sandbox = {{ {text} }}" + (f"\n[sandbox]\nrequire = {json.dumps(['seccomp', *require])}" if require else ""))


def tries(app, what, arg=""):
    """What the attempt came to: SUCCESS, the name of an errno, or the code of the call's error."""
    result = json.loads(app.call(DO, {"what": what, "arg": str(arg)}, "--json").stdout)
    return result["value"] if result["ok"] else result["error"]["code"]


def test_nothing_is_given_by_itself(probed):
    assert tries(probed, "read", probed.path / "shared/text") != "SUCCESS"
    assert tries(probed, "tcp", "1") == "EPERM"
    assert tries(probed, "fork") == "EPERM"
    assert tries(probed, "memory", "300") == "ENOMEM"


def test_folders_with_variables(probed):
    sandbox(probed, 'read = ["$RESOURCE/shared"], write = ["$APPDATA/deep/own"]')
    own = pathlib.Path(probed.environment["HOME"]) / ".local/share/com.example.notes/deep/own"
    assert tries(probed, "read", probed.path / "shared/text") == "SUCCESS"
    assert tries(probed, "write", probed.path / "shared/text") != "SUCCESS"
    assert tries(probed, "write", own / "new") == "SUCCESS"
    assert tries(probed, "read", own / "new") == "SUCCESS"
    assert tries(probed, "write", own.parent / "new") != "SUCCESS"
    assert own.stat().st_mode & 0o777 == 0o700


def test_no_sandbox_gives_the_apps_policy(probed):
    sandbox(probed, 'write = ["$RESOURCE"]')
    assert tries(probed, "write", probed.path / "new") == "SUCCESS"
    if not tree.SANITIZED:
        assert tries(probed, "write", probed.path / "trollbridge.toml") != "SUCCESS"
        assert tries(probed, "write", probed.path / "capabilities/probe.toml") != "SUCCESS"


def test_network(probed):
    sandbox(probed, "network = true", require=["net"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert tries(probed, "tcp", server.getsockname()[1]) == "SUCCESS"
    assert tries(probed, "listen") == "EPERM"
    assert tries(probed, "read", "/etc/hosts") == ("SUCCESS" if os.path.exists("/etc/hosts") else "ENOENT")


def test_jit(probed):
    assert tries(probed, "written-code") != "SUCCESS"
    sandbox(probed, "jit = true", require=["mdwe"])
    assert tries(probed, "written-code") == "SUCCESS"
    assert tries(probed, "memory", "300") == "ENOMEM"


def test_memory_and_time(probed):
    sandbox(probed, "memory_mib = 400, cpu_s = 1")
    assert tries(probed, "memory", "300") == "SUCCESS"
    assert tries(probed, "memory", "500") == "ENOMEM"
    assert tries(probed, "spin") == "plugin_crashed"


def test_exec(probed):
    sandbox(probed, 'exec = ["/usr/bin/true"]')
    assert tries(probed, "spawn", "/usr/bin/true") == "SUCCESS"
    assert tries(probed, "spawn", "/usr/bin/id") == "EACCES"


def test_exec_needs_a_pid_namespace(probed):
    sandbox(probed, 'exec = ["/usr/bin/true"]')
    probed.prefix = [*probed.prefix, *tree.NO_USERNS]
    assert tries(probed, "spawn", "/usr/bin/true") in ("plugin_crashed", "plugin_unavailable")
    assert probed.call(tree.READ, tree.HELLO).returncode == 0


def test_a_script_by_way_of_env_is_told(probed):
    (probed.path / "probe/probe").write_text("#!/usr/bin/env python3\n")
    result = probed.call(DO, {"what": "nothing"})
    assert result.returncode == 1
    assert b"its first line names env" in result.stderr


def test_why_a_plugin_died_is_told(probed):
    result = probed.call(DO, {"what": "ptrace", "arg": "1"})
    assert result.returncode == 1 and b"plugin_crashed" in result.stderr
    assert b"trollbridge: plugin: ended by SIGSYS: a system call that its sandbox does not have" in result.stderr


def test_all_that_a_plugin_said_before_it_died_is_told_line_by_line(probed):
    """More than one read takes, with what matters at its end."""
    (probed.path / "probe/probe").write_text("#!/usr/bin/python3 -I\nimport os\nos.write(2, b'word\\n' * 400 + b'the cause\\n')\n")
    lines = probed.call(DO, {"what": "nothing"}).stderr.splitlines()
    assert lines.count(b"trollbridge: plugin: the cause") == 1
    assert lines.count(b"trollbridge: plugin: word") == 400
