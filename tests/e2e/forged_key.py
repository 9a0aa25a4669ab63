"""Keys that a stranger makes by hand: his own (RFC 4880 with EdDSA), and what of others' keys he binds to it."""

import ctypes
import hashlib
import struct

import enclave
import secret_key

PUBLIC_KEY, PUBLIC_SUBKEY, USER_ID, SIGNATURE = 6, 14, 13, 2
CERTIFICATION, SUBKEY_BINDING = 0x13, 0x18
CERTIFY, SIGN, ENCRYPT = 1, 2, 12
EDDSA, SHA256 = 22, 8
CURVE = bytes.fromhex("092b06010401da470f01")


def packet(tag, body):
    return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(body)) + body


def number(data):
    data = data.lstrip(b"\0")
    return struct.pack(">H", len(data) * 8 - 8 + data[0].bit_length()) + data


def subpacket(kind, body):
    return bytes([len(body) + 1, kind]) + body


def hashed_key(body):
    return b"\x99" + struct.pack(">H", len(body)) + body


class Forger:
    """A primary key of his own."""

    def __init__(self, seed, created):
        self.created = created
        public, self.secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        enclave.sodium.crypto_sign_seed_keypair(public, self.secret, hashlib.sha256(seed).digest())
        self.body = b"\x04" + struct.pack(">IB", created, EDDSA) + CURVE + number(b"\x40" + public.raw)
        self.fingerprint = hashlib.sha1(hashed_key(self.body)).digest()
        self.name = self.fingerprint.hex().upper()

    def signature(self, kind, flags, data):
        fields = (subpacket(2, struct.pack(">I", self.created)) + subpacket(27, bytes([flags])) +
                  subpacket(33, b"\x04" + self.fingerprint))
        head = bytes([4, kind, EDDSA, SHA256]) + struct.pack(">H", len(fields)) + fields
        digest = hashlib.sha256(data + head + b"\x04\xff" + struct.pack(">I", len(head))).digest()
        signed = ctypes.create_string_buffer(64)
        enclave.sodium.crypto_sign_detached(signed, None, digest, ctypes.c_ulonglong(len(digest)), self.secret)
        issuer = subpacket(16, self.fingerprint[-8:])
        return packet(SIGNATURE, head + struct.pack(">H", len(issuer)) + issuer + digest[:2] + number(signed.raw[:32]) +
                      number(signed.raw[32:]))

    def certificate(self, user_id, bound, flags):
        """His key with others' parts (bodies of packets) as its own subkeys."""
        name = user_id.encode()
        made = packet(PUBLIC_KEY, self.body) + packet(USER_ID, name)
        made += self.signature(CERTIFICATION, CERTIFY | SIGN,
                               hashed_key(self.body) + b"\xb4" + struct.pack(">I", len(name)) + name)
        for part in bound:
            made += packet(PUBLIC_SUBKEY, part)
            made += self.signature(SUBKEY_BINDING, flags, hashed_key(self.body) + hashed_key(part))
        return made


def parts(certificate):
    """The bodies of a key's public parts: itself, then its subkeys."""
    return [body for tag, body in secret_key.packets(certificate) if tag in (PUBLIC_KEY, PUBLIC_SUBKEY)]
