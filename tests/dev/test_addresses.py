"""Where it listens: on this machine's loopback addresses, and nowhere else; and its command line."""

import os
import pathlib
import signal
import socket

import pytest

import apps
import raw
import tree
from bridge import Bridge, bridging, leaves_nothing

LISTENS = "0A"
V4, V6 = "0100007F", "00000000000000000000000001000000"


def sockets(pid):
    """(local address, port) of the TCP sockets on which that process listens, as the kernel has them."""
    inodes = {os.readlink(path) for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()}
    found = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and f"socket:[{fields[9]}]" in inodes:
                address, port = fields[1].split(":")
                found.append((address, int(port, 16)))
    return sorted(found)


def has_v6():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


def other_addresses():
    """Of this machine: another one of loopback, and that by which it reaches others, if it has one."""
    found = ["127.0.0.2"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass  # a machine without a network
    return found


def test_it_listens_on_loopback_alone(make_app, start):
    bridge = start(make_app())
    assert sockets(bridge.pid) == sorted([(V4, bridge.main.port), *([(V6, bridge.main.port)] if has_v6() else [])])


def test_no_other_process_of_it_listens(make_app, start):
    bridge = start(make_app())
    raw.Visitor(bridge.main).open()
    for pid in tree.descendants(bridge.process.pid):
        try:
            assert sockets(pid) == []
        except PermissionError:
            pass  # the kernel shows nothing of the broker's to an ordinary user


def test_both_addresses_answer(make_app, start):
    bridge = start(make_app())
    visitor = raw.Visitor(bridge.main)
    for host in ["127.0.0.1", *(["::1"] if has_v6() else [])]:
        with raw.Connection(bridge.main.port, host) as connection:
            connection.send(raw.head("GET", "/", visitor.resource))
            assert connection.answer().status == 200, host


def test_other_addresses_of_the_machine_do_not(make_app, start):
    bridge = start(make_app())
    for address in other_addresses():
        with pytest.raises(ConnectionRefusedError):
            raw.Connection(bridge.main.port, address)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "*", "192.0.2.1", "127.0.0.2", "127.1", "0", "", "localhost.", "evil.example", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "[::1]",
                                  "0x7f000001", "localhost:80", "127.0.0.1 "])
def test_it_listens_nowhere_else(make_app, host):
    app = make_app()
    with leaves_nothing():
        code, out, errors = app.run("dev", app.path, "--host", host)
    assert (code, out) == (2, "") and errors.startswith("trollbridge: usage: ") and "ssh" in errors


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_it_may_be_told_what_it_does_anyway(make_app, host):
    with bridging(make_app(), "--host", host) as bridge:
        assert (V4, bridge.main.port) in sockets(bridge.pid)


def test_a_port_that_is_named(make_app):
    with bridging(make_app()) as first:
        port = first.main.port
    with bridging(make_app(), "--port", str(port)) as second:
        assert second.main.port == port


@pytest.mark.parametrize("family, host", [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_that_somebody_has_at_one_of_the_addresses(make_app, family, host):
    """A browser tries both: who held one would be sent the token."""
    if family == socket.AF_INET6 and not has_v6():
        pytest.fail("this machine has no ::1: run this where IPv6 is")
    app = make_app()
    with socket.socket(family) as holder:
        holder.bind((host, 0))
        holder.listen()
        with leaves_nothing():
            code, out, errors = app.run("dev", app.path, "--port", holder.getsockname()[1])
    assert (code, out) == (4, "") and errors.startswith("trollbridge: port: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_well(make_app, number):
    app = make_app()
    with leaves_nothing():
        bridge = Bridge(app)
        raw.Visitor(bridge.main).open()
        assert bridge.end(number) == 0
    assert app.records()[-1]["event"] == "stop"


@pytest.mark.parametrize("words, code", [
    ([], 2), (["--port", "65536"], 2), (["--port", "-1"], 2), (["--port", "x"], 2), (["--port"], 2), (["--answer", "maybe"], 2), (["--answer", ""], 2), (["--port", ""], 2), (["--none"], 2), (["a", "b"], 2), (["/none"], 3),
], ids=str)
def test_usage(make_app, words, code):
    app = make_app()
    with leaves_nothing():
        found, out, errors = app.run("dev", *(words if not words or not words[0].startswith("--") else [app.path, *words]))
    assert (found, out) == (code, "") and errors.startswith("trollbridge: ")


def test_files_that_are_wrong_at_the_start(make_app):
    app = make_app(files={"capabilities/bad.json": "{\n  \"identifier\": \"bad\",\n  \"windows\": [\"*\"],\n  \"permissions\": [\"fs:allow-nothing\"]\n}"})
    code, out, errors = app.run("dev", app.path)
    assert (code, out) == (3, "") and "capabilities/bad.json:4" in errors


def test_a_manifest_that_is_marked_as_production(make_app):
    app = make_app()
    manifest = (app.path / "trollbridge.toml").read_text()
    with bridging(app):
        pass
    app.write("trollbridge.toml", manifest.replace("[app]\n", "[app]\nproduction = true\n"))
    code, out, errors = app.run("dev", app.path)
    assert (code, out) == (3, "") and "production" in errors
    app.write("trollbridge.toml", manifest.replace("[app]\n", "[app]\nproduction = false\n"))
    with bridging(app):
        pass


def test_an_app_without_windows_has_one(make_app, start):
    assert list(start(make_app()).addresses) == ["main"]


def test_a_line_for_each_window_with_its_path(make_app, start):
    """Each has a name, a token and a path of its own."""
    windows = '[[window]]\nlabel = "settings"\nurl = "settings.html?a=1#b"\n[[window]]\nlabel = "main"\n'
    bridge = start(make_app(files={"dist/settings.html": apps.PAGE}, manifest=windows))
    main, settings = bridge["main"], bridge["settings"]
    assert main.port == settings.port and main.host != settings.host and main.token != settings.token
    assert (main.path, settings.path) == ("/", "/settings.html?a=1")
