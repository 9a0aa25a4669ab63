"""The wire of PROTOCOL.md, written from that page alone and by hand, so that every part of a frame can be forged."""

import ctypes
import hashlib
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import msgpack_lite  # noqa: E402

pack, unpack = msgpack_lite.pack, msgpack_lite.unpack

BOOT, HELLO, WELCOME, CALL, REPLY, CHUNK, CREDIT, CANCEL, WANT, MISS, HANDLES, CLOSE = range(1, 13)
OPEN, OPENED, SHUT, RESET, ALERT, RELOAD, RELOADED, EMIT, ASK, ANSWER, ASK_OVER, SECRET, SECRET_ANSWER, PICK, PICKED = range(64, 79)
PLUGIN_INIT, PLUGIN_CALL, PLUGIN_REPLY, PLUGIN_CANCEL, PLUGIN_CHUNK, PLUGIN_CREDIT, PLUGIN_RELEASE, PLUGIN_EMIT = range(96, 104)
RAW_CLEAR = 1
ZERO = bytes(16)
FRAME_MAX = 1024 * 1024 + 4096

CLOSE_NAMES = {0: "bye", 1: "violation", 2: "shut", 3: "timeout", 4: "version", 5: "shutdown", 6: "unavailable"}

sodium = ctypes.CDLL("libsodium.so.23")
if sodium.sodium_init() < 0:
    raise OSError("libsodium does not start")


def frame(kind, body=b"", flags=0, reserved=0, length=None):
    return struct.pack("<IBBH", len(body) if length is None else length, kind, flags, reserved) + body


def key_pair():
    secret = os.urandom(32)
    public = ctypes.create_string_buffer(32)
    sodium.crypto_scalarmult_base(public, secret)
    return secret, public.raw


def x25519(secret, public):
    shared = ctypes.create_string_buffer(32)
    if sodium.crypto_scalarmult(shared, secret, public) != 0:
        return bytes(32)
    return shared.raw


def encrypt(key, nonce, additional, plain):
    out = ctypes.create_string_buffer(len(plain) + 16)
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        out, None, plain, ctypes.c_ulonglong(len(plain)), additional, ctypes.c_ulonglong(len(additional)), None, nonce,
        key)
    return out.raw


def decrypt(key, nonce, additional, sealed):
    out = ctypes.create_string_buffer(max(len(sealed) - 16, 1))
    r = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, None, None, sealed, ctypes.c_ulonglong(len(sealed)), additional, ctypes.c_ulonglong(len(additional)),
        nonce, key)
    if r != 0:
        raise ValueError("the tag is wrong")
    return out.raw[:len(sealed) - 16]


def seal(key, kind, handle, counter, text, raw=b"", raw_clear=None, flags=None):
    """A sealed frame. `text` is the msgpack part as it stands; raw_clear: raw bytes behind the seal."""
    plain = struct.pack("<I", len(text)) + text + raw
    n_sealed = len(plain) + 16
    clear = handle + struct.pack("<Q", counter)
    if raw_clear is not None:
        clear += struct.pack("<I", n_sealed)
    tail = raw_clear or b""
    if flags is None:
        flags = 0 if raw_clear is None else RAW_CLEAR
    header = struct.pack("<IBBH", len(clear) + n_sealed + len(tail), kind, flags, 0)
    return header + clear + encrypt(key, clear[:24], header + clear, plain) + tail


def open_sealed(key, header, body):
    """(handle, message, raw bytes) of a sealed frame from the broker."""
    clear, sealed, tail = body[:24], body[24:], b""
    if header[5] & RAW_CLEAR:
        clear = body[:28]
        (n,) = struct.unpack("<I", body[24:28])
        sealed, tail = body[28:28 + n], body[28 + n:]
    plain = decrypt(key, clear[:24], header + clear, sealed)
    (m,) = struct.unpack_from("<I", plain)
    return clear[:16], unpack(plain[4:4 + m]), plain[4 + m:] + tail


class Bootstrap:
    def __init__(self, data):
        self.version, _ = struct.unpack_from("<HH", data)
        self.ticket_id, self.secret = data[4:20], data[20:52]
        self.broker_pk, self.digest = data[52:84], data[84:116]
        (self.document,) = struct.unpack_from("<Q", data, 116)
        self.label, at = self.string(data, 124)
        self.origin, _ = self.string(data, at)

    @staticmethod
    def string(data, at):
        (n,) = struct.unpack_from("<H", data, at)
        return data[at + 2:at + 2 + n], at + 2 + n

    def hello(self, public, version=1, ticket_id=None):
        return frame(HELLO, struct.pack("<HH", version, 0) + (ticket_id or self.ticket_id) + public)

    def keys(self, secret, public):
        """(broker to endpoint, endpoint to broker)"""
        parts = [b"trollbridge 1", x25519(secret, self.broker_pk), public, self.broker_pk, struct.pack("<H", 1),
                 self.ticket_id, self.label, self.origin, struct.pack("<Q", self.document), self.digest]
        okm = hashlib.blake2b(key=self.secret, digest_size=64)
        for part in parts:
            okm.update(struct.pack("<I", len(part)) + part)
        return okm.digest()[:32], okm.digest()[32:]
