"""`trollbridge dev` on an app, for as long as a test runs."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import termios
import time
import tomllib

import tree

SECONDS = 30
LINE = re.compile(r"^(?P<label>[\w:/-]+) (?P<url>(?P<origin>http://(?P<host>[0-9a-f]{32}\.localhost:(?P<port>\d+)))(?P<path>/\S*)[?&]trollbridge=(?P<token>[0-9a-f]{64})(?:#\S*)?)$")


def take_terminal():
    """Standard input becomes the terminal of a new session, in its foreground."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Address:
    """Of one window, as it was printed."""

    def __init__(self, line):
        found = LINE.match(line)
        assert found, f"no such line was promised: {line!r}"
        self.label, self.url, self.origin = found["label"], found["url"], found["origin"]
        self.host, self.port, self.path, self.token = found["host"], int(found["port"]), found["path"], found["token"]


class Bridge:
    """`addresses`: label: Address, the newest of each. With `terminal`, it has one of its own to read from."""

    def __init__(self, app, *options, terminal=False):
        self.app, self.addresses, self.out, self.told = app, {}, b"", b""
        self.keyboard, stdin = pty.openpty() if terminal else (None, None)
        streams = {"stdin": stdin, "preexec_fn": take_terminal} if terminal else {}
        self.process = app.start("dev", app.path, *options, text=False, **streams)
        if terminal:
            os.close(stdin)
        try:
            self.read_addresses(self.n_windows())
        except BaseException:
            self.kill()
            raise

    def n_windows(self):
        manifest = tomllib.loads((self.app.path / "trollbridge.toml").read_text())
        return len(manifest.get("window", [])) or 1

    def __getitem__(self, label):
        return self.addresses[label]

    @property
    def main(self):
        return self.addresses["main"]

    # ---- what it says ----

    def read(self, end, what):
        streams = [self.process.stdout, self.process.stderr]
        ready = select.select(streams, [], [], max(end - time.monotonic(), 0))[0]
        assert ready, f"did not come true: {what}; it says {self.errors()!r}"
        for stream in ready:
            chunk = os.read(stream.fileno(), 65536)
            assert chunk, f"it has ended: {self.errors()!r}"
            if stream is self.process.stdout:
                self.out += chunk
            else:
                self.told += chunk

    def read_addresses(self, n):
        """The next lines on standard output: their addresses."""
        end = time.monotonic() + SECONDS
        while self.out.count(b"\n") < n:
            self.read(end, "it listens")
        *lines, self.out = self.out.split(b"\n")
        assert len(lines) == n and not self.out, (lines, self.out)
        self.addresses |= {address.label: address for address in (Address(line.decode()) for line in lines)}

    def errors(self):
        """All of standard error so far."""
        while select.select([self.process.stderr], [], [], 0)[0]:
            chunk = os.read(self.process.stderr.fileno(), 65536)
            if not chunk:
                break
            self.told += chunk
        return tree.clean(self.told.decode())

    def says(self, pattern):
        """Waits until standard error has what matches."""
        end = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.errors())):
            self.read(end, f"it says {pattern}")
        return found

    def renew(self):
        """Enter in its terminal: new addresses."""
        os.write(self.keyboard, b"\n")
        self.read_addresses(self.n_windows())

    # ---- its processes ----

    @property
    def pid(self):
        """Of the program that listens."""
        names = {self.process.pid: tree.name_of(self.process.pid)} | tree.descendants(self.process.pid)
        return next(pid for pid, name in names.items() if name == "dev")

    def role(self, name):
        """The one process of that role."""
        found = [pid for pid, role in tree.descendants(self.process.pid).items() if role == name]
        assert len(found) == 1, (name, found)
        return found[0]

    # ---- the end ----

    def end(self, number=signal.SIGTERM):
        """Its exit status."""
        self.process.send_signal(number)
        end = time.monotonic() + SECONDS
        open_streams = {self.process.stdout: "out", self.process.stderr: "told"}
        while open_streams:
            ready = select.select(list(open_streams), [], [], max(end - time.monotonic(), 0))[0]
            assert ready, f"it does not end: {self.told}"
            for stream in ready:
                chunk = os.read(stream.fileno(), 65536)
                setattr(self, open_streams[stream], getattr(self, open_streams[stream]) + chunk)
                if not chunk:
                    del open_streams[stream]
        status = self.process.wait(SECONDS)
        self.kill()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        if self.keyboard is not None:
            os.close(self.keyboard)
            self.keyboard = None


@contextlib.contextmanager
def leaves_nothing():
    """As in tree.py, but that a browser may begin and end processes of its own meanwhile."""
    browsers = {pid for pid, name in tree.descendants(os.getpid()).items() if name in ("node", "firefox-esr")}

    def alive():
        pids = set(tree.descendants(os.getpid()))
        return pids.difference(*({pid, *tree.descendants(pid)} for pid in browsers))

    before = alive()
    yield
    tree.until(lambda: alive() <= before, "all processes have ended")


@contextlib.contextmanager
def bridging(app, *options, **more):
    """One that ends well, and leaves nothing."""
    with leaves_nothing():
        bridge = Bridge(app, *options, **more)
        try:
            yield bridge
            assert bridge.process.poll() is None, f"it has ended by itself: {bridge.errors()}"
            assert bridge.end() == 0, bridge.told
            assert bridge.out == b"", "only addresses are on standard output"
            tree.clean(bridge.told.decode())
        finally:
            if bridge.process.returncode is None:
                bridge.kill()
