"""A real Trollbridge for one row: an app folder, the supervisor's tree, views on it, and its log."""

import contextlib
import json
import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import time

import wire

SECONDS = 20  # nothing that is waited for takes longer, but for what waits on purpose


class Lost(Exception):
    """The other side ended the link; `code` is its CLOSE, None without one."""

    def __init__(self, code):
        super().__init__(describe_close(code))
        self.code = code


def describe_close(code):
    return "EOF" if code is None else f"CLOSE {code} {wire.CLOSE_NAMES.get(code, '?')}"


class Link:
    """Frames over one socket."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""
        sock.settimeout(SECONDS)

    def send(self, data, fds=()):
        """False: the other side does not take it any more."""
        try:
            if fds:
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{len(fds)}i", *fds))]
                self.sock.sendmsg([data], rights)
            else:
                self.sock.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def receive(self, seconds=SECONDS):
        """(kind, header, body). Lost at the end of the link, TimeoutError."""
        deadline = time.monotonic() + seconds
        while True:
            if len(self.data) >= 8:
                n, kind = struct.unpack_from("<IB", self.data)
                if len(self.data) >= 8 + n:
                    header, body = self.data[:8], self.data[8:8 + n]
                    self.data = self.data[8 + n:]
                    return kind, header, body
            self.sock.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                more = self.sock.recv(1 << 20)
            except ConnectionResetError:
                more = b""
            if not more:
                raise Lost(None)
            self.data += more

    def close(self):
        self.sock.close()


class View:
    """One document: an honest endpoint, all of whose parts a row may abuse."""

    def __init__(self, host, label="main", relay=False, document=1, origin="local", keep=False):
        ours, theirs = socket.socketpair()
        self.host, self.label, self.relay = host, label, relay
        self.link = Link(ours)
        self.opened = host.open(theirs.fileno(), label, relay, document, origin)
        self.their_end = theirs if keep else theirs.close()
        self.handles, self.spent, self.replies, self.granted = {}, {}, {}, []
        self.sent = 0
        self.session = None

    def boot(self):
        self.bootstrap = wire.Bootstrap(self.opened["bootstrap"] if self.relay else self.expect(wire.BOOT)[1])
        return self

    def hello(self):
        secret, self.public = wire.key_pair()
        self.from_broker, self.to_broker = self.bootstrap.keys(secret, self.public)
        self.link.send(self.bootstrap.hello(self.public))
        header, body = self.expect(wire.WELCOME)
        _, welcome, _ = wire.open_sealed(self.from_broker, header, body)
        self.session = welcome["session"]
        for command in welcome["commands"]:
            self.granted.append(command["name"])
            self.handles[command["name"]] = split(command["handles"])
        return self

    def begin(self):
        return self.boot().hello()

    def expect(self, wanted, seconds=SECONDS):
        """Header and body of the next frame of that kind; REPLY and HANDLES are kept."""
        while True:
            kind, header, body = self.link.receive(seconds)
            if kind == wire.CLOSE:
                raise Lost(struct.unpack("<I", body)[0])
            if kind == wanted:
                return header, body
            if kind == wire.REPLY:
                self.keep(header, body)

    def keep(self, header, body):
        handle, message, raw = wire.open_sealed(self.from_broker, header, body)
        self.replies[handle] = (message, raw)
        if "next" in message:
            self.handles[self.spent[handle]].append(message["next"])

    def call_frame(self, name, args, raw=None, text=None, counter=0, handle=None, **how):
        """A CALL that spends a handle of the command (or the one given). Returns (handle, frame)."""
        if handle is None:
            handle = self.take(name)
        if text is None:
            message = {"args": args}
            if raw is not None:
                message["bytes"] = len(raw)
            text = wire.pack(message)
        return handle, wire.seal(self.to_broker, wire.CALL, handle, counter, text, raw or b"", **how)

    def take(self, name):
        if not self.handles[name]:
            self.want(name, 16)
        handle = self.handles[name].pop()
        self.spent[handle] = name
        return handle

    def zero(self, kind, message, counter=None, text=None):
        """A frame under the zero handle; the counter is the next one unless given."""
        n = self.sent if counter is None else counter
        self.sent += 1
        return wire.seal(self.to_broker, kind, wire.ZERO, n, wire.pack(message) if text is None else text)

    def want(self, name, count):
        self.link.send(self.zero(wire.WANT, {"command": self.granted.index(name), "count": count}))
        header, body = self.expect(wire.HANDLES)
        _, message, _ = wire.open_sealed(self.from_broker, header, body)
        self.handles[name] += split(message["handles"])

    def heard(self, handle, seconds=SECONDS):
        """(kind, message, raw bytes) of the next frame under that handle; REPLYs of others are kept."""
        while True:
            kind, header, body = self.link.receive(seconds)
            if kind == wire.CLOSE:
                raise Lost(struct.unpack("<I", body)[0])
            if body[:16] != handle:
                if kind == wire.REPLY:
                    self.keep(header, body)
                continue
            _, message, raw = wire.open_sealed(self.from_broker, header, body)
            if "next" in message:
                self.handles[self.spent[handle]].append(message["next"])
            return kind, message, raw

    def await_reply(self, handle, seconds=SECONDS):
        while handle not in self.replies:
            self.keep(*self.expect(wire.REPLY, seconds))
        return self.replies.pop(handle)

    def do(self, name, args, raw=None, seconds=SECONDS):
        """One call: its value or raw bytes; an error comes as {"error": …}."""
        handle, data = self.call_frame(name, args, raw)
        self.link.send(data)
        message, content = self.await_reply(handle, seconds)
        if "error" in message:
            return {"error": message["error"]}
        return content if "bytes" in message else message["value"]

    def end(self, seconds=SECONDS):
        """What the link ends with."""
        try:
            while True:
                self.expect(wire.CLOSE, seconds)
        except Lost as lost:
            return describe_close(lost.code)
        except (TimeoutError, socket.timeout):
            return "alive"

    def close(self):
        self.link.close()


def split(handles):
    return [handles[i:i + 16] for i in range(0, len(handles), 16)]


class Host:
    """The host's end of a running tree, spoken by hand."""

    def __init__(self, tree, app, home):
        control, their_control = socket.socketpair()
        life, their_life = socket.socketpair()
        variables = {"HOME": home, "XDG_STATE_HOME": f"{home}/state"}
        program = f"{tree}/libexec/trollbridge/supervisor"
        argv = ["supervisor", "--app", str(app)]
        for name, value in variables.items():
            argv += ["--var", f"{name}={value}"]
        above = [os.dup2(s.fileno(), n) for s, n in ((their_control, 200), (their_life, 201))]
        self.errors = open(f"{home}/stderr", "w+b")
        actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
                   (os.POSIX_SPAWN_DUP2, self.errors.fileno(), 2),
                   (os.POSIX_SPAWN_DUP2, 200, 3), (os.POSIX_SPAWN_DUP2, 201, 4)]
        actions += [(os.POSIX_SPAWN_CLOSE, fd) for fd in above]
        self.pid = os.posix_spawn(program, argv, {}, file_actions=actions, setsid=True)
        for fd in above:
            os.close(fd)
        their_control.close()
        their_life.close()
        self.life, self.control = life, Link(control)
        self.last_id, self.alerts, self.status = 0, [], None
        life.settimeout(SECONDS)
        if life.recv(1) != b"\x01":
            raise RuntimeError("it did not start: " + pathlib.Path(f"{home}/stderr").read_text())

    def open_frame(self, label="main", relay=False, document=1, origin="local", **other):
        self.last_id += 1
        message = {"id": self.last_id, "view": label, "webview": label, "origin": origin, "document": document,
                   "mode": "relay" if relay else "direct", **other}
        return wire.frame(wire.OPEN, wire.pack(message))

    def open(self, fd, label, relay=False, document=1, origin="local"):
        """What OPENED says; {"error": …} if it was refused."""
        self.control.send(self.open_frame(label, relay, document, origin), [fd])
        return self.await_opened(self.last_id)

    def await_opened(self, wanted):
        while True:
            kind, _, body = self.control.receive()
            message = wire.unpack(body)
            if kind == wire.OPENED and message["id"] == wanted:
                return message
            self.alerts.append(message)

    def reload_frame(self, **other):
        self.last_id += 1
        return wire.frame(wire.RELOAD, wire.pack({"id": self.last_id, **other}))

    def reload(self):
        """What RELOADED says; {"error": …} if it was refused."""
        self.control.send(self.reload_frame())
        return self.await_reloaded()

    def await_reloaded(self):
        while True:
            kind, _, body = self.control.receive()
            message = wire.unpack(body)
            if kind == wire.RELOADED:
                return message
            self.alerts.append(message)

    def say(self, kind, label):
        self.control.send(wire.frame(kind, wire.pack({"view": label})))

    def await_alert(self, event, seconds=SECONDS):
        while True:
            for alert in self.alerts:
                if alert.get("event") == event:
                    return alert
            kind, _, body = self.control.receive(seconds)
            self.alerts.append(wire.unpack(body))

    def children(self):
        """{name: pid} of the processes that the supervisor has started; plugins have their names."""
        found = {}
        for folder in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                text = (folder / "stat").read_text()
                if int(text[text.rindex(")") + 2:].split()[1]) == self.pid:
                    name = (folder / "cmdline").read_bytes().split(b"\0")[0].decode()
                    found[name] = int(folder.name)
        return found

    def broker_kib(self, what="RssAnon"):
        text = pathlib.Path(f"/proc/{self.children()['broker']}/status").read_text()
        return int(text.split(what + ":")[1].split()[0])

    def ended(self, seconds=SECONDS):
        """Whether the whole tree ends by itself in that time."""
        poll = select.poll()
        poll.register(self.life, select.POLLRDHUP)
        return bool(poll.poll(seconds * 1000))

    def close(self):
        """Ends the tree and waits for it, so that its log is complete."""
        if self.status is not None:
            return
        self.control.close()
        self.life.shutdown(socket.SHUT_WR)
        self.ended()
        self.life.close()
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.errors.close()


class World:
    """What a row works in: a folder of its own with `app` and `home`, and trees started on it."""

    def __init__(self, settings):
        self.settings = settings
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="tb-hostile-"))
        self.app, self.home = self.base / "app", self.base / "home"
        self.home.mkdir()
        self.log_path = self.home / "state/trollbridge/com.example.hostile/audit.jsonl"
        self.hosts = []

    def start(self):
        host = Host(self.settings.tree, self.app, str(self.home))
        self.hosts.append(host)
        return host

    def stop(self):
        for host in self.hosts:
            host.close()

    def log(self):
        """The records so far. What has no end yet is still being written; of a log that is done, log_verifies judges that."""
        if not self.log_path.exists():
            return []
        whole, _, _ = self.log_path.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]

    def log_verifies(self):
        program = f"{self.settings.tree}/bin/trollbridge"
        done = subprocess.run([program, "audit", "verify", str(self.log_path)], capture_output=True, text=True)
        return done.returncode == 0

    def remove(self):
        shutil.rmtree(self.base, ignore_errors=True)
