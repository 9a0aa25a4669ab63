"""The installed tree from outside: running it, driving a host of it, looking at its processes."""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
ROOT = pathlib.Path(os.environ.get("TB_ROOT", TOP / "build/root")).resolve()
DRIVER = pathlib.Path(os.environ.get("TB_DRIVER", ROOT.parent / "tests/soak/driver")).resolve()
READ = "plugin:fs|read_text_file"
HELLO = {"path": "data/hello.txt"}
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|Sanitizer CHECK")
# A machine that lets users have no namespaces, made of one that does.
NO_USERNS = ["unshare", "-U", "-r", "sh", "-c",
             'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"]
# The leak check at a process's end needs its /proc, which namespaces of its own would hide.
SANITIZED = b"__asan_init" in (ROOT / "bin/trollbridge").read_bytes()
PATIENCE_S = 30

PR_SET_CHILD_SUBREAPER = 36
# Orphans of a test become this process's children, where they are seen.
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def install(folder):
    """A copy of the tree, which anybody may run, with the driver beside the other programs."""
    shutil.copytree(ROOT, folder / "root", symlinks=True)
    shutil.copy(DRIVER, folder / "root/bin/driver")
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder / "root"


def until(condition, what, seconds=PATIENCE_S):
    """Polls for a condition, and returns what it returned."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"did not come true: {what}"
        select.select([], [], [], 0.005)
    return value


def clean(stderr):
    """stderr, which must not hold a sanitizer's report."""
    assert not SANITIZER.search(stderr), stderr
    return stderr


class App:
    """One app folder, and the home of the user who runs it."""

    def __init__(self, installed, folder, example="notes"):
        self.installed = installed
        self.folder = folder
        self.path = folder / example
        shutil.copytree(TOP / "examples" / example, self.path, symlinks=True)
        (folder / "home").mkdir()
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder / "home"),
                            "XDG_STATE_HOME": str(folder / "home/state")}
        self.prefix = NO_USERNS if SANITIZED else []
        self.log = folder / f"home/state/trollbridge/com.example.{example}/audit.jsonl"

    def program(self, name):
        return [*self.prefix, str(self.installed / "bin" / name)]

    def belongs_to(self, user):
        """From now on everything is run by this user."""
        if user.pw_uid != os.getuid():
            subprocess.run(["chown", "-R", str(user.pw_uid), self.folder], check=True)
            self.prefix = ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid),
                           "--clear-groups"]

    def run(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "timeout": 4 * PATIENCE_S} | options
        if "input" in options:
            del options["stdin"]
        result = subprocess.run([*self.program("trollbridge"), *map(str, arguments)], check=False,
                                cwd="/", env=self.environment, **options)
        if result.stderr is not None:
            clean(result.stderr.decode())
        return result

    def call(self, command, args=None, *arguments, **options):
        return self.run("call", self.path, command, json.dumps(args or {}), *arguments, **options)

    def manifest(self, text):
        with open(self.path / "trollbridge.toml", "a") as file:
            file.write("\n" + text + "\n")

    def records(self):
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1]]

    def verify(self, log=None):
        result = self.run("audit", "verify", log or self.log, "--json")
        return json.loads(result.stdout)["verdict"]


class Host:
    """The driver: a host whose calls are made by lines on its standard input."""

    def __init__(self, app):
        self.app = app
        self.stderr = open(app.folder / f"stderr-{time.monotonic_ns()}", "w+")
        self.process = subprocess.Popen(
            [*app.program("driver"), str(app.path)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.stderr, env=app.environment, cwd="/")
        self.lines = []
        self.rest = b""
        self.n_calls = 0
        self.supervisor = self.wait(lambda line: "supervisor" in line)["supervisor"]

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            errors = self.errors()
            self.stderr.close()
        if not failure[0]:
            clean(errors)

    def errors(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def say(self, *words):
        self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        self.process.stdin.flush()

    def read(self, seconds):
        assert select.select([self.process.stdout], [], [], max(seconds, 0))[0], \
            f"no answer from the host; unread: {self.lines}; {self.errors()}"
        chunk = os.read(self.process.stdout.fileno(), 65536)
        assert chunk, f"the host has ended; unread: {self.lines}; {self.errors()}"
        *whole, self.rest = (self.rest + chunk).split(b"\n")
        self.lines += [json.loads(line) for line in whole]

    def wait(self, wanted, seconds=PATIENCE_S):
        """The first line that is wanted; those before it stay for later."""
        end = time.monotonic() + seconds
        at = 0
        while True:
            for i in range(at, len(self.lines)):
                if wanted(self.lines[i]):
                    return self.lines.pop(i)
            at = len(self.lines)
            self.read(end - time.monotonic())

    def open(self, view, *how):
        self.say("open", view, *how)
        line = self.wait(lambda line: line.get("view") == view and
                         line.keys() & {"opened", "refused", "error"})
        return line.get("opened") or line

    def reload(self):
        """{"before", "after"}, or {"code", "message"}."""
        self.say("reload")
        line = self.wait(lambda line: "reloaded" in line)
        return {key: value for key, value in line.items() if key != "reloaded"}

    def asked(self, seconds=PATIENCE_S):
        """The next prompt: {"ask": id, "view", "origin", "command", "args", "rule", "days", "body"}."""
        return self.wait(lambda line: "ask" in line, seconds)

    def asked_over(self):
        """The id of the next prompt that is taken away."""
        return self.wait(lambda line: "asked_over" in line)["asked_over"]

    def start(self, view="main", command=READ, args=None, how="call"):
        """Starts a call; returns what `answer` takes. `how`: or `pump`, with an endless body."""
        self.n_calls += 1
        self.say(how, view, self.n_calls, command, json.dumps(HELLO if args is None else args))
        return str(self.n_calls)

    def answer(self, call, seconds=PATIENCE_S):
        return self.wait(lambda line: line.get("id") == call, seconds)

    def call(self, view="main", command=READ, args=None):
        return self.answer(self.start(view, command, args))

    def progress(self, call, view="main"):
        """{"came", "chunks", "last", "sent"} of a call that is under way."""
        self.say("progress", view, call)
        return self.wait(lambda line: line.get("id") == call and "progress" in line)

    def rounds(self, n, command, args=None, view="main", seconds=300):
        """Opens and cancels that many streams, one after the other."""
        self.say("rounds", view, n, command, json.dumps(args or {}))
        return self.wait(lambda line: "rounds" in line and line["view"] == view, seconds)

    def code(self, **what):
        """The error code of a call, "" if it went well."""
        return self.call(**what).get("error", {"code": ""})["code"]

    def soak(self, n, jobs, view="main", command=READ, args=None, seconds=600):
        self.say("soak", view, n, jobs, command, json.dumps(args or HELLO))
        return self.wait(lambda line: "soaked" in line and line["view"] == view, seconds)

    def count(self, view="main"):
        """How many calls of a soak are done."""
        self.say("count", view)
        return self.wait(lambda line: "count" in line and line["view"] == view)["count"]

    def role(self, name):
        """The one process of that role, if there is one."""
        found = [pid for pid, role in descendants(self.supervisor).items() if role == name]
        assert len(found) <= 1, found
        return found[0] if found else None

    def roles(self):
        return sorted([name_of(self.supervisor), *descendants(self.supervisor).values()])


# ---- processes ----

def needs_root():
    """For what /proc shows to root alone. As an ordinary user these tests fail: they are not left
    out."""
    assert os.getuid() == 0, "run this file as root: /proc is shut to all others"


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.split("\n") if ":\t" in line)


def name_of(pid):
    """What it was called with, which names its role."""
    first = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    return first.rsplit("/", 1)[-1]


def processes():
    """pid: (parent's pid, state) of all processes."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
                state, parent = stat.rsplit(")", 1)[1].split()[:2]
                found[int(entry)] = (int(parent), state)
    return found


def descendants(pid):
    """pid: role of the living descendants."""
    all_processes = processes()
    found = {}
    parents = {pid}
    while parents:
        parents = {child for child, (parent, _) in all_processes.items() if parent in parents}
        for child in parents:
            with contextlib.suppress(OSError):
                if all_processes[child][1] not in "ZX":
                    found[child] = name_of(child)
    return found


class Watched:
    """Processes by descriptor: that they ended is told by the kernel, and their number is not taken
    for another's."""

    def __init__(self, pids):
        self.fds = {os.pidfd_open(pid): pid for pid in pids}

    def await_end(self, seconds=PATIENCE_S):
        end = time.monotonic() + seconds
        for fd, pid in self.fds.items():
            left = max(end - time.monotonic(), 0)
            assert select.select([fd], [], [], left)[0], f"process {pid} is still there"
            os.close(fd)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        self.fds = {}


@contextlib.contextmanager
def leaves_nothing():
    """Nothing that was started inside is alive afterwards."""
    before = set(descendants(os.getpid()))
    yield
    until(lambda: set(descendants(os.getpid())) <= before, "all processes have ended")


@contextlib.contextmanager
def running(app, *views):
    """A host of that app, with these views open (`main`)."""
    with leaves_nothing(), Host(app) as host:
        for view in views or ["main"]:
            host.open(view)
        yield host


def kill(pid, number=signal.SIGKILL):
    """Kills a process and waits for its end, or sends another signal."""
    watched = Watched([pid])
    os.kill(pid, number)
    if number == signal.SIGKILL:
        watched.await_end()
