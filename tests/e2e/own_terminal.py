"""A `trollbridge call` that has a terminal which is none of its standard streams, as a person sees it."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time

import tree


class Terminal:
    """A `call` in a session of its own, whose terminal is ours; its standard streams are others."""

    def __init__(self, app, *words):
        self.ours, theirs = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [*app.program("trollbridge"), "call", app.path, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=app.environment, cwd="/", start_new_session=True,
            pass_fds=[theirs], preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0))
        self.theirs = theirs  # kept: its modes are looked at behind the end

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.communicate()
        os.close(self.ours)
        os.close(self.theirs)

    def until(self, text):
        """Reads until the terminal shows that, and returns what was there before it."""
        end = time.monotonic() + tree.PATIENCE_S
        while text not in self.shown:
            ready = select.select([self.ours], [], [], max(end - time.monotonic(), 0))[0]
            assert ready, f"{text} is not shown: {self.shown}"
            self.shown += os.read(self.ours, 65536).decode()
        before, self.shown = self.shown.split(text, 1)
        return before

    def type(self, text):
        os.write(self.ours, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)

    def end(self):
        """(exit status, stdout, stderr), with the echo back on."""
        out, told = self.process.communicate(timeout=tree.PATIENCE_S)
        assert self.echoes()
        return self.process.returncode, out.decode(), tree.clean(told.decode())
