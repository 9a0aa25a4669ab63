"""While keys are unlocked nothing of them, of passphrases, of what is in the vault or was decrypted, is in any process but
the enclave and the page, in a file or in the log. The scan is shown to find what is there on purpose. Needs root."""

import contextlib
import os
import secrets as random
import shutil
import subprocess

import pytest

import enclave
import memory_scan
import secret_key
import tree
from memory_scan import Secrets

ASK, ANSWER, ASK_OVER = 72, 73, 74
ROLES = {"supervisor", "broker", "scribe", "hook"}
HOOK_MARK = "a mark for the hook: " + random.token_hex(12)
HOOK = f"""
const mark = {HOOK_MARK!r};
export function onRequest({{args}}) {{ return mark ? args : {{}}; }}
"""
MANIFEST = """
[audit]
args = "full"
[hook]
file = "isolation.js"
commands = ["plugin:path|*", "plugin:app|*", "plugin:fs|*"]
[commands."plugin:enclave|verify"]
ask = true
"""


class Tree:
    """The app, a page with an unlocked key, and its hook at work."""

    def __init__(self, folder):
        self.folder = folder
        permissions = enclave.PERMISSIONS + ', "fs:allow-exists", { identifier = "fs:scope", allow = [{ path = "$RESOURCE/*" }] }'
        self.app = enclave.App(folder, MANIFEST, main=permissions)
        (self.app.app / "isolation.js").write_text(HOOK)
        (self.app.app / "here.txt").write_text("here")
        self.host = self.app.start()
        self.page = enclave.Enclave(self.host)
        self.wake_hook()

    def wake_hook(self):
        """It ends when it is not asked for a while."""
        call = self.page.view.start("plugin:fs|exists", {"path": str(self.app.app / "here.txt")})
        assert self.page.finish(call) is True

    def processes(self):
        """pid: role."""
        everything = {self.host.pid: "supervisor"} | tree.descendants(self.host.pid)
        assert ROLES <= set(everything.values()) <= ROLES | {"enclave", "fs"}, everything
        return {pid: role for pid, role in everything.items() if role in ROLES}

    def scan(self, secrets):
        """{role: what was found}, and `files`."""
        found = {role: memory_scan.scan_process(pid, role, secrets) for pid, role in self.processes().items()}
        return found | {"files": memory_scan.scan_folders([self.app.app, self.app.home], secrets)}


@pytest.fixture
def running(tmp_path):
    tree.needs_root()
    running = Tree(tmp_path)
    yield running
    running.app.stop()


def nothing(found):
    few = {role: places[:4] for role, places in found.items() if places}
    assert not few, few


def mark():
    text = "a planted mark " + random.token_hex(16)
    return text, Secrets().add_text("the mark", text)


# ---- what is there is found ----

def test_the_scan_finds_what_a_prompt_is_about_in_the_broker(running):
    text, wanted = mark()
    nothing(running.scan(wanted))
    call = running.page.start("verify", {"text": text})
    prompt = until_asked(running.host)
    assert prompt["args"]["text"] == "(secret)"  # the person is shown none of it; the broker holds the call
    found = running.scan(wanted)
    assert found.pop("broker")
    nothing(found)
    say(running.host, prompt, "dismissed")
    with enclave.refused("a person said no", "ask_denied"):
        running.page.finish(call)
    running.wake_hook()
    nothing(running.scan(wanted))  # and what was there is gone


def test_the_scan_finds_what_is_recorded_in_scribe_and_log(running):
    text, wanted = mark()
    with enclave.refused("no-such-key"):
        running.page.call("sign", key="0" * 40, mode="inline", text="x", purpose=text)
    found = running.scan(wanted)
    assert found["scribe"] and any("audit.jsonl" in where for where, _ in found["files"])


def test_the_scan_finds_the_text_of_the_hook(running):
    found = running.scan(Secrets().add_text("the mark", HOOK_MARK))
    assert found["hook"] and any("isolation.js" in where for where, _ in found["files"])


def test_the_scan_finds_the_arguments_of_the_supervisor(running):
    found = running.scan(Secrets().add_text("the folder", str(running.app.home)))
    assert found["supervisor"]


def test_the_scan_finds_each_form_and_place():
    """In another program: on its stack, and in a memory file that it has not mapped."""
    tree.needs_root()
    raw, words = random.token_bytes(32), "seventeen words of a passphrase"
    wanted = Secrets().add_bytes("it", raw).add_text("words", words)
    fd = os.memfd_create("not mapped")
    os.pwrite(fd, raw[::-1] + words.encode("utf-16-le") + raw[16:], 1 << 20)
    process = subprocess.Popen(["sh", "-c", "echo here; read line"], env={"A": raw.hex(), "B": words}, pass_fds=[fd],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"here\n"
        found = {name for _, name in memory_scan.scan_process(process.pid, "sh", wanted)}
    finally:
        process.kill()
        process.communicate()
        os.close(fd)
    assert found == {"it in hex", "words", "it backwards", "words in UTF-16", "second half of it"}


# ---- what must not be there is not ----

def until_asked(host):
    while True:
        kind, _, body = host.control.receive()
        if kind == ASK:
            return enclave.wire.unpack(body)


def say(host, prompt, answer):
    host.control.send(enclave.wire.frame(ANSWER, enclave.wire.pack({"id": prompt["id"], "answer": answer})))


class Person:
    """A passphrase, and all that comes of it."""

    def __init__(self, page):
        self.page = page
        self.passphrase = "pass phrase " + random.token_hex(16)
        self.hashes = []

    def hash(self, salt):
        self.hashes.append(enclave.real_hash(self.passphrase, salt))
        return self.hashes[-1]

    def generate(self):
        ticket = self.page.call("new_salt")
        self.key = self.page.call("generate_key", user_id="Hilde <hilde@example.org>", ticket=ticket["ticket"], hash=self.hash(ticket))
        self.fingerprint = self.key["fingerprint"]

    def unlock(self, as_numbers=False):
        made = self.hash(self.page.call("salt", key=self.fingerprint))
        self.page.call("unlock", key=self.fingerprint, hash=list(made) if as_numbers else made)

    def secrets(self):
        secrets = Secrets().add_text("the passphrase", self.passphrase)
        for n, made in enumerate(self.hashes):
            secrets.add_bytes(f"hash {n}", made)
        return secrets


def use(page, person, text, large):
    """Signs, encrypts, decrypts, and keeps what is small and what is large."""
    key = person.fingerprint
    page.call("sign", key=key, mode="detached", text=text)
    message = page.call("encrypt", to=[key], text=text)["armored"]
    assert page.call("decrypt", text=message)["data"] == text.encode()
    message = page.call("encrypt", to=[key], body=large, armor=False)["data"]
    result, data = page.through("decrypt", body=message)
    assert data == large and result["key"]
    assert page.call("decrypt", body=message)["data"] == large
    for name, value in (("small", text.encode()), ("large", large)):
        page.call("vault_put", key=key, name=f"{name} value", body=value)
        assert page.call("vault_get", key=key, name=f"{name} value")["data"] == value


def scalars(person, armored, secrets, name):
    """The secret numbers of the key and its subkey, as any OpenPGP program would have them."""
    numbers = secret_key.secret_numbers(armored, person.passphrase)
    assert len(numbers) == 2 and all(len(number) == 32 for number in numbers)
    for n, number in enumerate(numbers):
        secrets.add_bytes(f"secret number {n} of {name}", number)


def test_nothing_is_found_while_a_key_is_in_use(running):
    page, host = running.page, running.host
    person = Person(page)
    person.generate()
    person.unlock()
    person.unlock(as_numbers=True)
    text = "what nobody else is to read " + random.token_hex(16)
    large = random.token_bytes(32) * 9000
    use(page, person, text, large)
    prompts, exported = page.call_with([person.passphrase], "export_key", key=person.fingerprint)
    assert len(prompts) == 1
    wanted = person.secrets().add_text("the text", text).add_bytes("the large value", large[:32])
    scalars(person, exported["armored"], wanted, "a made key")
    running.wake_hook()
    assert page.keys()[person.fingerprint]["unlocked"]
    nothing(running.scan(wanted))
    page.call("lock")
    nothing(running.scan(wanted))


def test_nothing_is_found_of_a_key_that_was_imported(running, tmp_path):
    page = running.page
    person = Person(page)
    with contextlib.closing(enclave.Gpg(tmp_path)) as gpg:
        gpg.run("--passphrase", person.passphrase, "--quick-generate-key", "Wiglaf <wiglaf@example.org>", "future-default", "default", "1y")
        armored = gpg.run("--passphrase", person.passphrase, "--armor", "--export-secret-keys").decode()
    shutil.rmtree(tmp_path / "gnupg")
    _, key = page.call_with([person.passphrase], "import_key", text=armored)
    person.fingerprint = key["fingerprint"]
    person.unlock()
    text = "what nobody else is to read " + random.token_hex(16)
    page.call("vault_put", key=person.fingerprint, name="a value", text=text)
    wanted = person.secrets().add_text("the text", text)
    scalars(person, armored, wanted, "an imported key")
    running.wake_hook()
    nothing(running.scan(wanted))


def test_nothing_is_found_when_the_enclave_was_killed_in_the_middle(running):
    """What it had of its pool, and what waited for it, goes with it."""
    page = running.page
    person = Person(page)
    person.generate()
    person.unlock()
    large = random.token_bytes(32) * 9000
    page.call("vault_put", key=person.fingerprint, name="a value", body=large)
    [pid] = [pid for pid, role in tree.descendants(running.host.pid).items() if role == "enclave"]
    call = page.start("vault_get", {"key": person.fingerprint, "name": "a value"})
    tree.kill(pid)
    with contextlib.suppress(enclave.Refused):
        page.finish(call)
    wanted = person.secrets().add_bytes("the large value", large[:32])
    page.call("list_keys")  # another enclave
    running.wake_hook()
    nothing(running.scan(wanted))
