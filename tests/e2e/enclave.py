"""An app whose page has the enclave, and the page, spoken by an endpoint that shares no code with ours: for the tests of
the whole stack."""

import contextlib
import ctypes
import hashlib
import os
import pathlib
import select
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "conformance"))
import page  # noqa: E402

wire, sodium = page.wire, page.wire.sodium
ROOT = pathlib.Path(os.environ.get("TB_ROOT", TESTS.parent / "build/root")).resolve()
APP_ID = "com.example.enclave"
PERMISSIONS = '"enclave:default", "enclave:vault", "enclave:manage"'
SECRET, SECRET_ANSWER = 75, 76
MIB = 1 << 20
CALL_S = 90  # the stretching of a hash, where everybody else is stretching, too


class Refused(Exception):
    """`code` of the bridge, and `REASON: text` taken apart."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error.get('message', '')}")
        self.code = error["code"]
        self.reason, _, self.text = error.get("message", "").partition(": ")


@contextlib.contextmanager
def refused(reason, code=None):
    """Expects that reason."""
    try:
        yield
    except Refused as error:
        assert error.reason == reason, error
        assert code is None or error.code == code, error
        return
    raise AssertionError(f"went well, and should be refused with {reason}")


def until(condition, what, seconds=page.world.SECONDS):
    """Polls for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not come true: {what}"
        select.select([], [], [], 0.02)


def hash_of(passphrase):
    """For tests in which no host asks for the passphrase: the enclave takes any 32 bytes."""
    return hashlib.blake2b(passphrase.encode(), digest_size=32).digest()


def real_hash(passphrase, salt):
    """What the page makes of a passphrase."""
    made, data = ctypes.create_string_buffer(32), passphrase.encode()
    assert salt["algorithm"] == "argon2id" and salt["lanes"] == 1
    assert sodium.crypto_pwhash(made, ctypes.c_ulonglong(32), data, ctypes.c_ulonglong(len(data)), bytes.fromhex(salt["salt"]),
                                ctypes.c_ulonglong(salt["passes"]), ctypes.c_size_t(salt["memory_kib"] * 1024), 2) == 0
    return made.raw


def seal_secret(passphrase, key):
    """A passphrase as a host sends it: padded to 256 bytes, for whoever has the secret half of the key."""
    data = passphrase.encode()
    padded = data + b"\x80" + bytes(-(len(data) + 1) % 256)
    sealed = ctypes.create_string_buffer(len(padded) + 48)
    assert sodium.crypto_box_seal(sealed, padded, ctypes.c_ulonglong(len(padded)), key) == 0
    return sealed.raw


class App:
    """A folder with a manifest and one capability for each label in `permissions`."""

    def __init__(self, folder, manifest="", **permissions):
        self.app, self.home = folder / "app", folder / "home"
        (self.app / "capabilities").mkdir(parents=True)
        self.home.mkdir()
        (self.app / "trollbridge.toml").write_text(f'[app]\nid = "{APP_ID}"\nname = "Enclave"\n{manifest}\n')
        for label, text in (permissions or {"main": PERMISSIONS}).items():
            (self.app / f"capabilities/{label}.toml").write_text(
                f'identifier = "{label}"\nwindows = ["{label}"]\npermissions = [{text}]\n')
        self.state = self.home / f"state/trollbridge/{APP_ID}/plugins/enclave"
        self.log = self.home / f"state/trollbridge/{APP_ID}/audit.jsonl"
        self.hosts = []

    def start(self):
        self.hosts.append(page.world.Host(str(ROOT), self.app, str(self.home)))
        return self.hosts[-1]

    def errors(self):
        return (self.home / "stderr").read_text()

    def stop(self):
        for host in self.hosts:
            host.close()


class Enclave:
    """A page with the commands of the enclave."""

    def __init__(self, host, label="main", document=1):
        self.host, self.view, self.channels = host, page.Page(host, label, document=document), 0
        self.patience = CALL_S

    def close(self):
        self.view.close()

    # ---- calls ----

    def start(self, command, args=None, body=None, rest=None, each=65536):
        return self.view.start(f"plugin:enclave|{command}", args or {}, body, rest, each)

    def start_open(self, command, args, body, rest):
        """A call of whose body only the beginning is sent, until view.go_on."""
        go_on, self.view.go_on = self.view.go_on, lambda call: None
        try:
            return self.start(command, args, body, rest)
        finally:
            self.view.go_on = go_on

    def finish(self, call):
        while call.reply is None:
            self.view.heed(*self.view.link.receive(self.patience))
        message = call.reply[0]
        if "error" in message:
            raise Refused(message["error"])
        return call.result()["value"]

    def call(self, command, body=None, **args):
        if body is not None and len(body) > 65536:
            return self.finish(self.start(command, args, body[:65536], body[65536:]))
        return self.finish(self.start(command, args, body))

    def through(self, command, body=None, **args):
        """The result and the bytes that came through a channel."""
        self.channels += 1
        args["output"] = f"__CHANNEL__:{self.channels}"
        first, rest = (body, None) if body is None or len(body) <= 65536 else (body[:65536], body[65536:])
        call = self.start(command, args, first, rest)
        result = self.finish(call)
        assert all(channel == self.channels for channel, _ in call.messages)
        data = b"".join(part for _, part in call.messages)
        assert result["bytes"] == len(data) and not {"data", "armored"} & result.keys()
        return result, data

    # ---- prompts ----

    def prompted(self, seconds=page.world.SECONDS):
        """The next prompt for a passphrase."""
        while True:
            kind, _, body = self.host.control.receive(seconds)
            if kind == SECRET:
                return wire.unpack(body)

    def answer(self, prompt, passphrase):
        """None dismisses it."""
        sealed = {} if passphrase is None else {"sealed": seal_secret(passphrase, prompt["key"])}
        self.host.control.send(wire.frame(SECRET_ANSWER, wire.pack({"id": prompt["id"], **sealed})))

    def call_with(self, passphrases, command, body=None, **args):
        """A call, and one answer after the other; returns the prompts too."""
        call = self.start(command, args, body)
        prompts = []
        for passphrase in passphrases:
            prompts.append(self.prompted())
            self.answer(prompts[-1], passphrase)
        return prompts, self.finish(call)

    # ---- keys ----

    def generate(self, user_id="Beowulf <beowulf@example.org>", passphrase="hwaet", **args):
        ticket = self.call("new_salt")
        return self.call("generate_key", user_id=user_id, ticket=ticket["ticket"], hash=hash_of(passphrase), **args)

    def unlock(self, key, passphrase="hwaet", **args):
        return self.call("unlock", key=key["fingerprint"], hash=hash_of(passphrase), **args)["seconds"]

    def keys(self):
        return {key["fingerprint"]: key for key in self.call("list_keys")["keys"]}

    def until_locked(self, key):
        until(lambda: not self.keys()[key["fingerprint"]]["unlocked"], "the key is locked again")


# ---- other programs ----

class Gpg:
    """gpg with a home of its own."""

    def __init__(self, folder):
        self.home = folder / "gnupg"
        self.home.mkdir(mode=0o700)

    def run(self, *arguments, **options):
        command = ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--no-tty", "--trust-model", "always",
                   "--pinentry-mode", "loopback", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, timeout=60, **options).stdout

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False)


def sq(*arguments, **options):
    return subprocess.run(["sq", *map(str, arguments)], check=True, capture_output=True, timeout=60, **options).stdout
