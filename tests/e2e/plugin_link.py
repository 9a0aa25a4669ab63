"""The broker's side of a plugin link (PROTOCOL.md, section 8), for tests that start a real plugin."""

import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import msgpack_lite  # noqa: E402

INIT, CALL, REPLY, CANCEL, CHUNK, CREDIT = 96, 97, 98, 99, 100, 101
CREDIT_FIRST, CREDIT_FIRST_PLUGIN = 262144, 258048
SECONDS = 20


def frame(kind, message, raw=b""):
    text = msgpack_lite.pack(message)
    body = struct.pack("<I", len(text)) + text + raw
    return struct.pack("<IBBH", len(body), kind, 0, 0) + body


class Plugin:
    """A running plugin. Commands get numbers in the order given, scopes are (allow, deny) pairs. `log`: a descriptor
    that it finds on 5, as one whose sandbox has `audit`."""

    def __init__(self, program, commands, scopes, variables, init=True, log=None):
        ours, theirs = socket.socketpair()
        ours.settimeout(SECONDS)
        self.link = ours
        self.numbers = {name: 7919 * (i + 1) for i, name in enumerate(commands)}
        self.next = 1

        def place():
            # Whatever number the socket has, the plugin finds it on 3, and nothing above it.
            high = None if log is None else os.dup2(log, 250)
            os.dup2(theirs.fileno(), 3)
            os.closerange(4, 250)
            if high is not None:
                os.dup2(high, 5)
            os.closerange(250, 256)

        self.process = subprocess.Popen([program], stdin=subprocess.DEVNULL, preexec_fn=place, close_fds=False, env={})
        theirs.close()
        if init:
            self.link.sendall(self.init_frame(scopes, variables))

    def init_frame(self, scopes, variables):
        return frame(INIT, {
            "v": 1, "plugin": "fs", "app": "com.example.notes", "view": "main", "origin": "local",
            "commands": [{"number": number, "name": name} for name, number in self.numbers.items()],
            "scopes": [{"allow": allow, "deny": deny} for allow, deny in scopes], "vars": variables, "state": "",
            "ids": 1 << 32, "pool": {"in": 0, "out": 0}})

    def call_frame(self, command, args, raw=None, scope=0, more=False):
        message = {"call": self.next, "command": self.numbers[command], "args": args}
        if more:
            message["more"] = True
        if scope is not None:
            message["scope"] = scope
        if raw is not None:
            message["bytes"] = len(raw)
        self.next += 1
        return frame(CALL, message, raw or b"")

    def read_exactly(self, n):
        data = b""
        while len(data) < n:
            got = self.link.recv(n - len(data))
            if not got:
                raise EOFError
            data += got
        return data

    def read_frame(self):
        """Kind, message and raw bytes of the next frame, and what it costs of a stream's credit."""
        n, kind, flags, reserved = struct.unpack("<IBBH", self.read_exactly(8))
        assert (flags, reserved) == (0, 0)
        body = self.read_exactly(n)
        (m,) = struct.unpack_from("<I", body)
        message, raw = msgpack_lite.unpack(body[4:4 + m]), body[4 + m:]
        assert kind == CREDIT or message.get("bytes", 0) == len(raw)
        return kind, message, raw, n - 4

    def read_reply(self):
        kind, message, raw, _ = self.read_frame()
        assert kind == REPLY
        return message, raw

    def call(self, command, args, raw=None, scope=0):
        """The value, the bytes, or a dict {"error": …}."""
        self.link.sendall(self.call_frame(command, args, raw, scope))
        message, content = self.read_reply()
        assert message.pop("call") == self.next - 1
        assert len(message) == 1
        if "bytes" in message:
            return content
        return message["value"] if "value" in message else message

    def end(self):
        """Closes the link; the exit status."""
        self.link.close()
        return self.process.wait(SECONDS)
