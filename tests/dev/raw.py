"""Requests byte by byte, as no browser would send them, and as one does."""

import json
import re
import socket

SECONDS = 30
HEAD_MAX = 1 << 20


class Answer:
    """To one request; `status` 0: the connection was closed without one."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        found = re.match(r"HTTP/1\.[01] (\d{3})", lines[0])
        self.status = int(found[1]) if found else 0
        self.headers = [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line]
        self.body = body

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:200]!r}"

    def values(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def one(self, name):
        [value] = self.values(name)
        return value


class Connection:
    """To the port, from which whole answers are read."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), SECONDS)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """False: the other side has closed."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def more(self):
        """False at the end."""
        try:
            chunk = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.rest += chunk
        return bool(chunk)

    def until_end(self):
        """All that comes until the other side closes."""
        while self.more():
            pass
        rest, self.rest = self.rest, b""
        return rest

    def take(self, n):
        while len(self.rest) < n:
            assert self.more(), f"it closed after {self.rest!r}"
        data, self.rest = self.rest[:n], self.rest[n:]
        return data

    def answer(self, has_body=True):
        while b"\r\n\r\n" not in self.rest:
            if not self.more():
                return Answer(b"", self.rest)
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        answer = Answer(head, b"")
        sizes = answer.values("content-length")
        if has_body and sizes:
            answer.body = self.take(int(sizes[0]))
        return answer


def head(method, target, headers, version="HTTP/1.1"):
    lines = [f"{method} {target} {version}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def ask(address, headers, target="/", method="GET", body=b""):
    """One request on a connection of its own."""
    with Connection(address.port) as connection:
        connection.send(head(method, target, headers) + body)
        return connection.answer(method != "HEAD")


def instead(headers, *changes):
    """Those headers with others in their place, by name; (name, None): without it."""
    names = {name.lower() for name, _ in changes}
    return [*(pair for pair in headers if pair[0].lower() not in names), *(pair for pair in changes if pair[1] is not None)]


ENTER = [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]
RESOURCE = [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "script")]


class Visitor:
    """A browser that has come by the printed address of a view: it knows the cookie."""

    def __init__(self, address):
        self.address, self.n_opened = address, 0
        answer = ask(address, self.enter, f"{address.path}?trollbridge={address.token}")
        assert answer.status == 303, answer
        self.cookie = answer.one("set-cookie").split(";")[0]

    @property
    def enter(self):
        return [("Host", self.address.host), *ENTER]

    @property
    def document(self):
        """The headers of a navigation to a page."""
        return [("Host", self.address.host), ("Cookie", self.cookie), *ENTER]

    @property
    def resource(self):
        """The headers of a script's request."""
        return [("Host", self.address.host), ("Cookie", self.cookie), *RESOURCE]

    def get(self, headers=None, target="/", method="GET"):
        answer = ask(self.address, self.resource if headers is None else headers, target, method)
        self.n_opened += bootstrap_of(answer.body) is not None
        return answer

    def open(self):
        """What the first script of a new document is given: {label, webview, link, bootstrap, ticket, worker}."""
        answer = self.get(self.document)
        assert answer.status == 200, answer
        return bootstrap_of(answer.body)


def bootstrap_of(document):
    """What the document's first script is called with; None: there is no such script."""
    found = re.search(rb"\}\)\((\{[^{}]*bootstrap:[^{}]*\})\)</script>", document)
    return json.loads(re.sub(rb"([{,])(\w+):\"", rb'\1"\2":"', found[1])) if found else None


def secrets_of(text):
    """What it has in it that only a document for a person may have."""
    return [word for word in (b"TROLLBRIDGE_DEV", b"bootstrap", b"ticket", b".trollbridge/link") if word in text]
