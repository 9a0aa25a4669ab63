"""What is no request, and what is too much of one: refused or closed, and the page that is open goes on."""

import random
import socket

import pytest

import raw
import tree
from raw import instead

MIB = 1 << 20
# Of a request's body: none of it is kept. The program is a process of 10 MiB or so.
GROWTH_KIB = 64 * 1024


def text(visitor, *changes, target="/app.js", version="HTTP/1.1", method="GET"):
    return raw.head(method, target, instead(visitor.resource, *changes), version)


def refused(answers):
    """What came is no file of the app's, and no page."""
    assert b"window.ran" not in answers and b"200 OK" not in answers and b" 101 " not in answers
    assert not raw.secrets_of(answers)


def exchange(besieged, data):
    """All that comes for it until the other side closes, which it has to do. Ours is closed for sending when all is sent."""
    with raw.Connection(besieged.address.port) as connection:
        connection.send(data)
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has closed already
        return connection.until_end()


REQUESTS = {
    "nothing": b"", "a line's end": b"\r\n", "lines' ends": b"\r\n" * 5000, "noughts": b"\0" * 5000, "a word": b"hello\r\n\r\n",
    "no target": b"GET\r\n\r\n", "no version": b"GET /app.js\r\n\r\n", "half a line": b"GET /app.js HT", "a space first": b" GET /app.js HTTP/1.1\r\n\r\n",
    "HTTP 0.9": b"GET /app.js\r\n", "a response": b"HTTP/1.1 200 OK\r\n\r\n", "a header first": b"Host: x\r\nGET / HTTP/1.1\r\n\r\n",
    "no name": b"GET /app.js HTTP/1.1\r\n: x\r\n\r\n", "no colon": b"GET /app.js HTTP/1.1\r\nHost\r\n\r\n", "a long method": b"G" * 100_000,
    "a long target": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", "a long version": b"GET / " + b"H" * 100_000,
    "a long header": b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000, "a long name": b"GET / HTTP/1.1\r\n" + b"a" * 100_000,
    "a TLS hello": bytes.fromhex("16030100c8010000c40303") + bytes(200), "SSH": b"SSH-2.0-OpenSSH_9.2\r\n", "a redis command": b"*1\r\n$4\r\nPING\r\n",
    "a gRPC preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), "a proxy's word": b"PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n\r\n", "SOCKS": b"\5\1\0",
}


@pytest.mark.parametrize("name", REQUESTS)
def test_no_request(besieged, name):
    refused(exchange(besieged, REQUESTS[name]))


def test_a_tunnel_is_not_opened(besieged):
    """The library has a way of its own with CONNECT, without an end."""
    with raw.Connection(besieged.address.port) as connection:
        connection.send(raw.head("CONNECT", "example.com:443", besieged.visitor.resource))
        refused(connection.until_end())


CHANGES = {
    "a bad escape": {"target": "/%zz"}, "half an escape": {"target": "/app.js%"},
    "a nought": {"target": "/app.js%00"}, "a nought before the name's end": {"target": "/app.js%00.html"},
    "out of the folder": {"target": "/../trollbridge.toml"}, "out of it, escaped": {"target": "/%2e%2e/trollbridge.toml"},
    "out of it, escaped twice": {"target": "/%252e%252e/trollbridge.toml"}, "out of it, backwards": {"target": "/..\\trollbridge.toml"},
    "out of it, half": {"target": "/.%2e/trollbridge.toml"}, "out of it, far": {"target": "/" + "../" * 40 + "etc/passwd.txt"}, "out of it, overlong": {"target": "/%c0%ae%c0%ae/trollbridge.toml"},
    "out of it, a slash escaped": {"target": "/..%2ftrollbridge.toml"}, "an absolute file": {"target": "//etc/hosts.allow"}, "bytes": {"target": "/\xff\xfe"},
    "a file of another user's": {"target": "/%2fetc%2fhosts.allow"}, "a folder": {"target": "/.trollbridge/"}, 
    "a long path": {"target": "/" + "a" * 5000}, "a deep path": {"target": "/" + "a/" * 2000},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_request_that_asks_for_what_is_not_there(besieged, name):
    """With the cookie: all but this is right."""
    answers = exchange(besieged, text(besieged.visitor, **CHANGES[name]))
    refused(answers)
    assert b"[app]" not in answers and b"root:" not in answers


BODIES = {
    "a length": [("Content-Length", "5")], "two lengths": [("Content-Length", "5"), ("Content-Length", "0")], "the same twice": [("Content-Length", "5"), ("Content-Length", "5")],
    "a list of lengths": [("Content-Length", "5, 0")], "less than none": [("Content-Length", "-5")], "with a sign": [("Content-Length", "+5")],
    "in hex": [("Content-Length", "0x5")], "beyond 64 bits": [("Content-Length", "18446744073709551621")], "no number": [("Content-Length", "five")],
    "chunks": [("Transfer-Encoding", "chunked")], "chunks and a length": [("Transfer-Encoding", "chunked"), ("Content-Length", "5")],
    "chunks twice": [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")], "odd chunks": [("Transfer-Encoding", "xchunked")],
    "chunks behind a tab": [("Transfer-Encoding", "\tchunked")], "expected": [("Expect", "100-continue"), ("Content-Length", "5")],
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_hidden_in_a_body_is_no_request(besieged, name):
    """Whoever stands in between and takes another part of this for the request: there is one answer at most, and no file."""
    hidden = text(besieged.visitor)
    for body in (b"0\r\n\r\n" + hidden, b"5\r\nhello\r\n0\r\n\r\n" + hidden, hidden):
        refused(exchange(besieged, raw.head("GET", "/app.js", [*besieged.visitor.resource, *BODIES[name]]) + body))


def test_a_connection_is_for_one_request(besieged):
    """The right form of the above, and nothing of what comes behind it."""
    with raw.Connection(besieged.address.port) as connection:
        connection.send(text(besieged.visitor) * 3)
        answer = connection.answer()
        assert (answer.body, answer.one("connection")) == (b"window.ran = true;", "close")
        assert connection.until_end() == b""


@pytest.mark.parametrize("headers", [
    [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")], [("Connection", "Upgrade"), ("Upgrade", "TLS/1.0")],
    [("Connection", "Upgrade"), ("Upgrade", "websocket")], [("Connection", "Upgrade"), ("Upgrade", "x" * 3000)],
], ids=str)
def test_no_other_protocol(besieged, headers):
    with raw.Connection(besieged.address.port) as connection:
        connection.send(raw.head("GET", "/app.js", [*besieged.visitor.resource, *headers]))
        answer = connection.answer()
        assert answer.status != 101, answer


@pytest.mark.parametrize("name, headers", [
    ("a line of 16 KiB", [("X-Long", "a" * 16384)]), ("64 KiB of lines", [(f"X-{i}", "a" * 1000) for i in range(64)]),
    ("ten thousand lines", [("A", "b")] * 10_000), ("a long cookie", [("Cookie", "a=" + "b" * 60_000)]), ("a folded line", [("X-A", "b\r\n c" * 10_000)]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_more_headers_than_there_is_room_for(besieged, name, headers):
    refused(exchange(besieged, raw.head("GET", "/app.js", [*headers, *besieged.visitor.resource])))


def test_noise(besieged):
    """By a generator with a seed: bytes alone, bytes behind a method, and a good request with some of its bytes changed."""
    numbers = random.Random(20260)
    good = text(besieged.visitor)
    for _ in range(300):
        noise = numbers.randbytes(numbers.choice([1, 10, 100, 5000]))
        exchange(besieged, noise + b"\r\n\r\n")
        exchange(besieged, b"GET /" + noise)
        changed = bytearray(good)
        for _ in range(numbers.randint(1, 8)):
            changed[numbers.randrange(len(changed))] = numbers.randrange(256)
        assert len(exchange(besieged, bytes(changed))) < 10_000


def test_who_says_half_of_a_request_is_not_waited_for_for_ever(besieged):
    """The time for a request has an end, and a byte now and then does not put it off."""
    with raw.Connection(besieged.address.port) as idle, raw.Connection(besieged.address.port) as slow:
        data = iter(text(besieged.visitor, ("X-Slow", "a" * 5000)))

        def closed():
            try:
                slow.socket.send(bytes([next(data)]))
                return slow.socket.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
            except BlockingIOError:
                return False
            except (BrokenPipeError, ConnectionResetError):
                return True

        tree.until(closed, "the slow one is closed")
        assert idle.until_end() == b""
        besieged.check()


# ---- a gigabyte ----

def memory_kib(besieged):
    return int(tree.status_of(besieged.bridge.pid)["VmRSS"].split()[0])


def pour(connection, piece, n):
    """Sends up to `n` pieces; how many were taken."""
    for sent in range(n):
        if not connection.send(piece):
            return sent
    return n


@pytest.mark.parametrize("cookie", [True, False])
@pytest.mark.parametrize("form", ["length", "chunks", "headers"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_of_1_gib(besieged, form, cookie, method):
    before = memory_kib(besieged)
    headers = besieged.visitor.resource if cookie else instead(besieged.visitor.resource, ("Cookie", None))
    begins = {"length": raw.head(method, "/app.js", [*headers, ("Content-Length", str(1024 * MIB))]),
              "chunks": raw.head(method, "/app.js", [*headers, ("Transfer-Encoding", "chunked")]),
              "headers": raw.head(method, "/app.js", headers)[:-2] + b"X-Much: "}[form]
    piece = {"length": bytes(MIB), "chunks": b"100000\r\n" + bytes(MIB) + b"\r\n", "headers": b"a" * MIB}[form]
    with raw.Connection(besieged.address.port) as connection:
        connection.send(begins)
        sent = pour(connection, piece, 1024)
        refused(connection.rest)
    assert sent < 1024, "it was closed before all was read"
    assert memory_kib(besieged) < before + GROWTH_KIB


def test_a_length_of_1_gib_that_is_announced_alone(besieged):
    headers = [*besieged.visitor.resource, ("Content-Length", str(1024 * MIB))]
    for method in ("GET", "POST", "PUT"):
        refused(exchange(besieged, raw.head(method, "/app.js", headers)))
