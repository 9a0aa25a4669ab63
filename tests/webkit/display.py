"""An X server without a screen, for as long as the tests run, or `display.py COMMAND...`."""

import os
import pathlib
import select
import shutil
import struct
import subprocess
import sys
import tempfile

SECONDS = 30
ANY_DISPLAY = 0xFFFF  # FamilyWild, of <X11/Xauth.h>
SCREEN = "1280x1024x24"


def authority(cookie):
    """The one entry of an Xauthority file: any host, any display number, this cookie."""
    text = struct.pack(">H", ANY_DISPLAY)
    for part in (b"", b"", b"MIT-MAGIC-COOKIE-1", cookie):
        text += struct.pack(">H", len(part)) + part
    return text


class Display:
    """Takes the first number that is free and listens on no port. Whoever lacks the cookie gets no window."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-display-"))
        self.folder.chmod(0o755)
        self.authority = self.folder / "authority"
        self.authority.write_bytes(authority(os.urandom(16)))
        # The folder's name is not to be guessed, but it can be listed: other users of the machine see a
        # screen of tests at most.
        self.authority.chmod(0o644)
        self.number = self.start()
        self.environment = {"DISPLAY": f":{self.number}", "XAUTHORITY": str(self.authority)}

    def start(self):
        ours, theirs = os.pipe()
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(theirs), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset",
                 "-auth", str(self.authority)],
                pass_fds=[theirs], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(theirs)
        number = self.read_number(ours)
        os.close(ours)
        if not number:
            self.close()
            raise AssertionError("Xvfb did not start")
        return int(number)

    def read_number(self, fd):
        """The line that the server writes when it is ready; empty if it ended, or says nothing."""
        text = b""
        while not text.endswith(b"\n"):
            if not select.select([fd], [], [], SECONDS)[0]:
                return b""
            more = os.read(fd, 32)
            if not more:
                return b""
            text += more
        return text

    def close(self):
        self.process.terminate()
        self.process.wait(SECONDS)
        shutil.rmtree(self.folder)


def main():
    display = Display()
    try:
        return subprocess.run(sys.argv[1:], env=os.environ | display.environment, check=False).returncode
    finally:
        display.close()


if __name__ == "__main__":
    sys.exit(main())
