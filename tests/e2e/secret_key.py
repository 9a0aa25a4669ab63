"""The secret numbers of OpenPGP keys, read by hand: RFC 4880, sections 3.7.1.3, 5.5.3."""

import base64
import hashlib
import struct
import subprocess

SECRET_KEY, SECRET_SUBKEY = 5, 7
ITERATED, SHA1_BEHIND = 3, 254
HASHES = {2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512"}
CIPHERS = {7: ("aes-128-cfb", 16), 8: ("aes-192-cfb", 24), 9: ("aes-256-cfb", 32)}


def dearmor(text):
    lines = text.strip().splitlines()
    body = lines[lines.index("") + 1:-1]
    return base64.b64decode("".join(line for line in body if not line.startswith("=")))


def packets(data):
    """(tag, body)…; none of them is in parts."""
    at = 0
    while at < len(data):
        first = data[at]
        if first & 0x40:
            tag, one = first & 0x3f, data[at + 1]
            if one < 192:
                n, at = one, at + 2
            elif one < 224:
                n, at = (one - 192 << 8) + data[at + 2] + 192, at + 3
            else:
                n, at = struct.unpack_from(">I", data, at + 2)[0], at + 6
        else:
            tag, size = first >> 2 & 0xf, 1 << (first & 3)
            n, at = int.from_bytes(data[at + 1:at + 1 + size], "big"), at + 1 + size
        yield tag, data[at:at + n]
        at += n


def number(data, at):
    """A multiprecision integer, and where it ends."""
    n = (struct.unpack_from(">H", data, at)[0] + 7) // 8
    return data[at + 2:at + 2 + n], at + 2 + n


def behind_public_part(body):
    """Of a key on a curve: version 4, time, algorithm, curve, point, and for ECDH the parameters."""
    assert body[0] == 4 and body[5] in (18, 22), "a key on a curve"
    at = 7 + body[6]
    _, at = number(body, at)
    return at + 1 + body[at] if body[5] == 18 else at


def key_of(passphrase, name, salt, coded, size):
    count = (16 + (coded & 15)) << ((coded >> 4) + 6)
    data = salt + passphrase.encode()
    count = max(count, len(data))
    made, n_zeros = b"", 0
    while len(made) < size:
        made += hashlib.new(name, bytes(n_zeros) + (data * (count // len(data) + 1))[:count]).digest()
        n_zeros += 1
    return made[:size]


def decrypt(cipher, key, iv, data):
    done = subprocess.run(["openssl", "enc", "-d", f"-{cipher}", "-K", key.hex(), "-iv", iv.hex(), "-nopad"],
                          input=data, check=True, capture_output=True, timeout=60)
    return done.stdout


def secret_number(body, passphrase):
    at = behind_public_part(body)
    usage, cipher, kind, hashed = body[at:at + 4]
    assert (usage, kind) == (SHA1_BEHIND, ITERATED)
    salt, coded = body[at + 4:at + 12], body[at + 12]
    iv, sealed = body[at + 13:at + 29], body[at + 29:]
    name, size = CIPHERS[cipher]
    opened = decrypt(name, key_of(passphrase, HASHES[hashed], salt, coded, size), iv, sealed)
    assert hashlib.sha1(opened[:-20]).digest() == opened[-20:], "the passphrase is another one"
    return number(opened, 0)[0].rjust(32, b"\0")


def secret_numbers(armored, passphrase):
    """Of the key and its subkeys, 32 bytes each."""
    return [secret_number(body, passphrase) for tag, body in packets(dearmor(armored)) if tag in (SECRET_KEY, SECRET_SUBKEY)]
