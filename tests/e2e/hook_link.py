"""The process of a hook alone, spoken to as the broker does: docs/formats.md, Hook link."""

import fcntl
import os
import socket
import struct
import subprocess

import msgpack

import tree

PROGRAM = tree.ROOT / "libexec/trollbridge/hook"
INIT, ASK, ANSWER = 112, 113, 114
ABOVE = 100  # no descriptor of the process's own is there


def above(fd):
    """The descriptor under another number, where a shell moves it from."""
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD, ABOVE)
    os.close(fd)
    return moved


def frame(kind, message, raw=b""):
    text = msgpack.packb(message)
    body = struct.pack("<I", len(text)) + text + raw
    return struct.pack("<IBBH", len(body), kind, 0, 0) + body


class Ended(Exception):
    """The link ended where an answer was due."""


class Hook:
    def __init__(self, text, time_ms=5000, memory_mib=128, begin=True):
        own, theirs = socket.socketpair()
        report, their_report = os.pipe()
        link_fd, report_fd = above(theirs.detach()), above(their_report)
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{link_fd} 4>&{report_fd}', PROGRAM, "", ""],
            pass_fds=(link_fd, report_fd), env={}, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        os.close(link_fd)
        os.close(report_fd)
        with os.fdopen(report, "rb") as file:
            self.report = file.read()
        self.link = own
        self.link.settimeout(tree.PATIENCE_S)
        self.last_id = 0
        if begin:
            self.begin(text, time_ms, memory_mib)

    def begin(self, text, time_ms, memory_mib):
        raw = text.encode()
        self.send(INIT, {"view": "main", "file": "isolation.js", "time_ms": time_ms,
                         "memory_mib": memory_mib, "bytes": len(raw)}, raw)

    def send(self, kind, message, raw=b""):
        self.link.sendall(frame(kind, message, raw))

    def read(self, n):
        data = b""
        while len(data) < n:
            try:
                more = self.link.recv(n - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise Ended
            data += more
        return data

    def answer(self):
        """The next ANSWER's map, and its raw bytes."""
        n, kind, flags, reserved = struct.unpack("<IBBH", self.read(8))
        assert (kind, flags, reserved) == (ANSWER, 0, 0)
        body = self.read(n)
        (m,) = struct.unpack("<I", body[:4])
        return msgpack.unpackb(body[4:4 + m]), body[4 + m:]

    def question(self, what, raw=None, call=1, **more):
        self.last_id += 1
        message = {"id": self.last_id, "what": what, "call": call}
        if what != "forget":
            message |= {"origin": "local", "command": "greet"} | more
        if raw is not None:
            message["bytes"] = len(raw)
        self.send(ASK, message, raw or b"")

    def ask(self, what, raw=None, call=1, **more):
        self.question(what, raw, call, **more)
        answer, answered_raw = self.answer()
        assert answer.pop("id") == self.last_id
        assert answer.pop("bytes", 0) == len(answered_raw)
        return answer | ({"raw": answered_raw} if answered_raw else {})

    def request(self, args, **more):
        return self.ask("request", value=args, **more)

    def refusal(self, args=None):
        """What it refuses a request with."""
        answer = self.request({} if args is None else args)
        assert list(answer) == ["error"], answer
        return answer["error"]

    def end(self):
        """Its exit status and what it has said, after the link has ended."""
        self.link.close()
        _, said = self.process.communicate(timeout=tree.PATIENCE_S)
        return self.process.returncode, tree.clean(said.decode())

    def status(self):
        """/proc/…/status as a dictionary."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.link.close()
        self.process.kill()
        self.process.communicate()


def check(text, name="isolation.js"):
    """`hook --check`: exit status, stderr."""
    fd = above(os.memfd_create("text"))
    os.write(fd, text if isinstance(text, bytes) else text.encode())
    result = subprocess.run(["bash", "-c", f'exec "$0" "$@" 3<&{fd}', PROGRAM, "--check", name, "", ""],
                            pass_fds=(fd,), env={}, capture_output=True, check=False,
                            timeout=tree.PATIENCE_S)
    os.close(fd)
    return result.returncode, tree.clean(result.stderr.decode())
