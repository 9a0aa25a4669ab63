"""Programs of a desktop, in the home of an app: each writes down how it was called."""

import os
import shlex
import time

SECONDS = 30
SCRIPT = """#!/bin/sh
printf '%s\\n' "$@" > {made}.part
mv {made}.part {made}
"""


class Desktop:
    def __init__(self, app):
        self.app = app
        self.share = app.home / "share/applications"
        self.share.mkdir(parents=True)

    def add(self, name, types=()):
        """A desktop entry that opens those types, and is the person's own choice for them."""
        program, made = self.share / f"{name}.sh", self.made(name)
        program.write_text(SCRIPT.format(made=shlex.quote(str(made))))
        program.chmod(0o755)
        (self.share / f"{name}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName={name}\nExec={program} %u\nTerminal=false\n"
            f"MimeType={''.join(kind + ';' for kind in types)}\n")
        with (self.app.home / "config/mimeapps.list").open("a") as chosen:
            if chosen.tell() == 0:
                chosen.write("[Default Applications]\n")
            chosen.writelines(f"{kind}={name}.desktop\n" for kind in types)

    def made(self, name):
        return self.app.home / f"tmp/{name}.called"

    def calls(self, name):
        """The arguments that the program got, when it has been called."""
        end = time.monotonic() + SECONDS
        while not self.made(name).exists():
            assert time.monotonic() < end, f"{name} was not called"
            time.sleep(0.02)
        return self.made(name).read_text().splitlines()

    def was_called(self, name):
        return self.made(name).exists()
