"""Other users of the machine: their connections are closed before anything is read of them."""

import subprocess
import sys

import pytest

NOBODY = 65534
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


def ask(bridge, uid, version):
    request = f"GET / HTTP/1.1\r\nHost: {bridge.main.host}\r\n\r\n"
    command = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", sys.executable, "-c", ASK, version, str(bridge.main.port)]
    return subprocess.run(command, input=request.encode(), capture_output=True, check=True, timeout=60).stdout.decode().strip()


@pytest.mark.parametrize("version", ["4", "6"])
def test_a_stranger_gets_no_answer(make_app, start, version):
    bridge = start(make_app())
    own = bridge.app.user.pw_uid
    assert own not in (0, NOBODY)
    assert ask(bridge, own, version).startswith("HTTP/1.1 403")
    assert ask(bridge, NOBODY, version) == ""
    assert ask(bridge, 0, version).startswith("HTTP/1.1 403")
