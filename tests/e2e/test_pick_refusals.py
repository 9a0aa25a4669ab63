"""What nobody can pick: for each, the code that the host is told, a record, and no plugin that has it."""

import os
import pathlib
import socket

import pytest

import picker
import tree
from picker import ask, pick

N_PICKS = 64


@pytest.fixture
def folder(app):
    """A folder that no scope holds."""
    made = app.folder / "elsewhere"
    made.mkdir()
    (made / "a.txt").write_text("a")
    return made


@pytest.fixture
def host(app, folder):
    picker.add(app)
    with tree.running(app) as host:
        yield host


def recorded(host, code, path):
    return [r for r in host.app.records()
            if (r["event"], r["verdict"], r["code"]) == ("pick", "deny", code) and r["reason"].endswith(f": {path}")]


def refused(host, code, path, how):
    before = len(recorded(host, code, path))
    assert pick(host, path, how) == code
    assert ask(host, "picks") == []
    tree.until(lambda: len(recorded(host, code, path)) == before + 1, "there is a record of it")


def test_what_is_neither_a_file_nor_a_folder(host, folder):
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to("a.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
        for name in ["fifo", "link", "socket"]:
            refused(host, "invalid_args", folder / name, "-")
            refused(host, "invalid_args", folder / name, "fr")
    refused(host, "invalid_args", "/dev/null", "w")


def test_what_is_not_what_it_is_said_to_be(host, folder):
    refused(host, "invalid_args", folder, "-")
    refused(host, "invalid_args", folder / "a.txt", "f")


@pytest.mark.parametrize("path, how", [
    ("/", "fr"), ("relative", "-"), ("/a/../b", "-"), ("/a//b", "-"), ("/a/./b", "-"), ("/a/", "fr"),
    ("/" + 4096 * "a", "-"), ("/a", "r"),
])
def test_a_path_or_kind_that_no_host_may_say(host, path, how):
    assert pick(host, path, how).startswith("result ")
    assert ask(host, "picks") == []


def test_a_document_that_is_not_open(host, folder):
    refused(host, "session_closed", folder, "fro")


def test_what_has_no_path_any_more(host, folder):
    refused(host, "not_found", folder / "a.txt", "d")


def kept_from_all(app):
    state = pathlib.Path(app.environment["XDG_STATE_HOME"]) / "trollbridge"
    return [(state, "frw"), (app.log.parent, "fr"), (app.log, "-"), (app.path / "trollbridge.toml", "w"),
            (app.path / "capabilities", "fr"), (app.path / "capabilities/main.json", "-")]


def test_what_is_kept_from_all_plugins(host):
    for path, how in kept_from_all(host.app):
        assert pick(host, path, how) == "denied", path
    assert ask(host, "picks") == []


def test_what_is_kept_from_all_plugins_is_covered_in_what_holds_it(host):
    app = host.app
    assert pick(host, app.folder, "frw") == ""
    assert ask(host, "read", path="/.picked/1/elsewhere/a.txt") == "a"
    for path, _ in kept_from_all(app):
        at = f"/.picked/1/{path.relative_to(app.folder)}"
        if path.is_dir():
            assert ask(host, "list", path=at) in ([], "ENOENT", "EACCES"), path
            assert ask(host, "write", path=f"{at}/new") in ("EROFS", "EACCES", "ENOENT"), path
        else:
            assert ask(host, "read", path=at) in ("", "ENOENT", "EACCES"), path
            assert ask(host, "write", path=at) in ("EROFS", "ENOENT", "EACCES"), path


def test_one_more_than_a_session_may_have(host, folder):
    for i in range(N_PICKS):
        assert pick(host, folder / "a.txt", "-") == "", i
    assert pick(host, folder / "a.txt", "-") == "limit"
    assert [told["number"] for told in ask(host, "picks")] == [*range(1, N_PICKS + 1)]
    assert ask(host, "read", path=f"/.picked/f{N_PICKS}") == "a"


def test_a_machine_without_mount_namespaces(app, folder):
    picker.add(app)
    app.prefix = [*app.prefix, *tree.NO_USERNS]
    with tree.running(app) as host:
        refused(host, "unimplemented", folder, "fr")
        refused(host, "unimplemented", folder / "a.txt", "-")


def test_a_plugin_that_does_not_say_picks(app, folder):
    picker.add(app, "plain", picks=False)
    with tree.running(app) as host:
        assert ask(host, "picks", name="plain") == []
        assert pick(host, folder) == ""
        assert ask(host, "picks", name="plain") == []
        assert ask(host, "list", path="/.picked", name="plain") == "ENOENT"


def test_nothing_that_is_picked_can_be_run(host, folder):
    (folder / "program").write_bytes(pathlib.Path("/bin/true").read_bytes())
    (folder / "program").chmod(0o755)
    assert pick(host, folder, "frw") == ""
    assert pick(host, folder / "program", "w") == ""
    assert ask(host, "run", path="/.picked/1/program") == "EACCES"
    assert ask(host, "run", path="/.picked/f2") == "EACCES"


def test_no_link_leads_out(host, folder):
    (folder.parent / "outside.txt").write_text("outside")
    (folder / "up").symlink_to("../outside.txt")
    (folder / "away").symlink_to(folder.parent / "outside.txt")
    assert pick(host, folder, "frw") == ""
    for path in ["up", "away", "../outside.txt", "../../outside.txt"]:
        assert ask(host, "read", path=f"/.picked/1/{path}") == "ENOENT", path
