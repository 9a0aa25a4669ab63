"""A hostile page against the fs plugin's scope: paths, links, races."""

import ctypes
import multiprocessing
import os
import socket
import time

from apps import HELLO, LIST, READ, READ_FILE, SECRET, STAT, WRITE
from bench import row
from rows_plugin import code_of

SCOPE = "error scope"
INVALID = "error invalid_args"
TEXT = "fs plugin: the path as a text"
LINKS = "fs plugin: openat2, no links"
DENIED = "fs plugin: denied by identity"
KIND = "fs plugin: only regular files"


def reads(path_of, prepare=None, command=READ):
    """The row asks for a path; what comes back must not be the secret, whatever else it is."""
    def attack(trial):
        if prepare:
            prepare(trial.world.app)
        path = path_of(trial.world.app) if callable(path_of) else path_of
        answer = trial.view.do(command, {"path": path})
        trial.check(not isinstance(answer, bytes) or SECRET.encode() not in answer, "the secret was read")
        return code_of(answer)
    return attack


def path_row(name, tried, layer, code, path, prepare=None, command=READ):
    row(f"path-{name}", tried, layer, code, "done", "", log_code=code.removeprefix("error "))(
        reads(path, prepare, command))


# ---- paths as texts ----
path_row("outside", "a file outside the scope", TEXT, SCOPE, "outside/secret.txt")
path_row("absolute", "the same by its absolute path", TEXT, SCOPE, lambda app: f"{app}/outside/secret.txt")
path_row("denied", "a file of the denied folder", TEXT, SCOPE, "data/private/secret.txt")
path_row("denied-file", "a file that is denied by name", TEXT, SCOPE, "data/locked.txt")
path_row("denied-list", "the denied folder, listed", TEXT, SCOPE, "data/private", command=LIST)
path_row("denied-stat", "a file of the denied folder, looked at", TEXT, SCOPE, "data/private/secret.txt", command=STAT)
path_row("passwd", "/etc/passwd", TEXT, SCOPE, "/etc/passwd")
path_row("dotdot", "`..` out of the scope", TEXT, INVALID, "data/../outside/secret.txt")
path_row("dotdot-in", "`..` that stays in the scope", TEXT, INVALID, "data/sub/../hello.txt")
path_row("dotdot-end", "a path that ends in `/..`", TEXT, INVALID, "data/sub/..", command=LIST)
path_row("dotdot-absolute", "an absolute path with `..`", TEXT, INVALID, lambda app: f"{app}/data/../outside/secret.txt")
path_row("dotdot-encoded", "`..` as %2e%2e in a path, where nothing is decoded", TEXT, "error not_found",
         "data/%2e%2e/outside/secret.txt")
path_row("dotdot-url", "`..` as %2e%2e in a file URL, where it is", TEXT, INVALID,
         lambda app: f"file://{app}/data/%2e%2e/outside/secret.txt")
path_row("slash-url", "a slash as %2f in a file URL", TEXT, SCOPE, lambda app: f"file://{app}/outside%2fsecret.txt")
path_row("dotdot-backslash", "`..` with backslashes", TEXT, SCOPE,
         "data/..\\outside\\secret.txt")
path_row("dot-denied", "the denied folder behind `/./`", TEXT, SCOPE, "data/./private/secret.txt")
path_row("double-slash", "the denied folder behind `//`", TEXT, SCOPE, "data//private//secret.txt")
path_row("trailing-slash", "a denied file with a slash behind it", TEXT, SCOPE, "data/locked.txt/")
path_row("nul", "a path cut short by a NUL", TEXT, INVALID, "outside/secret.txt\0/data/hello.txt")
path_row("newline", "a line break in a path", TEXT, INVALID, "data/hello.txt\n")
path_row("escape", "a terminal's escape sequence in a path", TEXT, INVALID, "data/\x1b[2J")
path_row("long", "a path of 64 KiB", TEXT, INVALID, "data/" + "a" * 65536)
path_row("deep", "a path 2,000 folders deep", TEXT, INVALID, "data/" + "a/" * 2000)
path_row("empty", "an empty path", TEXT, INVALID, "")
path_row("url-http", "a URL that is no file", TEXT, INVALID, "https://example.com/data/hello.txt")
path_row("url-host", "a file URL of another host", TEXT, INVALID, "file://evil.example/data/hello.txt")
path_row("url-query", "a file URL with a query", TEXT, INVALID, lambda app: f"file://{app}/data/hello.txt?x")
path_row("url-denied", "the denied folder in a file URL, escaped", TEXT, SCOPE,
         lambda app: f"file://{app}/data/%70rivate/secret.txt")
path_row("case", "the denied folder in capitals", "fs plugin: another name", "error not_found", "data/PRIVATE/secret.txt")
path_row("unicode", "the denied folder with a full-width letter", "fs plugin: another name", "error not_found",
         "data/\uff50rivate/secret.txt")
path_row("proc-root", "the file through /proc/self/root", TEXT, SCOPE,
         lambda app: f"/proc/self/root{app}/data/hello.txt")
path_row("proc-cwd", "/proc/self/cwd", TEXT, SCOPE, "/proc/self/cwd")
path_row("proc-fd", "a descriptor of the plugin through /proc", TEXT, SCOPE, "/proc/self/fd/3")
path_row("dotfile", "a dot file that `**` does not cover", TEXT, SCOPE, "data/.hidden",
         lambda app: (app / "data/.hidden").write_text(SECRET))
path_row("tilde", "the home by `~`", TEXT, SCOPE, "~/.bashrc")
path_row("variable", "a variable in a path", TEXT, SCOPE, "$HOME/.bashrc")
path_row("glob", "a pattern as a path", "fs plugin: paths are no patterns", "error not_found", "data/hell[o].txt")


@row("path-type", "a path that is a map", "fs plugin: types", INVALID, "done", "", log_code="invalid_args")
def path_type(trial):
    return code_of(trial.view.do(READ, {"path": {"toString": "data/hello.txt"}}))


# ---- what somebody else has put there ----
def link(at, to):
    return lambda app: os.symlink(str(to).replace("APP", str(app)), app / at)


path_row("link-file", "a symbolic link to a file outside", LINKS, SCOPE, "data/link",
         link("data/link", "APP/outside/secret.txt"))
path_row("link-folder", "a symbolic link to a folder outside", LINKS, SCOPE, "data/link/secret.txt",
         link("data/link", "APP/outside"))
path_row("link-relative", "a relative link to the denied folder", LINKS, SCOPE, "data/link/secret.txt",
         link("data/link", "private"))
path_row("link-list", "a link to a folder outside, listed", LINKS, "error io", "data/link",
         link("data/link", "APP/outside"), LIST)
path_row("link-magic", "a link to /proc/self/root", LINKS, SCOPE, "data/link/etc/passwd",
         link("data/link", "/proc/self/root"))
path_row("link-loop", "a link to itself", LINKS, SCOPE, "data/link", link("data/link", "link"))
path_row("fifo", "a FIFO, which would block", KIND, "error io", "data/fifo", lambda app: os.mkfifo(app / "data/fifo"))
path_row("socket", "a socket", KIND, "error io", "data/socket", lambda app: listen(app / "data/socket"))
path_row("folder", "a folder, read as a file", KIND, "error io", "data/sub")


@row("path-renamed", "the denied folder under an allowed name, renamed while the plugin runs", DENIED, SCOPE, "done",
     log_code="scope")
def path_renamed(trial):
    app = trial.world.app
    trial.honest(trial.view)
    os.rename(app / "data/private", app / "data/moved")
    return reads("data/moved/secret.txt")(trial)


@row("path-parent-renamed", "a folder around the denied one, renamed while the plugin runs", DENIED, SCOPE, "done", "",
     log_code="scope")
def path_parent_renamed(trial):
    app = trial.world.app
    trial.honest(trial.view)
    os.mkdir(app / "data/around")
    os.rename(app / "data/private", app / "data/around/private")
    os.rename(app / "data/around", app / "data/elsewhere")
    return reads("data/elsewhere/private/secret.txt")(trial)


def listen(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


# ---- writing ----
def writes(path, code, tried, name, layer, prepare=None, victim=None):
    """`victim`: a file that must be as it was."""
    def attack(trial):
        app = trial.world.app
        if prepare:
            prepare(app)
        answer = trial.view.do(WRITE, {"path": path, "options": {}}, raw=b"overwritten")
        trial.check(victim is None or (app / victim).read_text() == SECRET, f"{victim} was written to")
        ours = trial.view.do(WRITE, {"path": "data/new.txt", "options": {}}, raw=b"mine")
        trial.check(ours is None and (app / "data/new.txt").read_text() == "mine", f"writing in scope failed: {ours}")
        trial.twins += 1
        return code_of(answer)
    row(f"write-{name}", tried, layer, code, "done", "", log_code=code.removeprefix("error "))(attack)


writes("outside/secret.txt", SCOPE, "writes to a file outside", "outside", TEXT, victim="outside/secret.txt")
writes("data/private/new.txt", SCOPE, "makes a file in the denied folder", "denied", TEXT)
writes("data/locked.txt", SCOPE, "writes to a denied file", "denied-file", TEXT, victim="data/locked.txt")
writes("data/link", SCOPE, "writes through a symbolic link", "link", LINKS, link("data/link", "APP/outside/secret.txt"),
       "outside/secret.txt")
writes("data/link", SCOPE, "makes a file through a dangling link", "dangling", LINKS,
       link("data/link", "APP/outside/new"))
writes("data/link/new.txt", SCOPE, "makes a file below a linked folder", "link-folder", LINKS,
       link("data/link", "APP/outside"))
writes("data/fifo", "error io", "writes to a FIFO", "fifo", KIND, lambda app: os.mkfifo(app / "data/fifo"))
writes("trollbridge.toml", SCOPE, "writes to the manifest", "manifest", TEXT)
writes("programs/evil", SCOPE, "replaces a plugin's program", "program", TEXT)


@row("write-mode", "makes a file that is set-uid", "fs plugin: mode & 0777", "answer None", "done", "", log_code="")
def write_mode(trial):
    code = code_of(trial.view.do(WRITE, {"path": "data/new.txt", "options": {"mode": 0o4755}}, raw=b"#!/bin/sh"))
    mode = (trial.world.app / "data/new.txt").stat().st_mode
    trial.check(mode & 0o7000 == 0, f"its mode is {mode:o}")
    return code


# ---- races ----
def exchange(a, b, stop):
    """Two names change places as fast as the kernel lets them."""
    libc = ctypes.CDLL(None, use_errno=True)
    a, b = str(a).encode(), str(b).encode()
    while not stop.is_set():
        for _ in range(200):
            libc.renameat2(-100, a, -100, b, 2)


def races(path, a, b):
    """Reads while `a` and `b` change places: no leak in a second, though reads succeed and fail in turn."""
    def attack(trial):
        app = trial.world.app
        os.makedirs(app / "data/pub", exist_ok=True)
        (app / "data/pub/secret.txt").write_text(HELLO)
        os.symlink(app / "outside", app / "data/swap")
        os.symlink(app / "outside/secret.txt", app / "data/swap-file")
        trial.honest(trial.view)  # the plugin knows the denied folder by now
        stop = multiprocessing.Event()
        attacker = multiprocessing.Process(target=exchange, args=(app / a, app / b, stop), daemon=True)
        attacker.start()
        leaks, good, refused = count(trial, path)
        stop.set()
        attacker.join()
        trial.check(leaks or (good > 0 and refused > 0), f"{good} reads and {refused} refusals: that was no race")
        return f"{leaks} leaks" + ("" if leaks else ", reads go on")
    return attack


def count(trial, path):
    leaks = good = refused = 0
    deadline = time.monotonic() + 1.2
    while time.monotonic() < deadline or not (leaks or (good and refused)) and time.monotonic() < deadline + 10:
        # What has stood at the denied name once stays denied under any other: the second path does not move.
        for asked in (path, "data/sub/deep.txt"):
            answer = trial.view.do(READ_FILE, {"path": asked})
            text = answer if isinstance(answer, bytes) else b""
            leaks += SECRET.encode() in text
            good += HELLO.encode() in text
            refused += isinstance(answer, dict)
    return leaks, good, refused


RACES = [
    ("folder-link", "a folder and a link to one outside change places", "data/pub/secret.txt", "data/pub", "data/swap"),
    ("file-link", "a file and a link to one outside change places", "data/pub/secret.txt", "data/pub/secret.txt",
     "data/swap-file"),
    ("denied-allowed", "the denied folder and an allowed one change places", "data/pub/secret.txt", "data/pub",
     "data/private"),
]
for name, tried, path, a, b in RACES:
    row(f"race-{name}", tried, LINKS if "link" in name else DENIED, "0 leaks, reads go on", "done", "", log_code="scope",
        slow=True)(races(path, a, b))
