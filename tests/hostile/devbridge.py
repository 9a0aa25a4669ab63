"""The dev bridge from outside: what a browser, another program, or somebody who lures one, may send it. HTTP and WebSockets by hand."""

import base64
import contextlib
import copy
import json
import os
import re
import signal
import socket
import struct
import subprocess

import world

NAVIGATION = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
LINK = "/.trollbridge/link"
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
MESSAGE_MOST = 1 + 64 * 1024


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin1").split("\r\n")
        words = lines[0].split(" ")
        self.status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        self.headers = [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line]

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def has_bootstrap(self):
        return b"bootstrap:\"" in self.body


class Dev:
    """The program, on an app. `host`, `origin`, `port` and `token` are those of its first view."""

    def __init__(self, tree, app, environment, port=0, prefix=()):
        program = f"{tree}/libexec/trollbridge/dev"
        self.process = subprocess.Popen([*prefix, program, str(app), str(port), ""], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("it did not start: " + self.process.stderr.read())
        self.take(line)

    def take(self, line):
        self.url = line.split()[1]
        self.host = self.url.split("/")[2]
        self.origin = "http://" + self.host
        self.port = int(self.host.rpartition(":")[2])
        self.token = self.url.partition("trollbridge=")[2]
        self.cookie = None

    def next_view(self):
        """The same program as the one of the view after this."""
        other = copy.copy(self)
        other.take(self.process.stdout.readline())
        return other

    def kill_broker(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            [supervisor] = file.read().split()
        os.kill(int(supervisor), signal.SIGKILL)

    def connect(self, address="127.0.0.1"):
        sock = socket.create_connection((address, self.port))
        sock.settimeout(world.SECONDS)
        return sock

    def text(self, target="/", method="GET", **headers):
        """A request as a browser's navigation makes it, but for what is given; None: without that header."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        whole = {"Host": self.host, "Cookie": self.cookie, **NAVIGATION, **named}
        lines = "".join(f"{key}: {value}\r\n" for key, value in whole.items() if value is not None)
        return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin1")

    def send(self, data):
        """The whole answer to one request; status 0: the connection was just closed."""
        with contextlib.closing(self.connect()) as sock:
            got = b""
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                sock.sendall(data)
                while not complete(got) and (more := sock.recv(1 << 16)):
                    got += more
            return Answer(got)

    def get(self, target="/", **how):
        return self.send(self.text(target, **how))

    def enter(self):
        """Spends the token, and has the cookie."""
        answer = self.get(f"/?trollbridge={self.token}")
        self.cookie = answer.header("set-cookie").partition(";")[0] or None
        return answer

    def document(self):
        """(bootstrap, ticket) of a new document."""
        answer = self.get()
        if not answer.has_bootstrap:
            raise RuntimeError(f"no document: {answer.status} {answer.body[:200]}")
        [bootstrap] = re.findall(rb'bootstrap:"([^"]+)"', answer.body)
        [ticket] = re.findall(rb'ticket:"(\w+)"', answer.body)
        return base64.b64decode(bootstrap), ticket.decode()

    def upgrade(self, ticket, target=LINK, **headers):
        """The request for a WebSocket as the page makes it, but for what is given."""
        whole = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13",
                 "Sec_WebSocket_Key": base64.b64encode(os.urandom(16)).decode(), "Origin": self.origin,
                 "Sec_WebSocket_Protocol": f"trollbridge, ticket.{ticket}", "Sec_Fetch_Site": None, "Sec_Fetch_Mode": None,
                 "Sec_Fetch_Dest": None, **headers}
        return self.text(target, **whole)

    def may_connect(self, ticket, **how):
        return self.send(self.upgrade(ticket, **how)).status == 101

    def status(self, name):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(line.split()[1] for line in file if line.startswith(name + ":"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def close(self):
        """Its exit status and what it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=world.SECONDS)
        return self.process.returncode, errors


def complete(data):
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return False
    size = re.search(rb"\r\ncontent-length: (\d+)", head, re.I)
    return head.startswith(b"HTTP/1.1 101") or (size is not None and len(body) >= int(size[1]))


def frame(payload, opcode=BINARY, final=True, size=None, masked=True, bits=0):
    """Of a WebSocket. `size`: what it claims to have."""
    n = len(payload) if size is None else size
    first = bytes([final << 7 | bits << 4 | opcode])
    mark = masked << 7
    if n < 126:
        head = bytes([mark | n])
    elif n < 1 << 16:
        head = bytes([mark | 126]) + struct.pack(">H", n)
    else:
        head = bytes([mark | 127]) + struct.pack(">Q", n)
    return first + head + bytes(4 * masked) + payload  # a mask of zeros changes nothing


class Socket:
    """A WebSocket that has been opened."""

    def __init__(self, dev, ticket):
        self.sock = dev.connect()
        self.sock.sendall(dev.upgrade(ticket))
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            more = self.sock.recv(1 << 16)
            if not more:
                raise RuntimeError("the WebSocket was refused")
            self.data += more
        self.data = self.data.partition(b"\r\n\r\n")[2]

    def send(self, data):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.sock.sendall(data)

    def exactly(self, n):
        while len(self.data) < n:
            more = self.sock.recv(1 << 20)
            if not more:
                raise world.Lost(None)
            self.data += more
        taken, self.data = self.data[:n], self.data[n:]
        return taken

    def receive(self):
        """(opcode, payload) of the next message."""
        first, n = self.exactly(2)
        if n == 126:
            [n] = struct.unpack(">H", self.exactly(2))
        elif n == 127:
            [n] = struct.unpack(">Q", self.exactly(8))
        return first & 15, self.exactly(n)

    def told(self, kind):
        """The next control message of that type."""
        while True:
            _, payload = self.receive()
            if payload[:1] == b"\1" and (message := json.loads(payload[1:]))["type"] == kind:
                return message

    def end(self):
        """How it ends: the code of its close, or that it is just closed."""
        try:
            while True:
                opcode, payload = self.receive()
                if opcode == CLOSE:
                    return f"closed {struct.unpack('>H', payload[:2])[0]}"
        except (world.Lost, ConnectionResetError):
            return "closed"

    def close(self):
        self.sock.close()


class Pipe:
    """The view link in a WebSocket, as the socket that world.Link knows."""

    def __init__(self, web):
        self.web = web

    def settimeout(self, seconds):
        self.web.sock.settimeout(seconds)

    def sendall(self, data):
        for at in range(0, len(data), MESSAGE_MOST - 1):
            self.web.send(frame(b"\0" + data[at:at + MESSAGE_MOST - 1]))

    def recv(self, _most):
        while True:
            opcode, payload = self.web.receive()
            if opcode == BINARY and payload[:1] == b"\0":
                return payload[1:]
            if opcode == CLOSE:
                return b""

    def close(self):
        self.web.close()


class View(world.View):
    """A page in a browser: the same honest endpoint, behind a WebSocket."""

    def __init__(self, dev, bootstrap=None, web=None):
        """Of a new document; or the next session, with that bootstrap, of the one whose WebSocket that is."""
        if web is None:
            bootstrap, ticket = dev.document()
            web = Socket(dev, ticket)
        self.opened = {"bootstrap": bootstrap}
        self.link = world.Link(Pipe(web))
        self.label, self.relay = "main", True
        self.handles, self.spent, self.replies, self.granted = {}, {}, {}, []
        self.sent = 0
        self.session = None
