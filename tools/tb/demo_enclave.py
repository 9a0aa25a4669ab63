"""The part of the demo about keys: examples/vault without its page, and gpg as the other side."""

import ctypes
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/e2e"))
import gpg_home  # noqa: E402

PASSPHRASE = b"three goats, one bridge"
NOTE = "I owe Beowulf three goats.\n"
ARGON2ID13 = 2


def hashed(passphrase, salt):
    """As the page hashes it."""
    out = ctypes.create_string_buffer(32)
    failed = ctypes.CDLL("libsodium.so.23").crypto_pwhash(
        out, ctypes.c_ulonglong(32), passphrase, ctypes.c_ulonglong(len(passphrase)), bytes.fromhex(salt["salt"]),
        ctypes.c_ulonglong(salt["passes"]), ctypes.c_size_t(salt["memory_kib"] * 1024), ARGON2ID13)
    assert not failed, "not enough memory to hash a passphrase"
    return list(out.raw)


class Keys:
    """The page's side of the enclave. `row(ok, what, outcome, layer)` tells of each step."""

    def __init__(self, host, row):
        self.host, self.row, self.key = host, row, None

    def call(self, command, answer="once", **args):
        """(the value, "") or (None, why not). A person who is asked says `answer`."""
        call = self.host.start(command=f"plugin:enclave|{command}", args=args)
        line = self.host.wait(lambda line: line.get("id") == call or "ask" in line)
        if "ask" in line:
            self.host.say("answer", line["ask"], answer)
            line = self.host.answer(call)
        if "error" in line:
            code, message = line["error"]["code"], line["error"]["message"]
            return None, f"{code} ({message.partition(':')[0]})" if ": " in message else code
        return line.get("value"), ""

    def allowed(self, what, command, outcome="allowed", **args):
        value, error = self.call(command, **args)
        self.row(not error, what, outcome if not error else error)
        return value or {}

    def refused(self, what, command, why, layer, **args):
        _, error = self.call(command, **args)
        self.row(why in (error, error.partition("(")[2].rstrip(")")), what, f"refused: {error or 'NOTHING'}", layer)

    def hash(self, passphrase):
        return hashed(passphrase, self.call("salt", key=self.key)[0])

    def make(self):
        salt = self.call("new_salt")[0]
        args = {"user_id": "Hilde <hilde@example.org>", "ticket": salt["ticket"], "hash": hashed(PASSPHRASE, salt)}
        made = self.allowed("make a key; its passphrase does not cross", "generate_key", **args)
        self.key = made["fingerprint"]
        return made["public_key"]

    def sign(self):
        """What is signed after a yes; a no is for all signatures of the next half minute."""
        args = {"key": self.key, "mode": "cleartext", "text": NOTE, "purpose": "a debt"}
        signed = self.allowed("sign, and the person who is asked agrees", "sign", **args)["armored"]
        self.refused("sign, and the person says no", "sign", "ask_denied", "a person", answer="dismissed", **args)
        return signed

    def signature_of(self, armored):
        verdict = self.call("verify", text=armored)[0]
        return verdict["valid"], verdict["signatures"][0]["status"]


def check_with_gpg(public_key, signed, row):
    with gpg_home.Gpg() as gpg:
        gpg.take(public_key)
        out, words = gpg.status("--decrypt", given=signed)
    row("GOODSIG" in words and out.decode().strip() == NOTE.strip(), "gpg --decrypt of what was signed",
        "GOODSIG" if "GOODSIG" in words else "NO GOODSIG", "gpg")


def show(host, log, row):
    """`host`: of the example, with its view open."""
    keys = Keys(host, row)
    public_key = keys.make()
    wrong = keys.hash(b"two goats")
    keys.refused("unlock it with another passphrase", "unlock", "wrong-passphrase", "the enclave", key=keys.key, hash=wrong)
    keys.refused("sign while it is locked", "sign", "locked", "the enclave", key=keys.key, mode="cleartext", text=NOTE)
    keys.allowed("unlock it", "unlock", key=keys.key, hash=keys.hash(PASSPHRASE), purpose="a debt")
    signed = keys.sign()
    row(keys.signature_of(signed) == (True, "valid"), "verify it", "valid")
    row(keys.signature_of(signed.replace("three", "seven")) == (False, "bad"), "verify it with another number of goats", "bad", "the enclave: not valid")
    check_with_gpg(public_key, signed, row)
    keys.allowed("keep a password in the vault", "vault_put", key=keys.key, name="passwords/mail", text="mead-hall")
    keys.refused("keep something else there", "vault_put", "scope", "the enclave: passwords/*", key=keys.key, name="diary", text="")
    text = log.read_text()
    row(keys.key in text and "three goats" not in text and "mead-hall" not in text, "the log has the key's fingerprint",
        "no passphrase, note or password")
