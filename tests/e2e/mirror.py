#!/usr/bin/python3
"""A plugin without an SDK (PROTOCOL.md, section 8) that gives bodies back, through the pool or not. Its one command is
told `how`: `pool`, `plain`, `tell` (whether the body came through the pool), `hang`."""

import mmap
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from msgpack_lite import pack, unpack  # noqa: E402

INIT, CALL, REPLY, CANCEL, RELEASE = 96, 97, 98, 99, 102

link = socket.socket(fileno=3)
memory = mmap.mmap(4, 0)


def read(n):
    data = b""
    while len(data) < n:
        got = link.recv(n - len(data))
        if not got:
            sys.exit(0)
        data += got
    return data


def send(kind, message, raw=b""):
    text = pack(message)
    link.sendall(struct.pack("<IBBHI", 4 + len(text) + len(raw), kind, 0, 0, len(text)) + text + raw)


def receive():
    n, kind = struct.unpack("<IB3x", read(8))
    body = read(n)
    (m,) = struct.unpack_from("<I", body)
    return kind, unpack(body[4:4 + m]), body[4 + m:]


def answer(call, body, pooled, pool, free):
    if call["args"]["how"] == "tell":
        send(REPLY, {"call": call["call"], "value": pooled})
    elif call["args"]["how"] == "pool" and free:
        at = free.pop()
        memory[at:at + len(body)] = body
        send(REPLY, {"call": call["call"], "bytes": len(body), "at": at})
    else:
        send(REPLY, {"call": call["call"], "bytes": len(body)}, body)


def main():
    _, init, _ = receive()
    pool = init["pool"]
    place = 1024 * 1024 + 4096
    free = [pool["in"] + place * i for i in range(pool["out"] // place)]
    while True:
        kind, message, body = receive()
        if kind == RELEASE:
            free.append(message["at"])
        if kind != CALL or message["args"]["how"] == "hang":
            continue
        pooled = "at" in message
        if pooled:
            body = memory[message["at"]:message["at"] + message["bytes"]]
            send(RELEASE, {"at": message["at"]})
        answer(message, body, pooled, pool, free)


main()
