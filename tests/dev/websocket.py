"""A WebSocket byte by byte: RFC 6455 as a browser speaks it, and as none does."""

import base64
import hashlib
import json
import os
import struct

import raw

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LINK, TALK = b"\0", b"\1"
MESSAGE_MAX = (1 << 16) + 1
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = base64.b64encode(b"0123456789abcdef")


def handshake(address, cookie, ticket):
    """The headers of one that is right."""
    return [("Host", address.host), ("Cookie", cookie), ("Origin", address.origin), ("Connection", "Upgrade"), ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", KEY.decode()), ("Sec-WebSocket-Protocol", f"trollbridge, ticket.{ticket}")]


def mask(data, key):
    n = len(data)
    repeated = int.from_bytes((key * (n // 4 + 1))[:n], "big")
    return (int.from_bytes(data, "big") ^ repeated).to_bytes(n, "big")


def begin(opcode, n, final=True, reserved=0, masked=True):
    """The bytes before a frame's mask."""
    first = opcode | reserved << 4 | (0x80 if final else 0)
    bit = 0x80 if masked else 0
    if n < 126:
        return struct.pack(">BB", first, bit | n)
    if n < 1 << 16:
        return struct.pack(">BBH", first, bit | 126, n)
    return struct.pack(">BBQ", first, bit | 127, n)


def frame(opcode, data=b"", final=True, reserved=0, masked=True):
    key = os.urandom(4)
    body = key + mask(data, key) if masked else data
    return begin(opcode, len(data), final, reserved, masked) + body


class Socket(raw.Connection):
    """One that is open, with the ticket of a document of the visitor's; None: of a new one."""

    def __init__(self, visitor, ticket=None):
        super().__init__(visitor.address.port)
        self.send(raw.head("GET", "/.trollbridge/link", handshake(visitor.address, visitor.cookie, ticket or visitor.open()["ticket"])))
        answer = self.answer(False)
        assert answer.status == 101 and answer.one("sec-websocket-protocol") == "trollbridge", answer
        assert answer.one("sec-websocket-accept") == base64.b64encode(hashlib.sha1(KEY + MAGIC).digest()).decode()

    def frame(self):
        """(opcode, data) of the next one; None: it has closed."""
        while len(self.rest) < 2:
            if not self.more():
                return None
        first, n = self.take(2)
        assert n < 128, "a server does not mask"
        if n == 126:
            [n] = struct.unpack(">H", self.take(2))
        elif n == 127:
            [n] = struct.unpack(">Q", self.take(8))
        return first & 15, self.take(n)

    def talk(self, wanted):
        """The next message of the program's that is of that type; None: it closes before."""
        while (found := self.frame()) is not None:
            said = json.loads(found[1][1:]) if found[0] == BINARY and found[1][:1] == TALK else {}
            if said.get("type") == wanted:
                return said
        return None

    def is_there(self):
        """It answers."""
        self.send(frame(PING, b"here?"))
        while (found := self.frame()) != (PONG, b"here?"):
            if found is None or found[0] == CLOSE:
                return False
        return True

    def closes(self):
        """It does so, whether or not it says why; the code that it says, or None."""
        code = None
        while (found := self.frame()) is not None:
            if found[0] == CLOSE:
                code = struct.unpack(">H", found[1][:2])[0] if len(found[1]) >= 2 else None
                self.send(frame(CLOSE, found[1]))
        return code
