"""Prompts as a person sees and works them: a module of GTK's in the host tells what its dialogs show (prompts/witness.c)."""

import json
import os
import pathlib
import select
import subprocess
import sys
import time

import tree
import window

SECONDS = 30
MARK = b"PROMPT "
WITNESS = tree.ROOT.parent / "tests/webkit/prompts/witness.so"


def witnessed(app, folder):
    """The app's environment, with the module where every user can read it."""
    target = folder / "witness.so"
    if not target.exists():
        target.write_bytes(WITNESS.read_bytes())
        target.chmod(0o755)
    return app.environment | {"GTK_MODULES": str(target)}


class Prompts:
    """The dialogs of a process (a Popen of bytes, stderr a pipe)."""

    def __init__(self, process, environment):
        self.process, self.environment = process, environment
        self.dialogs, self.history, self.rest, self.told = [], [], b"", ""
        self.popups = 0  # menus and the like
        self.answered = None  # the dialog that was

    def read(self, seconds, what):
        """False: it has ended."""
        ready = select.select([self.process.stderr], [], [], max(seconds, 0))[0]
        assert ready, f"did not come true: {what}; the dialogs: {json.dumps(self.dialogs)}; {self.told}"
        chunk = os.read(self.process.stderr.fileno(), 65536)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            if not self.take(line):
                self.told += line.decode() + "\n"
        return bool(chunk)

    def take(self, line):
        """Whether that line of the host's was about dialogs."""
        if line.startswith(MARK):
            seen = json.loads(line[len(MARK):])
            self.dialogs, self.popups = seen["dialogs"], seen["popups"]
            self.history.append(self.dialogs)
        return line.startswith(MARK)

    def until(self, wanted, what):
        """Reads until that is true; False: it has ended before."""
        end = time.monotonic() + SECONDS
        while not wanted():
            if not self.read(end - time.monotonic(), what):
                return False
        return True

    def wait(self, wanted, what):
        assert self.until(wanted, what), f"the host has gone before {what}: {self.told}"

    def do(self, *words):
        return self.with_display("xdotool", *map(str, words))

    def with_display(self, *words):
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, timeout=SECONDS, text=True,
                              env={"PATH": "/usr/bin:/bin", **self.environment}).stdout

    def appear(self):
        """Waits for the one dialog, another than was answered, and gives it the keyboard: nobody else does. Returns what
        it shows."""
        self.wait(lambda: len(self.dialogs) == 1 and self.dialogs[0]["id"] != self.answered, "a prompt is there")
        self.do("windowfocus", "--sync", self.dialogs[0]["id"])
        self.wait(lambda: self.dialogs and self.dialogs[0]["active"], "the prompt has the keyboard")
        return self.dialogs[0]

    def focus(self, title):
        """Another window of the host's."""
        window.give_keyboard(self.environment, title)

    def close(self):
        """As the window's own button does."""
        self.with_display(sys.executable, pathlib.Path(__file__).parent / "delete_window.py", self.dialogs[0]["id"])

    def gone(self):
        self.wait(lambda: not self.dialogs, "the prompt is gone")

    def button(self, name):
        """Of that label, or the one whose label begins so."""
        buttons = self.dialogs[0]["buttons"]
        exactly = [button for button in buttons if button["label"] == name]
        [found] = exactly or [button for button in buttons if button["label"].startswith(name)]
        return found

    def can(self, name):
        return bool(self.dialogs) and self.button(name)["sensitive"]

    def press(self, name, *more):
        """At once, whether it can be pressed or not."""
        self.do("mousemove", *self.button(name)["at"], "click", *more, 1)

    def click(self, name):
        self.wait(lambda: self.can(name), f"{name} can be pressed")
        self.answered = self.dialogs[0]["id"]
        self.press(name)

    def type_path(self, path):
        """Into the field of a dialog for files; Ctrl+L brings it."""
        if not any(field["focus"] for field in self.dialogs[0]["fields"]):
            self.do("key", "ctrl+l")
        self.wait(lambda: any(field["focus"] for field in self.dialogs[0]["fields"]), "a field has the keyboard")
        self.do("key", "ctrl+a")
        self.do("type", "--delay", 1, "--", path)
        self.wait(lambda: any(field["text"].rstrip("/") == str(path) for field in self.dialogs[0]["fields"]), "it is typed")

    def choose(self, path, button="Open"):
        """In a dialog for files: that one."""
        self.appear()
        self.type_path(path)
        self.click(button)
        self.left()

    def dismiss(self):
        self.answered = self.appear()["id"]
        self.do("key", "Escape")
        self.left()

    def left(self):
        """What was answered is gone, and takes no more clicks that are for what is below; or the host is."""
        self.until(lambda: all(dialog["id"] != self.answered for dialog in self.dialogs), "the answered prompt is gone")

    def facts(self):
        """Name: text."""
        labels = self.dialogs[0]["labels"][1:-1]
        return dict(zip(labels[1::2], labels[0::2]))

    def end(self):
        """Reads what is left; what stdout has, and the exit status."""
        while self.read(SECONDS, "the host ends"):
            pass
        return self.process.stdout.read().decode(), self.process.wait(SECONDS)
