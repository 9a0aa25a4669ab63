"""The host as the program of a plugin: the links that come over the lifeline, and their frames by hand."""

import socket
import struct

import wire
import world

LINK = b"\x10"  # the byte that comes with a link


def read_exactly(sock, n):
    data = b""
    while len(data) < n:
        got = sock.recv(n - len(data))
        if not got:
            raise world.Lost(None)
        data += got
    return data


def skip_facts(host):
    """What the supervisor says of the app comes before any link."""
    if not getattr(host, "facts", None):
        host.facts = read_exactly(host.life, struct.unpack("<I", read_exactly(host.life, 4))[0])


def frame(kind, message, raw=b""):
    text = wire.pack(message)
    return wire.frame(kind, struct.pack("<I", len(text)) + text + raw)


class Served:
    """The next link that the host is offered, and what INIT says on it."""

    def __init__(self, host):
        skip_facts(host)
        byte, fds, _, _ = socket.recv_fds(host.life, 1, 1)
        if byte != LINK or len(fds) != 1:
            raise RuntimeError(f"not a link: {byte!r} with {len(fds)} descriptors")
        self.sock = socket.socket(fileno=fds[0])
        self.link = world.Link(self.sock)
        self.init = self.next(wire.PLUGIN_INIT)

    def next(self, wanted):
        while True:
            kind, _, body = self.link.receive()
            if kind == wanted:
                (m,) = struct.unpack_from("<I", body)
                return wire.unpack(body[4:4 + m])

    def call(self):
        """The number of the next CALL."""
        return self.next(wire.PLUGIN_CALL)["call"]

    def send(self, kind, message, raw=b""):
        return self.link.send(frame(kind, message, raw))

    def reply(self, call, value="SUCCESS"):
        return self.send(wire.PLUGIN_REPLY, {"call": call, "value": value})

    def ended(self):
        """Whether the broker has ended the link."""
        try:
            while True:
                self.link.receive()
        except world.Lost:
            return True

    def leave(self):
        """Until the broker has heard of it: the next call gets another link."""
        self.sock.shutdown(socket.SHUT_WR)
        self.ended()
        self.close()

    def close(self):
        self.link.close()
