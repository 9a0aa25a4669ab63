"""Other users of the machine: nothing is read of what they send, and nothing asked of what they serve."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

import raw
import tree
import websocket

NOBODY = 65534
FIN_WAIT2 = "05"  # of /proc/net/tcp
# Says whether a whole request of that text is answered.
ASK = """
import socket, sys
family, address, port = (socket.AF_INET6, "::1", int(sys.argv[2])) if sys.argv[1] == "6" else (socket.AF_INET, "127.0.0.1", int(sys.argv[2]))
with socket.socket(family) as sock:
    sock.connect((address, port))
    try:
        sock.sendall(sys.stdin.buffer.read())
        print(sock.recv(100).split(b"\\r\\n")[0].decode())
    except ConnectionError:
        print("")
"""
# Sends it, and is gone.
LEAVE = """
import socket, sys
family, address, port = (socket.AF_INET6, "::1", int(sys.argv[2])) if sys.argv[1] == "6" else (socket.AF_INET, "127.0.0.1", int(sys.argv[2]))
with socket.socket(family) as sock:
    sock.connect((address, port))
    sock.sendall(sys.stdin.buffer.read())
"""
# A development server: a page for whoever asks, and a WebSocket that it opens for nobody. It says its port, and what it was asked.
# `gone`: it answers before it has read anything, closes, and listens no more.
SERVE = """
import socket, sys
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
page = b"<!doctype html><title>Served</title><script src=/x.js></script>"
while True:
    sock, _ = listening.accept()
    if sys.argv[1] == "gone":
        listening.close()
        sock.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n" + page)
        sys.exit()
    print(sock.recv(65536).split(b"\\r\\n")[0].decode(), flush=True)
    sock.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(page) + page)
    sock.close()
"""


def states_towards(port):
    """Of the sockets whose other end is at that port."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
    return {state for _, _, peer, state, *_ in lines if peer.endswith(f":{port:04X}")}


def as_user(uid, script, *words):
    return ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", sys.executable, "-c", script, *words]


def send(bridge, uid, script, version, request):
    command = as_user(uid, script, version, str(bridge.main.port))
    return subprocess.run(command, input=request, capture_output=True, check=True, timeout=60).stdout.decode().strip()


def ask(bridge, uid, version):
    return send(bridge, uid, ASK, version, f"GET / HTTP/1.1\r\nHost: {bridge.main.host}\r\n\r\n".encode())


@contextlib.contextmanager
def serving(uid, how="stay"):
    """(its port, what it says of what it was asked)"""
    with subprocess.Popen(as_user(uid, SERVE, how), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline()), process.stdout
        finally:
            process.kill()


@pytest.mark.parametrize("version", ["4", "6"])
def test_a_stranger_gets_no_answer(make_app, start, version):
    bridge = start(make_app())
    own = bridge.app.user.pw_uid
    assert own not in (0, NOBODY)
    assert ask(bridge, own, version).startswith("HTTP/1.1 403")
    assert ask(bridge, NOBODY, version) == ""
    assert ask(bridge, 0, version).startswith("HTTP/1.1 403")


@pytest.mark.parametrize("version", ["4", "6"])
def test_a_stranger_who_is_gone_is_not_read(make_app, start, version):
    """The kernel does not know any more whose a socket was that was closed. What it sent would have spent the token."""
    bridge = start(make_app())
    enter = raw.head("GET", f"/?trollbridge={bridge.main.token}", [("Host", bridge.main.host), *raw.ENTER])
    os.kill(bridge.pid, signal.SIGSTOP)
    try:
        send(bridge, NOBODY, LEAVE, version, enter)
        tree.until(lambda: FIN_WAIT2 in states_towards(bridge.main.port), "all that it sent has come, and its end")
    finally:
        os.kill(bridge.pid, signal.SIGCONT)
    assert raw.Visitor(bridge.main).open()["ticket"]


def open_with(make_app, start, port, host="127.0.0.1"):
    """A visitor of an app whose development server is there."""
    bridge = start(make_app(manifest=f'dev_url = "http://{host}:{port}"'))
    return bridge, raw.Visitor(bridge.main)


def test_a_server_of_the_users_own_is_asked(make_app, start, ordinary):
    for uid in (ordinary.pw_uid, 0):
        with serving(uid) as (port, asked):
            _, visitor = open_with(make_app, start, port)
            assert visitor.open()["ticket"]
            assert asked.readline() == "GET / HTTP/1.1\n"


@pytest.mark.parametrize("how", ["stay", "gone"])
def test_a_server_of_a_stranger_is_not_asked(make_app, start, how):
    """Whoever takes the port before the development server does, or after it, would have the page, and all that it may."""
    with serving(NOBODY, how) as (port, asked):
        bridge, visitor = open_with(make_app, start, port)
        answer = visitor.get(visitor.document)
        assert (answer.status, b"Served" in answer.body, raw.bootstrap_of(answer.body)) == (503, False, None)
        assert b"another user" in answer.body or how == "gone"
        if how == "stay":
            headers = raw.instead(websocket.handshake(bridge.main, visitor.cookie, ""), ("Sec-WebSocket-Protocol", "vite-hmr"))
            with raw.Connection(bridge.main.port) as connection:
                connection.send(raw.head("GET", "/", headers))
                assert connection.answer(False).status == 101 and connection.until_end() == b""
            with socket.create_connection(("127.0.0.1", port), 30) as last:
                last.sendall(b"LAST\r\n")
                assert asked.readline() == "\n" and asked.readline() == "\n" and asked.readline() == "LAST\n"
