"""docs/keystore.md, followed by a second hand: nothing here is libsodium's or the keystore's. The vectors are taken apart and
opened, and made anew from their inputs, byte for byte. Argon2id alone is taken from the inputs: `kek` and the backup's `key`."""

import hashlib
import json
import struct

import pytest

import tree

VECTORS = tree.TOP / "keystore/vectors/1"
INPUTS = json.loads((VECTORS / "inputs.json").read_text())
APP, FPR = INPUTS["app"].encode(), INPUTS["fingerprint"].encode()
OWN, VAULT_KEY = bytes.fromhex(INPUTS["own"]), bytes.fromhex(INPUTS["vault_key"])
NAME, VALUE = INPUTS["value_name"].encode(), INPUTS["value"].encode()


# ---- ChaCha20-Poly1305 ----

def rotate(x, n):
    return (x << n | x >> 32 - n) & 0xFFFFFFFF


def rounds(state):
    s = list(state)
    for _ in range(10):
        for a, b, c, d in [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]:
            s[a] = s[a] + s[b] & 0xFFFFFFFF
            s[d] = rotate(s[d] ^ s[a], 16)
            s[c] = s[c] + s[d] & 0xFFFFFFFF
            s[b] = rotate(s[b] ^ s[c], 12)
            s[a] = s[a] + s[b] & 0xFFFFFFFF
            s[d] = rotate(s[d] ^ s[a], 8)
            s[c] = s[c] + s[d] & 0xFFFFFFFF
            s[b] = rotate(s[b] ^ s[c], 7)
    return s


def start(key, tail):
    return [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), *struct.unpack("<4I", tail)]


def block(key, counter, nonce):
    state = start(key, struct.pack("<I", counter) + nonce)
    return struct.pack("<16I", *(x + y & 0xFFFFFFFF for x, y in zip(state, rounds(state))))


def stream(key, counter, nonce, data):
    out = bytearray()
    for i in range(0, len(data), 64):
        out += bytes(x ^ y for x, y in zip(data[i:i + 64], block(key, counter + i // 64, nonce)))
    return bytes(out)


def hchacha(key, nonce):
    s = rounds(start(key, nonce))
    return struct.pack("<8I", *s[:4], *s[12:])


def poly1305(key, data):
    r, s = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(key[16:], "little")
    total = 0
    for i in range(0, len(data), 16):
        total = (total + int.from_bytes(data[i:i + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return (total + s & (1 << 128) - 1).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def tag(key, nonce, head, box):
    lengths = struct.pack("<QQ", len(head), len(box))
    return poly1305(block(key, 0, nonce)[:32], padded(head) + padded(box) + lengths)


def seal(key, nonce, head, text):
    key, nonce = hchacha(key, nonce[:16]), bytes(4) + nonce[16:]
    box = stream(key, 1, nonce, text)
    return box + tag(key, nonce, head, box)


# ---- the format ----

def lp(data):
    return struct.pack("<I", len(data)) + data


def keyed(key, *texts):
    return hashlib.blake2b(b"".join(map(lp, texts)), key=key, digest_size=32).digest()


FILES, NAMES, VALUES = (keyed(OWN, b"trollbridge enclave " + use) for use in [b"files", b"names", b"values"])


def string16(data):
    return struct.pack("<H", len(data)) + data


def head(kind, name, n_payload):
    return f"trollbridge enclave {kind} 1\n".encode() + string16(APP) + string16(name.encode()) + struct.pack("<I", n_payload)


def sealed(kind, name, payload):
    data = head(kind, name, len(payload)) + payload
    return data + hashlib.blake2b(data, key=FILES, digest_size=32).digest()


def key_file():
    text = INPUTS["inner_passphrase"].encode() + VAULT_KEY + INPUTS["secret_key"].encode()
    fields = bytes.fromhex(INPUTS["client_salt"]) + struct.pack("<3I", *INPUTS["client"]) + bytes.fromhex(INPUTS["salt"])
    fields += struct.pack("<2I", *INPUTS["cost"]) + bytes.fromhex(INPUTS["nonce"])
    name = "keys/" + FPR.decode()
    bound = head("key", name, len(fields) + len(text) + 16) + fields
    return sealed("key", name, fields + seal(bytes.fromhex(INPUTS["kek"]), bytes.fromhex(INPUTS["nonce"]), bound, text))


def value_name():
    return "vault/" + keyed(NAMES, FPR, NAME).hex()


def value_file():
    inner, outer = bytes.fromhex(INPUTS["inner_nonce"]), bytes.fromhex(INPUTS["outer_nonce"])
    text = FPR + string16(NAME) + inner
    text += seal(keyed(VAULT_KEY, b"trollbridge enclave vault value"), inner, lp(APP) + lp(FPR) + lp(NAME), VALUE)
    return sealed("value", value_name(), outer + seal(VALUES, outer, head("value", value_name(), 24 + len(text) + 16), text))


EXPECTED = {
    "secret": sealed("secret", "secret", OWN),
    "keys/" + FPR.decode(): key_file(),
    "public/" + FPR.decode(): sealed("certificate", "public/" + FPR.decode(), bytes([INPUTS["trust"]]) + INPUTS["certificate"].encode()),
    value_name(): value_file(),
    "attempts/" + FPR.decode(): sealed("attempts", "attempts/" + FPR.decode(),
                                       struct.pack("<IQ", INPUTS["attempts"]["failures"], INPUTS["attempts"]["last_s"])),
    "pending": sealed("pending", "pending", bytes([INPUTS["pending"]["what"]]) + INPUTS["pending"]["fingerprint"].encode()),
}


def test_the_cipher_is_the_published_one():
    """draft-irtf-cfrg-xchacha-03, A.3.1."""
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.")
    box = seal(bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), text)
    assert box.hex().startswith("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb")
    assert box.hex().endswith("c0875924c1c7987947deafd8780acf49")


def test_the_vectors_are_all_that_is_there():
    found = {str(p.relative_to(VECTORS)) for p in VECTORS.rglob("*") if p.is_file()}
    assert found == {*EXPECTED, "backup", "inputs.json"}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_file_is_what_the_text_says(name):
    assert (VECTORS / name).read_bytes() == EXPECTED[name]


def test_the_backup_holds_the_files():
    """secretstream: one stream of keys and nonces; each message begins with its tag in a block of its own."""
    data = (VECTORS / "backup").read_bytes()
    begin = b"trollbridge enclave backup 1\n" + string16(APP)
    assert data.startswith(begin)
    n_head = len(begin) + 16 + 8 + 24
    bound, header = data[:n_head], data[n_head - 24:n_head]
    assert struct.unpack("<2I", data[n_head - 32:n_head - 24]) == tuple(INPUTS["cost"])
    key = hchacha(bytes.fromhex(INPUTS["backup"]["key"]), header[:16])
    counter, inonce = 1, header[16:]
    at, last, found = n_head, 0, {}
    while last != 3:
        (n,) = struct.unpack_from("<I", data, at)
        message = data[at + 4:at + 4 + n]
        at += 4 + n
        nonce = struct.pack("<I", counter) + inonce
        first = stream(key, 1, nonce, message[:1] + bytes(63))
        last, box, mac = first[0], message[1:-16], message[-16:]
        body = padded(bound) + message[:1] + first[1:] + box + bytes((16 - 64 + len(box)) % 16)
        assert mac == poly1305(block(key, 0, nonce)[:32], body + struct.pack("<QQ", len(bound), 64 + len(box)))
        text = stream(key, 2, nonce, box)
        inonce = bytes(x ^ y for x, y in zip(inonce, mac))
        counter += 1
        if last == 0:
            (n_name,) = struct.unpack_from("<H", text)
            found[text[2:2 + n_name].decode()] = text[2 + n_name:]
    assert at == len(data)
    assert list(found) == ["secret", "keys/" + FPR.decode(), "public/" + FPR.decode(), value_name()]
    for name, text in found.items():
        assert text == EXPECTED[name]
