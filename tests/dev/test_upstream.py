"""A development server that is hostile, or whatever answers in its place: what it says is a page at most."""

import contextlib
import socket
import threading

import pytest

import raw

SECONDS = 30
TEXT = b"Content-Type: text/plain\r\n"
HELLO = b"Content-Length: 5\r\n\r\nhello"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def answer(status, *rest):
    return b"HTTP/1.1 %d x\r\n" % status + b"".join(rest)


# What becomes of each: (status, body), or None: the server is told not to answer.
ANSWERS = {
    "right": (answer(200, TEXT, HELLO), (200, b"hello")),
    "chunks": (answer(200, TEXT, CHUNKED, b"5\r\nhello\r\n0\r\n\r\n"), (200, b"hello")),
    "nothing": (b"", None),
    "no answer": (b"hello", None),
    "half of one": (b"HTTP/1.1 200", None),
    "a head without an end": (b"HTTP/1.1 200 x\r\nX: " + b"a" * 200_000, None),
    "a thousand headers": (answer(200, b"A: b\r\n" * 20_000, HELLO), None),
    "no number for a status": (b"HTTP/1.1 -1 x\r\n" + HELLO, None),
    "a status that there is not": (answer(600, HELLO), None),
    "an answer that is not the last": (answer(103, b"Link: </x>; rel=preload\r\n\r\n", answer(200, HELLO)), None),
    "a WebSocket that nobody asked for": (answer(101, b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello"), None),
    "another protocol": (answer(101, b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", bytes(9)), None),
    "no body, and one": (answer(304, TEXT, HELLO), (304, b"")),
    "less than no length": (answer(200, TEXT, b"Content-Length: -1\r\n\r\nhello"), None),
    "a length beyond 64 bits": (answer(200, TEXT, b"Content-Length: 18446744073709551615\r\n\r\nhello"), None),
    "more than its length": (answer(200, TEXT, HELLO, b" and more"), (200, b"hello")),
    "a chunk of no number": (answer(200, TEXT, CHUNKED, b"zz\r\nhello\r\n0\r\n\r\n"), None),
    # The library counts what is left of a chunk in an int, and goes so far, back, too: to what was read before, or beyond it.
    "a chunk of less than nothing": (answer(200, TEXT, CHUNKED, b"80000000\r\nhello\r\n0\r\n\r\n"), None),
    "a chunk of less than nothing in no body": (answer(204, CHUNKED, b"80000000\r\nhello\r\n0\r\n\r\n"), None),
    "a chunk that leads back to itself": (answer(204, CHUNKED, b"5\r\nhello\r\nfffffff4\r\n", b"x" * 100), None),
}
# None of these headers is for the browser.
HEADERS = [
    b"Set-Cookie: trollbridge=x; Path=/\r\n", b"Location: http://example.com/\r\n", b"Refresh: 0; url=http://example.com/\r\n", b"Content-Encoding: gzip\r\n",
    b"Clear-Site-Data: \"*\"\r\n", b"Service-Worker-Allowed: /\r\n", b"Access-Control-Allow-Origin: *\r\n", b"Link: <http://example.com/>; rel=preload; as=script\r\n",
    b"Content-Security-Policy-Report-Only: default-src *; report-uri http://example.com/\r\n", b"Content-Type: a/b\rSet-Cookie: x=y\r\n", b"Content-Type: a/b\r\n Set-Cookie: x=y\r\n",
]


class Server:
    """Answers each request with the bytes that are its turn's."""

    def __init__(self):
        self.bytes, self.n_asked = b"", 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listening.accept()
                with sock, contextlib.suppress(OSError):
                    sock.settimeout(SECONDS)
                    head = b""
                    while b"\r\n\r\n" not in head and (chunk := sock.recv(65536)):
                        head += chunk
                    self.n_asked += 1
                    sock.sendall(self.bytes)
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(65536):
                        pass

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listening.close()


@pytest.fixture
def behind(make_app, start):
    """(server, visitor): of an app whose pages come from there."""
    with contextlib.closing(Server()) as server:
        bridge = start(make_app(manifest=f'dev_url = "http://127.0.0.1:{server.port}"'))
        yield server, raw.Visitor(bridge.main)


def test_answers(behind):
    server, visitor = behind
    for name, (said, expected) in ANSWERS.items():
        server.bytes = said
        got = visitor.get(target="/x")
        assert (got.status, got.body) == expected if expected else got.status == 503 and b"does not answer" in got.body, (name, got)
    assert server.n_asked == len(ANSWERS)


@pytest.mark.parametrize("status", [200, 302, 401])
def test_headers(behind, status):
    server, visitor = behind
    server.bytes = answer(200, HELLO)
    usual = {name.lower() for name, _ in visitor.get(target="/x").headers}
    for header in HEADERS:
        server.bytes = answer(status, header, HELLO)
        got = visitor.get(target="/x")
        assert (got.status, got.body) == (status, b"hello"), (header, got)
        assert {name.lower() for name, _ in got.headers} - usual <= {"content-type"}, (header, got)
        assert b"example.com" not in str(got).encode() and got.one("cache-control") == "no-store"
    assert server.n_asked == 1 + len(HEADERS), "no redirect was followed"
