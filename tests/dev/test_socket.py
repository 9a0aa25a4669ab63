"""The WebSocket: who may open one, and what is said on it that must not be."""

import json
import struct

import pytest

import raw
import tree
import websocket as ws
from raw import instead

GIB = 1 << 30
GROWTH_KIB = 64 * 1024
PATH = "/.trollbridge/link"


@pytest.fixture
def opened(besieged):
    with ws.Socket(besieged.visitor) as socket:
        assert socket.is_there()
        yield socket


def memory_kib(besieged):
    return int(tree.status_of(besieged.bridge.pid)["VmRSS"].split()[0])


# ---- opening one ----

def knock(besieged, ticket, *changes, path=PATH, method="GET", more=()):
    visitor = besieged.visitor
    headers = [*instead(ws.handshake(visitor.address, visitor.cookie, ticket), *changes), *more]
    with raw.Connection(visitor.address.port) as connection:
        connection.send(raw.head(method, path, headers))
        return connection.answer(False).status


def test_one_that_is_right(besieged):
    assert knock(besieged, besieged.visitor.open()["ticket"]) == 101


def test_a_ticket_is_good_once(besieged):
    ticket = besieged.visitor.open()["ticket"]
    assert knock(besieged, ticket) == 101
    assert knock(besieged, ticket) != 101


def test_a_ticket_is_good_once_while_the_first_is_open(besieged):
    visitor = besieged.visitor
    ticket = visitor.open()["ticket"]
    with raw.Connection(visitor.address.port) as connection:
        connection.send(raw.head("GET", PATH, ws.handshake(visitor.address, visitor.cookie, ticket)))
        assert connection.answer(False).status == 101
        assert knock(besieged, ticket) != 101


def test_a_ticket_of_a_document_that_another_came_after(besieged):
    first = besieged.visitor.open()["ticket"]
    second = besieged.visitor.open()["ticket"]
    assert knock(besieged, first) != 101
    assert knock(besieged, second) == 101


@pytest.mark.parametrize("protocols", [
    None, "", "trollbridge", "ticket.{ticket}", "trollbridge, ticket.", "trollbridge, ticket.{wrong}", "trollbridge, ticket.{short}", "trollbridge, ticket.{ticket}0",
    "trollbridge, ticket.{upper}", "ticket.{ticket}, trollbridge", "trollbridges, ticket.{ticket}", "trollbridge, tickets.{ticket}", "trollbridge, {ticket}", "vite-hmr",
    "trollbridge, ticket.{main}", "a" * 3000,
])
def test_no_socket_without_the_document_s_ticket(besieged, protocols):
    ticket = besieged.visitor.open()["ticket"]
    while not any(digit.isalpha() for digit in ticket):
        ticket = besieged.visitor.open()["ticket"]
    given = protocols and protocols.format(ticket=ticket, wrong="0" * 32, short=ticket[:-1], upper=ticket.upper(), main="1" * 32)
    assert knock(besieged, ticket, ("Sec-WebSocket-Protocol", given)) != 101
    assert knock(besieged, ticket) == 101, "that has not spent it"


@pytest.mark.parametrize("change", [
    ("Origin", None), ("Origin", "null"), ("Origin", "http://evil.example"), ("Origin", "http://localhost:{port}"), ("Origin", "http://{main}"), ("Origin", "https://{host}"),
    ("Origin", "{origin}/"), ("Cookie", None), ("Cookie", "trollbridge=" + "0" * 64), ("Cookie", "{cookie}; {cookie}"), ("Host", "127.0.0.1:{port}"), ("Host", "localhost:{port}"),
    ("Host", "{main}"), ("Host", "evil.example"), ("Host", None), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Site", "none"),
    ("Connection", None), ("Upgrade", None), ("Upgrade", "h2c"),
], ids=str)
def test_no_socket_with_a_header_that_is_wrong(besieged, change):
    address = besieged.address
    ticket = besieged.visitor.open()["ticket"]
    name, value = change
    given = value and value.format(port=address.port, host=address.host, origin=address.origin, main=besieged.bridge.main.host, cookie=besieged.visitor.cookie)
    assert knock(besieged, ticket, (name, given)) != 101
    assert knock(besieged, ticket) == 101, "that has not spent it"


@pytest.mark.parametrize("key", [None, "", "x" * 300])
def test_no_socket_without_a_key(besieged, key):
    assert knock(besieged, besieged.visitor.open()["ticket"], ("Sec-WebSocket-Key", key)) != 101


@pytest.mark.parametrize("options", [{"path": "/"}, {"path": PATH + "/"}, {"path": "/app.js"}, {"path": "/x"}, {"method": "POST"}, {"method": "HEAD"}], ids=str)
def test_no_socket_elsewhere(besieged, options):
    ticket = besieged.visitor.open()["ticket"]
    assert knock(besieged, ticket, **options) != 101
    assert knock(besieged, ticket) == 101, "that has not spent it"


def test_two_origins(besieged):
    ticket = besieged.visitor.open()["ticket"]
    assert knock(besieged, ticket, more=[("Origin", "http://evil.example")]) != 101


# ---- what is said on it ----

WRONG = {
    "not masked": ws.frame(ws.BINARY, b"\1{}", masked=False), "a reserved bit": ws.frame(ws.BINARY, b"\1{}", reserved=4), "all reserved bits": ws.frame(ws.BINARY, b"\1{}", reserved=7),
    "text": ws.frame(ws.TEXT, b"\1{}"), "an opcode that is none": ws.frame(3, b"x"), "a control opcode that is none": ws.frame(11, b"x"), "a long ping": ws.frame(ws.PING, bytes(126)),
    "a ping in parts": ws.frame(ws.PING, b"x", final=False), "a part of nothing": ws.frame(0, b"x"), "a message within a message": ws.frame(ws.BINARY, b"\1", final=False) + ws.frame(ws.BINARY, b"\1{}"),
    "an empty message": ws.frame(ws.BINARY, b""), "a channel that is none": ws.frame(ws.BINARY, b"\2{}"), "the last channel": ws.frame(ws.BINARY, b"\xff" + bytes(100)),
    "one byte too many": ws.frame(ws.BINARY, bytes(ws.MESSAGE_MAX + 1)), "a length with its highest bit": struct.pack(">BBQ", 0x82, 0xFF, 1 << 63) + bytes(4),
    "the longest length": struct.pack(">BBQ", 0x82, 0xFF, (1 << 64) - 1) + bytes(4), "a gigabyte that is announced": ws.begin(ws.BINARY, GIB) + bytes(4) + bytes(100),
    "a gigabyte of text": ws.begin(ws.TEXT, GIB) + bytes(4),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_frame_that_must_not_be(besieged, opened, name):
    before = memory_kib(besieged)
    opened.send(WRONG[name])
    if name.startswith("a gigabyte"):
        # Nobody has to read ahead what is not there yet: it is closed when it is more than a message can be.
        while opened.send(bytes(1 << 16)):
            pass
    opened.closes()
    assert memory_kib(besieged) < before + GROWTH_KIB


def test_what_is_too_long_is_closed_with_1009(opened):
    opened.send(ws.frame(ws.BINARY, bytes(ws.MESSAGE_MAX + 1)))
    assert opened.closes() in (1009, None)


def test_a_message_of_a_gigabyte_in_one_frame(besieged, opened):
    before = memory_kib(besieged)
    opened.send(ws.begin(ws.BINARY, GIB) + bytes(4))
    sent = 0
    while sent < GIB and opened.send(bytes(1 << 20)):
        sent += 1 << 20
    assert opened.closes() in (1009, None)
    assert memory_kib(besieged) < before + GROWTH_KIB


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_a_message_of_a_gigabyte_in_parts_without_an_end(besieged, opened, size):
    before = memory_kib(besieged)
    part = ws.frame(0, b"\1" * size, final=False)
    opened.send(ws.frame(ws.BINARY, b"\1", final=False))
    sent = 0
    while sent < 4096 and opened.send(part * (1 << 12)):
        sent += 1
        if size < 1000 and sent == 256:
            break  # without a byte in them they may go on for ever; after its goodbye it hears out the rest for a while
    assert size == 0 or opened.closes() in (1009, None)
    assert memory_kib(besieged) < before + GROWTH_KIB


def test_a_message_in_parts_that_is_right(opened):
    opened.send(ws.frame(ws.BINARY, b"\1{\"type\":", final=False) + ws.frame(0, b"\"panel\",\"open\":", final=False) + ws.frame(ws.PING, b"between") + ws.frame(0, b"false}"))
    found = opened.frame()
    while found[0] == ws.BINARY:
        found = opened.frame()
    assert found == (ws.PONG, b"between") and opened.is_there()


@pytest.mark.parametrize("talk", [
    b"", b"{", b"{}", b"[]", b"null", b"\"\"", b"\xff", b"{\"type\":1}", b"{\"type\":\"none\"}", b"{\"type\":\"panel\"}", b"{\"type\":\"panel\",\"open\":1}",
    b"[" * 60_000, b"{\"a\":" * 10_000, b"{\"type\":\"panel\",\"open\":true,\"type\":\"panel\"}", b"\"" + b"a" * 60_000 + b"\"", b"{\"type\":\"\\u0000\"}", bytes(60_000),
    b"{\"type\":\"reload\",\"why\":\"files\"}", b"{\"type\":\"bootstrap\",\"data\":\"\",\"message\":\"\"}",
], ids=lambda talk: repr(talk[:40]))
def test_talk_that_makes_no_sense(besieged, opened, talk):
    """It is closed, or goes on; that it is nothing to others is looked at after each test."""
    opened.send(ws.frame(ws.BINARY, ws.TALK + talk))
    opened.is_there()


def test_ten_thousand_words_about_the_panel(besieged, opened):
    before = memory_kib(besieged)
    for i in range(100):
        words = b"".join(ws.frame(ws.BINARY, ws.TALK + json.dumps({"type": "panel", "open": bool(j % 2)}).encode()) for j in range(100))
        if not opened.send(words):
            break
    opened.is_there()
    assert memory_kib(besieged) < before + GROWTH_KIB


def test_a_flood_of_pings_that_are_not_read(besieged, opened):
    """Answers wait for whoever does not read them, in bounds."""
    before = memory_kib(besieged)
    opened.socket.setblocking(False)
    pings = memoryview(ws.frame(ws.PING, bytes(125)) * 1000)
    n_full = 0
    for _ in range(2000):
        try:
            at = 0
            while at < len(pings):
                at += opened.socket.send(pings[at:])
        except BlockingIOError:
            # It reads no more, which is as good: others are served all the same.
            besieged.check()
            n_full += 1
            if n_full == 10:
                break
        except OSError:
            break  # it has closed
    assert memory_kib(besieged) < before + GROWTH_KIB


@pytest.mark.parametrize("data", [b"", b"\0", struct.pack(">H", 1000), struct.pack(">H", 1005), struct.pack(">H", 0), struct.pack(">H", 4999) + b"a" * 100,
                                  struct.pack(">H", 1000) + b"\xff" * 100, b"a" * 125])
def test_it_ends_when_the_page_says_so(opened, data):
    opened.send(ws.frame(ws.CLOSE, data))
    opened.closes()


def test_what_comes_after_the_end_is_nothing(opened):
    opened.send(ws.frame(ws.CLOSE, struct.pack(">H", 1000)) + ws.frame(ws.BINARY, b"\1{}") * 1000)
    opened.closes()


def test_a_socket_that_goes_ends_its_session(besieged):
    with ws.Socket(besieged.visitor):
        session = tree.until(besieged.opened, "it is in the log")[-1]["session"]
    tree.until(lambda: [r for r in besieged.app.records() if r["event"] == "close" and r["session"] == session], "it is closed")
