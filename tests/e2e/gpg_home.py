"""GnuPG with a home of its own: the other side of messages, as Debian ships it."""

import pathlib
import re
import shutil
import subprocess
import tempfile

SECONDS = 60


class Gpg:
    """Secret keys in it have no passphrase. No agent outlives the command that started it. `with` removes all."""

    def __enter__(self):
        # The path of the agent's socket must be short.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="tb-gpg-", dir="/tmp"))
        return self

    def __exit__(self, *failure):
        shutil.rmtree(self.home, ignore_errors=True)  # the agent takes its sockets with it as it ends

    def run(self, *words, given="", check=True, passphrase=""):
        command = ["gpg", "--homedir", self.home, "--batch", "--quiet", "--no-tty", "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", passphrase]
        given = given.encode() if isinstance(given, str) else given
        done = subprocess.run([*command, *map(str, words)], input=given, capture_output=True, timeout=SECONDS, check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=True, timeout=SECONDS)
        assert done.returncode == 0 or not check, done.stderr.decode()
        return done

    def person(self, user_id):
        """Makes a key and answers its fingerprint."""
        self.run("--quick-generate-key", user_id, "future-default", "default", "never")
        return self.fingerprint(user_id)

    def fingerprint(self, user_id):
        listed = self.run("--with-colons", "--list-keys", user_id).stdout.decode()
        return re.search(r"^fpr:+([0-9A-F]{40}):", listed, re.M).group(1)

    def public(self, fingerprint):
        return self.run("--armor", "--export", fingerprint).stdout.decode()

    def take(self, armored):
        self.run("--import", given=armored)

    def status(self, *words, given="", passphrase=""):
        """(what came out, the words of its status lines)"""
        done = self.run("--status-fd", 2, *words, given=given, check=False, passphrase=passphrase)
        return done.stdout, re.findall(r"^\[GNUPG:\] (\S+)", done.stderr.decode(errors="replace"), re.M)
