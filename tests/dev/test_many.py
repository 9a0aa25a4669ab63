"""Ten thousand connections, while a page is open: it goes on, others come in, and the program grows no larger."""

import contextlib
import os
import resource
import socket

import pytest

READ = "return await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).then(() => 'allowed', (error) => error.code)"
CONNECTIONS = 10_000
GROWTH_KIB = 32 * 1024
# What they say, and how many do.
WORDS = {"nothing": (b"", CONNECTIONS), "half a line": (b"GET /", 1500), "half a request": (b"GET / HTTP/1.1\r\nHost: a\r\n", 1500),
         "no request": (b"\x16\x03\x01" + bytes(100), 1500)}


@pytest.fixture(autouse=True)
def descriptors():
    """As many as this test holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard > CONNECTIONS + 500, f"only {hard} descriptors may be open here"
    resource.setrlimit(resource.RLIMIT_NOFILE, (CONNECTIONS + 500, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def connect(bridge, words):
    sock = socket.create_connection(("127.0.0.1", bridge.main.port), 30)
    with contextlib.suppress(ConnectionError):
        sock.sendall(words)
    return sock


@pytest.mark.parametrize("name", WORDS)
def test_connections_by_the_thousand(make_app, start, tab, name):
    words, n = WORDS[name]
    bridge, page = start(make_app(), terminal=True), tab()
    page.goto(bridge.main.url)
    assert page.run(READ) == "allowed"
    page.evaluate("window.mark = 1")
    pid, before = bridge.pid, memory_kib(bridge.pid)
    with contextlib.ExitStack() as held:
        for count in range(n):
            held.enter_context(connect(bridge, words))
            if count % 500 == 0:
                assert page.run(READ) == "allowed"
        assert page.run(READ) == "allowed"
        assert memory_kib(pid) < before + GROWTH_KIB
        assert os.getuid() != 0 or len(os.listdir(f"/proc/{pid}/fd")) < 400
        # another browser comes in while they are held
        bridge.renew()
        other = tab()
        other.goto(bridge.main.url)
        assert other.run(READ) == "allowed"
    page.reload()
    assert page.run(READ) == "allowed"
