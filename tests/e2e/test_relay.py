"""`trollbridge relay` as a host uses it: pipes and sockets, slow readers, and every way to end."""

import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys

import pytest

import tree

sys.path.insert(0, str(tree.TOP / "tests/hostile"))
import wire  # noqa: E402

FILE = "plugin:fs|read_file"
MIB = 1024 * 1024
READS = 3


class Relay:
    """A program that holds a view's link on its standard input and output, and the endpoint too."""

    def __init__(self, app, kind="pipe"):
        self.app = app
        if kind == "socket":
            ours, theirs = socket.socketpair()
            ends = {"stdin": subprocess.PIPE, "stdout": theirs}
        else:
            ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen([*app.program("trollbridge"), "relay", app.path], **ends, cwd="/",
                                        stderr=subprocess.PIPE, env=app.environment)
        self.out = self.process.stdout
        if kind == "socket":
            theirs.close()
            self.out = ours.makefile("rb")
            ours.close()
        header, body = self.frame()
        assert header[4] == wire.BOOT
        self.watched = tree.Watched(tree.descendants(self.process.pid))
        self.bootstrap = wire.Bootstrap(body)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.kill()
        self.process.wait()
        self.watched.await_end()
        for stream in (self.process.stdin, self.out, self.process.stderr):
            stream.close()

    def frame(self):
        header = self.out.read(8)
        assert len(header) == 8, f"standard output ended: {self.process.stderr.read()}"
        (n,) = struct.unpack_from("<I", header)
        return header, self.out.read(n)

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def begin(self):
        secret, public = wire.key_pair()
        self.from_broker, self.to_broker = self.bootstrap.keys(secret, public)
        self.send(self.bootstrap.hello(public))
        _, welcome, _ = self.open(wire.WELCOME)
        self.handles = {command["name"]: [command["handles"][i:i + 16] for i in range(0, len(command["handles"]), 16)]
                        for command in welcome["commands"]}
        self.names = [command["name"] for command in welcome["commands"]]
        return self

    def open(self, kind):
        header, body = self.frame()
        assert header[4] == kind, header
        return wire.open_sealed(self.from_broker, header, body)

    def want(self, name, count):
        text = wire.pack({"command": self.names.index(name), "count": count})
        self.send(wire.seal(self.to_broker, wire.WANT, wire.ZERO, 0, text))
        handles = self.open(wire.HANDLES)[1]["handles"]
        self.handles[name] += [handles[i:i + 16] for i in range(0, len(handles), 16)]

    def call(self, name, args):
        handle = self.handles[name].pop()
        self.send(wire.seal(self.to_broker, wire.CALL, handle, 0, wire.pack({"args": args})))
        return handle

    def ends(self):
        """Exit status and error text; what is left on standard output is taken."""
        while self.out.read(65536):
            pass
        self.process.wait(tree.PATIENCE_S)
        return self.process.returncode, tree.clean(self.process.stderr.read().decode())


@pytest.fixture
def large(app):
    """A file that fills a frame, as every reply of its reading does."""
    content = os.urandom(MIB)
    (app.path / "data/large.bin").write_bytes(content)
    return content


def answered(app, count):
    return len([record for record in app.records() if record["event"] == "done"]) >= count


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_frames_of_every_size(app, large, kind):
    (app.path / "data/empty.bin").write_bytes(b"")
    with Relay(app, kind).begin() as relay:
        for _ in range(3):
            for name, content in (("large", large), ("empty", b"")):
                handle = relay.call(FILE, {"path": f"data/{name}.bin"})
                answer, message, raw = relay.open(wire.REPLY)
                assert answer == handle and raw == content
                relay.handles[FILE].append(message["next"])


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_host_that_does_not_read_holds_nothing_up_but_itself(app, large, kind):
    """It may write all the same, the broker goes on, and no frame is lost."""
    with Relay(app, kind).begin() as relay:
        relay.want(FILE, READS)
        # More than pipe, relay and sockets hold, and not so much that the broker waits for the host.
        handles = [relay.call(FILE, {"path": "data/large.bin"})]
        tree.until(lambda: answered(app, 1), "the call is done, though nobody reads")
        handles += [relay.call(FILE, {"path": "data/large.bin"}) for _ in range(READS)]
        tree.until(lambda: answered(app, 2), "what is written now reaches the broker too")
        found = {}
        for _ in handles:
            handle, _, raw = relay.open(wire.REPLY)
            found[handle] = raw == large
        assert found == dict.fromkeys(handles, True)


def test_end_of_input_ends_the_session_after_what_was_written(app):
    with Relay(app).begin() as relay:
        relay.call(FILE, {"path": "data/hello.txt"})
        relay.process.stdin.close()
        assert relay.ends() == (0, "")
    events = [record["event"] for record in app.records()]
    assert events.count("call") == 1 and events[-2:] == ["close", "stop"]
    assert app.verify() == "CLOSED"


def test_end_of_input_of_a_host_that_never_reads(app, large):
    with Relay(app).begin() as relay:
        relay.want(FILE, READS)
        for _ in range(READS):
            relay.call(FILE, {"path": "data/large.bin"})
        tree.until(lambda: answered(app, READS), "every call is done")
        relay.process.stdin.close()
        assert relay.process.wait(tree.PATIENCE_S) == 0
    assert app.verify() == "CLOSED"


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_end_of_the_reader(app, large, kind):
    with Relay(app, kind).begin() as relay:
        relay.call(FILE, {"path": "data/large.bin"})
        relay.out.close()
        assert relay.process.wait(tree.PATIENCE_S) == 0
        assert relay.process.stderr.read() == b""
    assert app.verify() == "CLOSED"


def test_the_last_frame_of_a_locked_session_arrives(app):
    with Relay(app).begin() as relay:
        relay.send(wire.frame(200))
        header, body = relay.frame()
        assert (header[4], body) == (wire.CLOSE, struct.pack("<I", 1))
        status, text = relay.ends()
        assert status == 5 and text.startswith("trollbridge: session_closed: ") and text.count("\n") == 1


def test_a_session_that_the_host_closes_is_not_lost(app):
    with Relay(app).begin() as relay:
        relay.call(FILE, {"path": "data/hello.txt"})
        relay.open(wire.REPLY)
        # In two pieces, and behind another frame: CLOSE is found among frames, not among reads.
        zero = wire.seal(relay.to_broker, wire.MISS, wire.ZERO, 0, wire.pack({"name": "none"}))
        data = zero + wire.frame(wire.CLOSE, struct.pack("<I", 0))
        relay.send(data[:-7])
        relay.send(data[-7:])
        assert relay.ends() == (0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_signals(app, number):
    with Relay(app).begin() as relay:
        relay.call(FILE, {"path": "data/hello.txt"})
        relay.open(wire.REPLY)
        relay.process.send_signal(number)
        assert relay.process.wait(tree.PATIENCE_S) == -number
        relay.watched.await_end()
    assert app.verify() == "CLOSED"


def test_input_and_output_may_be_one_socket(app):
    """Its writing half ends before its reading half."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([*app.program("trollbridge"), "relay", app.path], stdin=theirs, stdout=theirs, cwd="/",
                               stderr=subprocess.PIPE, env=app.environment)
    theirs.close()
    with ours, process.stderr:
        assert ours.recv(8, socket.MSG_WAITALL)[4] == wire.BOOT
        watched = tree.Watched(tree.descendants(process.pid))
        ours.shutdown(socket.SHUT_WR)
        while ours.recv(65536):
            pass
        assert process.wait(tree.PATIENCE_S) == 0
        assert process.stderr.read() == b""
        watched.await_end()


def test_output_may_be_a_file(app, tmp_path):
    with open(tmp_path / "frames", "wb") as out:
        done = app.run("relay", app.path, stdout=out)
    assert done.returncode == 0
    data = pathlib.Path(tmp_path / "frames").read_bytes()
    (n,) = struct.unpack_from("<I", data)
    assert data[4] == wire.BOOT and len(data) >= 8 + n
