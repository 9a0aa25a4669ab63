"""Secret keys of gpg's go in and out of the enclave by `trollbridge call`: what a person at the terminal is asked, and a script says."""

import json
import subprocess

import pytest

import tree
from own_terminal import Terminal

IMPORT, EXPORT = "plugin:enclave|import_key", "plugin:enclave|export_key"
PERMISSIONS = '"enclave:default", "enclave:manage"'
REAL = "correct hörse"
USER = "Ada <ada@example.org>"


class Gpg:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o700)

    def run(self, *words, passphrase=REAL, **options):
        options = {"stdin": subprocess.DEVNULL} | options
        return subprocess.run(["gpg", "--batch", "--homedir", self.folder, "--pinentry-mode", "loopback", "--passphrase", passphrase, *words],
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options).stdout

    def stop(self):
        subprocess.run(["gpgconf", "--homedir", self.folder, "--kill", "all"], check=True)


@pytest.fixture
def gpg(app):
    made = Gpg(app.folder / "gpg")
    yield made
    made.stop()


@pytest.fixture
def key_file(gpg, app):
    """key_file(passphrase): a file with a new secret key of gpg's, and its fingerprint."""
    def make(passphrase=REAL):
        gpg.run("--quick-generate-key", USER, "ed25519", "sign", "1y", passphrase=passphrase)
        listed = gpg.run("--with-colons", "--list-secret-keys").decode()
        file = app.folder / "key.asc"
        file.write_bytes(gpg.run("--armor", "--export-secret-keys", passphrase=passphrase))
        return file, next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    return make


@pytest.fixture
def vault(app):
    (app.path / "capabilities/enclave.toml").write_text(f'identifier = "enclave"\nwindows = ["main"]\npermissions = [{PERMISSIONS}]\n')
    with tree.leaves_nothing():
        yield app


def passphrase_file(app, text):
    file = app.folder / "passphrase"
    file.write_text(text + "\n")
    file.chmod(0o600)
    return file


def scripted(app, command, text, *words):
    """(exit status, stdout, stderr) of a call with this passphrase in a file."""
    result = app.run("call", app.path, command, *words, "--passphrase-file", passphrase_file(app, text))
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def typed(app, *words, passphrases):
    with Terminal(app, *words) as made:
        shown = ""
        for prompt, passphrase in passphrases:
            shown += made.until(prompt)
            made.type(passphrase + "\n")
        return (*made.end(), shown)


def test_a_person_imports_and_exports(vault, key_file, gpg):
    file, fingerprint = key_file()
    status, out, told, shown = typed(vault, IMPORT, "--raw", str(file), passphrases=[("Passphrase: ", REAL)])
    assert (status, told) == (0, "") and json.loads(out)["fingerprint"] == fingerprint
    assert "A plugin of the app asks for a passphrase:" in shown and fingerprint in shown and USER in shown and "  plugin   enclave" in shown
    args = json.dumps({"key": fingerprint})
    status, out, told, shown = typed(vault, EXPORT, args, passphrases=[("Passphrase: ", "wrong"), ("Passphrase: ", REAL)])
    assert (status, told) == (0, "") and shown.count(fingerprint) == 2 and "That was not it." in shown
    gpg.run("--yes", "--delete-secret-and-public-key", fingerprint)
    gpg.run("--import", input=json.loads(out)["armored"].encode(), stdin=None)
    assert b"BEGIN PGP SIGNED MESSAGE" in gpg.run("--clearsign", "--local-user", fingerprint, input=b"Hwaet!\n", stdin=None)
    log = vault.log.read_text()
    assert REAL not in log and "BEGIN PGP" not in log


def test_an_unprotected_key_gets_a_new_one(vault, key_file):
    file, fingerprint = key_file("")
    status, out, told, shown = typed(vault, IMPORT, "--raw", str(file),
                                     passphrases=[("Passphrase: ", "new"), ("Passphrase, again: ", "new")])
    assert (status, told) == (0, "") and "asks for a new passphrase" in shown and json.loads(out)["fingerprint"] == fingerprint
    status, out, _ = scripted(vault, EXPORT, "new", json.dumps({"key": fingerprint}))
    assert status == 0 and "BEGIN PGP PRIVATE KEY BLOCK" in out


def test_a_wrong_one_is_asked_for_three_times(vault, key_file):
    file, _ = key_file()
    status, out, told, _ = typed(vault, IMPORT, "--raw", str(file), passphrases=[("Passphrase: ", "wrong")] * 3)
    assert (status, out) == (1, "") and told.startswith(f"trollbridge: denied: {IMPORT}: wrong-passphrase: ")


def test_who_gives_none(vault, key_file):
    file, _ = key_file()
    status, out, told, _ = typed(vault, IMPORT, "--raw", str(file), passphrases=[("Passphrase: ", "\x04")])
    assert (status, out) == (1, "") and told.startswith(f"trollbridge: denied: {IMPORT}: dismissed: ")


def test_a_script_that_has_it_wrong_tries_once(vault, key_file):
    """And is told of the wait, from the fourth time on, before anything is tried."""
    file, fingerprint = key_file()
    assert scripted(vault, IMPORT, REAL, "--raw", file)[0] == 0
    args = json.dumps({"key": fingerprint})
    for _ in range(3):
        status, _, told = scripted(vault, EXPORT, "wrong", args)
        assert status == 1 and f"denied: {EXPORT}: wrong-passphrase: " in told and "That was not it." in told
    n = 4
    while "wrong-passphrase" in (told := scripted(vault, EXPORT, "wrong", args)[2]):
        n += 1  # where an attempt takes longer than the wait, which is twice as long after the next
    assert f"denied: {EXPORT}: wait: {n} attempts failed" in told
    asked = [record["reason"] for record in vault.records() if record["event"] == "ask" and "That was not it" in record["reason"]]
    assert len(asked) == 2 * (n - 1)  # twice a record for each; the last was not asked again
