"""Programs and the folders that a person picks: they run there, see this one alone, and write where both say so."""

import json
import subprocess

import pytest

import tree
from picker import pick
from test_shell import EXECUTE

TABLES = """
[programs.none]
path = "/bin/sh"
shell = true
[programs.read]
path = "/bin/sh"
shell = true
picks = "read"
[programs.write]
path = "/bin/sh"
shell = true
picks = "write"
"""


@pytest.fixture(params=["root", "ordinary"])
def host(request, app, ordinary):
    """An app that was given nothing yet; `chosen` and `other` are the person's own folders."""
    for name in ("chosen", "other"):
        (app.folder / name / "inner").mkdir(parents=True)
        (app.folder / name / "a.txt").write_text(name)
    entries = [{"name": name, "args": ["-c", {"validator": ".*"}]} for name in ("none", "read", "write")]
    (app.path / "capabilities/main.json").write_text(json.dumps({"identifier": "main", "windows": ["*"], "permissions": [
        {"identifier": "shell:allow-execute", "allow": entries}]}))
    app.manifest(TABLES)
    subprocess.run(["chmod", "-R", "a+rX", app.folder], check=True)
    if request.param == "ordinary":
        app.belongs_to(ordinary)
    with tree.running(app) as host:
        yield host


def run(host, program, script, folder):
    """What it writes; or the error's code, where it does not run or fails."""
    answer = host.call("main", EXECUTE, {"program": program, "args": ["-c", script], "options": {"cwd": str(folder)}})
    if "error" in answer:
        return answer["error"]["code"]
    return answer["value"]["stdout"] if answer["value"]["code"] == 0 else "failed"


READ = "read -r line < a.txt; echo $line"
WRITE = "echo new > b.txt"


def test_a_picked_folder_is_one_to_run_in(host):
    chosen = host.app.folder / "chosen"
    assert run(host, "read", "pwd -P", chosen) == "scope"
    assert pick(host, chosen, "fr") == ""
    assert run(host, "read", "pwd -P", chosen) == "/.picked/1\n"
    assert run(host, "read", "pwd -P", chosen / "inner") == "/.picked/1/inner\n"
    assert run(host, "read", READ, chosen) == "chosen\n"
    for elsewhere in ("none", "inner/..", ".", "../other"):
        assert run(host, "read", "pwd -P", f"{chosen}/{elsewhere}") in ("scope", "not_found")
    assert run(host, "read", "pwd -P", "/.picked/1") == "scope"
    assert run(host, "none", "pwd -P", chosen) == "scope"


def test_what_is_picked_is_there_for_those_that_run_in_it(host):
    chosen, other = host.app.folder / "chosen", host.app.folder / "other"
    assert pick(host, chosen, "fr") == pick(host, other, "fr") == ""
    assert run(host, "read", READ, other) == "other\n"
    assert run(host, "read", "read -r line < /.picked/1/a.txt", other) == "failed"
    assert run(host, "none", "read -r line < /.picked/1/a.txt", host.app.path) == "failed"


def test_it_writes_where_the_person_and_the_policy_say_so(host):
    chosen, other = host.app.folder / "chosen", host.app.folder / "other"
    assert pick(host, chosen, "frw") == pick(host, other, "fr") == ""
    assert run(host, "write", WRITE, chosen) == "" and (chosen / "b.txt").read_text() == "new\n"
    assert run(host, "write", WRITE, other) == "failed"
    (chosen / "b.txt").unlink()
    assert run(host, "read", WRITE, chosen) == "failed"
    assert not (chosen / "b.txt").exists() and not (other / "b.txt").exists()


def test_a_program_in_a_picked_folder_is_not_one(host):
    """What lies there may be read, and never run."""
    script = host.app.folder / "chosen/tool"
    script.write_text("#!/bin/sh\necho ran\n")
    script.chmod(0o755)
    assert pick(host, host.app.folder / "chosen", "frw") == ""
    assert run(host, "write", "exec ./tool", host.app.folder / "chosen") == "failed"
    assert run(host, "write", "exec /lib64/ld-linux-x86-64.so.2 /usr/bin/true", host.app.folder / "chosen") == "failed"


def test_a_folder_that_was_picked_without_what_is_below(host):
    """No kernel would keep the program from that."""
    chosen = host.app.folder / "chosen"
    assert pick(host, chosen, "f") == ""
    assert run(host, "read", READ, chosen) == run(host, "read", "pwd -P", chosen / "inner") == "scope"


def test_what_is_picked_again_may_have_become_writable(host):
    chosen = host.app.folder / "chosen"
    assert pick(host, chosen, "fr") == pick(host, chosen, "frw") == ""
    assert run(host, "write", WRITE, chosen) == "" and (chosen / "b.txt").read_text() == "new\n"
