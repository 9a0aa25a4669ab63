"""Three implementations of OpenPGP over files: the enclave's library, gpg and sq, each with keys of its own."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import tempfile
import time

import tree

TOOL = pathlib.Path(os.environ.get("TB_PGP_TOOL", tree.ROOT.parent / "tests/enclave/pgp_tool")).resolve()
PATIENCE_S = 60
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def run(*args, ok=True, data=b"", home=None):
    environment = dict(ENVIRONMENT, HOME=str(home or "/nonexistent"))
    done = subprocess.run([str(a) for a in args], input=data, capture_output=True, timeout=PATIENCE_S, env=environment,
                          check=False)
    assert not ok or done.returncode == 0, (args, done.stdout, done.stderr)
    return done


class Answer:
    """What pgp_tool says: the word of the result, then facts."""

    def __init__(self, done):
        assert done.stderr == b"", done.stderr
        lines = done.stdout.decode().splitlines()
        self.word = lines[0]
        self.facts = [line.split(" ", 1) for line in lines[1:]]

    def all(self, name):
        return [fact[1] if len(fact) > 1 else "" for fact in self.facts if fact[0] == name]

    def one(self, name):
        (fact,) = self.all(name)
        return fact


def tool(*args):
    return Answer(run(TOOL, *args, ok=False))


def tool_ok(*args):
    answer = tool(*args)
    assert answer.word == "ok", (args, answer.word)
    return answer


class Gpg:
    """gpg with a keyring of its own, under a short path: its sockets are there too."""

    def __init__(self, folder):
        self.home = folder
        folder.mkdir(mode=0o700)

    def __call__(self, *args, ok=True, data=b"", passphrase=None):
        options = ["--batch", "--yes", "--no-tty", "--homedir", self.home, "--trust-model", "always", "--pinentry-mode",
                   "loopback", "--passphrase", passphrase or ""]
        return run("gpg", *options, *args, ok=ok, data=data, home=self.home)

    def make(self, name, passphrase=None, expires="never"):
        self("--quick-gen-key", name, "future-default", "default", expires, passphrase=passphrase)
        return self.fingerprint(name)

    def fingerprint(self, name):
        lines = self("--with-colons", "--list-keys", name).stdout.decode().splitlines()
        return next(line.split(":")[9] for line in lines if line.startswith("fpr:"))

    def fields(self, name, kind="pub"):
        lines = self("--with-colons", "--list-keys", name).stdout.decode().splitlines()
        return next(line.split(":") for line in lines if line.startswith(kind + ":"))

    def status(self, *args, data=b"", ok=True):
        done = self("--status-fd", "2", *args, data=data, ok=ok)
        words = [line.split()[1] for line in done.stderr.decode().splitlines() if line.startswith("[GNUPG:] ")]
        return done.stdout, words

    def change_passphrase(self, fingerprint, old, new):
        """Asked for on a descriptor: the option --passphrase is one for both."""
        run("gpg", "--no-tty", "--homedir", self.home, "--command-fd", "0", "--pinentry-mode", "loopback", "--passwd", fingerprint,
            data=f"{old}\n{new}\n".encode(), home=self.home)

    def end(self):
        """Once the agent is gone: it removes its sockets as it ends, which is after it has answered."""
        run("gpgconf", "--homedir", self.home, "--kill", "all", ok=False, home=self.home)
        tree.until(lambda: not list(self.home.glob("S.*")), "the agent has ended")


def sq(*args, ok=True, data=b""):
    return run("sq", *args, ok=ok, data=data)


def sq_asked(args, answers):
    """sq asks for passphrases on its terminal alone."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve("/usr/bin/sq", ["sq", *[str(a) for a in args]], ENVIRONMENT)
    said, left, deadline = b"", list(answers), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not part:
            break
        said += part
        if left and said.rstrip().endswith(b":"):
            os.write(terminal, left.pop(0).encode() + b"\n")
            said = b""
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 and not left, (args, said, left)


class Lab:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tbg-"))
        self.gpg = Gpg(self.folder / "g")
        self.count = 0

    def path(self, data=None):
        self.count += 1
        path = self.folder / f"f{self.count}"
        if data is not None:
            path.write_bytes(data)
        return path

    def place(self):
        path = self.path()
        path.mkdir()
        return path

    def ours(self, name="Ann <ann@example.org>", algorithm="ed25519", expires=0):
        """A folder with our key, which gpg knows too."""
        place = self.place()
        answer = tool_ok("generate", algorithm, name, expires, place)
        self.gpg("--import", place / "certificate")
        return place, answer.one("fingerprint")

    def of_gpg(self, name="Gil <gil@example.org>", **options):
        """The fingerprint and the certificate, as the enclave reads it."""
        fingerprint = self.gpg.make(name, **options)
        return fingerprint, self.adopt(self.gpg("--armor", "--export", fingerprint).stdout)

    def of_sq(self, *options, name="Sue <sue@example.org>"):
        """The secret key, its revocation, and the certificate as the enclave reads it."""
        key, revocation = self.path(), self.path()
        sq("key", "generate", "-u", name, "-e", key, "--rev-cert", revocation, *options)
        return key, revocation, self.adopt(sq("key", "extract-cert", key).stdout)

    def adopt(self, certificate):
        place = self.place()
        tool_ok("keys", self.path(certificate), place)
        return place / "0"

    def end(self):
        self.gpg.end()
        shutil.rmtree(self.folder)
