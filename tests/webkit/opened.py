"""A desktop of an app's own user, on which everything that is opened is written down instead."""

import pathlib

import tree

KINDS = ("x-scheme-handler/https", "x-scheme-handler/http", "x-scheme-handler/mailto", "text/plain", "inode/directory")
ENTRY = "[Desktop Entry]\nType=Application\nName=Opened\nExec={program} %u\nMimeType={kinds};\n"
# One write: what two of them say is not mixed.
PROGRAM = '#!/bin/sh\nprintf "%s\\n" "$*" >>{file}\n'


class Desktop:
    """Put into the home of an `apps.App` before it runs."""

    def __init__(self, app):
        self.file = app.home / "opened.txt"
        program = app.home / "opened"
        program.write_text(PROGRAM.format(file=self.file))
        program.chmod(0o755)
        write(app.home / "share/applications/opened.desktop", ENTRY.format(program=program, kinds=";".join(KINDS)))
        defaults = "".join(f"{kind}=opened.desktop\n" for kind in KINDS)
        write(app.home / "config/mimeapps.list", f"[Default Applications]\n{defaults}")

    def opened(self):
        """What was opened, in that order."""
        return self.file.read_text().splitlines() if self.file.exists() else []

    def await_opened(self, n):
        """That many of them: who opens something does not wait for the program."""
        return tree.until(lambda: len(self.opened()) >= n and self.opened(), f"{n} things are opened; so far {self.opened()}")


def write(path, text):
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
