"""App folders with a page, and windows of them."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import tree  # noqa: E402

SECONDS = 60
ID = "com.example.page"
PAGE = "<!doctype html><meta charset=utf-8><title>Page</title><p>A page."
HELLO = "Hello from inside the scope."
SECRET = "This must never leave."
MANIFEST = f'[app]\nid = "{ID}"\nname = "Page"\nfrontend = "dist"\n'
PERMISSIONS = [
    *(f"fs:allow-{name}" for name in ("read-text-file", "read-file", "write-text-file", "write-file", "read-dir", "stat")),
    {"identifier": "fs:scope",
     "allow": [{"path": "$RESOURCE/data"}, {"path": "$RESOURCE/data/**"}],
     "deny": [{"path": "$RESOURCE/data/private"}, {"path": "$RESOURCE/data/private/**"}]},
]


class PageError(Exception):
    """The window ended with an error; its text is what it wrote to stderr."""


def capability(permissions=PERMISSIONS, windows=("*",), **more):
    return {"identifier": "main", "windows": list(windows), "permissions": list(permissions)} | more


class App:
    """An app folder with a home of its own. Where root runs the tests, `user` runs the app."""

    def __init__(self, installed, display, user, files=None, manifest="", capabilities=None):
        """files: path: text or bytes; manifest: lines after MANIFEST; capabilities: a list of dicts."""
        self.installed, self.user = installed, user
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-page-"))
        self.folder.chmod(0o755)
        self.path, self.home = self.folder / "app", self.folder / "home"
        self.log = self.home / f"state/trollbridge/{ID}/audit.jsonl"
        self.environment = self.clean_environment(display)
        self.write("trollbridge.toml", MANIFEST + manifest + "\n")
        self.write("data/hello.txt", HELLO)
        self.write("data/private/secret.txt", SECRET)
        self.write("dist/index.html", PAGE)
        for number, entry in enumerate([capability()] if capabilities is None else capabilities):
            self.write(f"capabilities/{number}.json", json.dumps(entry))
        for name, content in (files or {}).items():
            self.write(name, content)

    def clean_environment(self, display):
        """A user who has just logged in, without a session bus: nothing of whoever runs the tests."""
        folders = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "share",
                   "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp"}
        for name in folders.values():
            (self.home / name).mkdir(parents=True, mode=0o700)
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.home),
                "GSETTINGS_BACKEND": "memory", **display.environment,
                **{key: str(self.home / name) for key, name in folders.items()}}

    def write(self, name, content):
        """Puts a file into the app's folder."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def as_user(self, line):
        """A command line, as the app's user."""
        if self.user.pw_uid == os.getuid():
            return line
        subprocess.run(["chown", "-R", str(self.user.pw_uid), self.folder], check=True)
        return ["setpriv", "--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups",
                *line]

    def command(self, *words):
        """The command line of an installed program, as the app's user."""
        return self.as_user([str(self.installed / "bin/trollbridge"), *map(str, words)])

    def start(self, *words, **options):
        """A `trollbridge` that runs on, as Popen: for windows that are to be clicked at, or killed."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "text": True} | options
        return subprocess.Popen(self.command(*words), cwd="/", env=self.environment, **options)

    def run(self, *words, timeout=SECONDS):
        """(exit code, stdout, stderr); all that was started has ended."""
        with self.start(*words) as process:
            try:
                out, errors = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                out, errors = process.communicate()
                raise AssertionError(f"no end within {timeout} s\n{out}\n{errors}") from None
        return process.returncode, out, tree.clean(errors)

    def records(self):
        """What the log says so far, up to its last whole line."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1]] if self.log.exists() else []

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def run_app(app, eval="", view=None, screenshot=None, timeout=SECONDS):
    """Opens a window of the app, and returns what `eval`, the body of an async function, returned in the
    main world of its page (of the view, by its label). Raises PageError. `screenshot`: where a copy of the
    PNG goes. An app that leaves a process behind fails the test."""
    (app.folder / "eval.js").write_text(eval)
    shot = app.home / "shot.png"
    words = ["run", app.path, "--eval", app.folder / "eval.js"]
    words += ["--view", view] if view else []
    words += ["--screenshot", shot] if screenshot else []
    with tree.leaves_nothing():
        code, out, errors = app.run(*words, timeout=timeout)
    if code != 0:
        raise PageError(errors)
    if screenshot:
        shutil.copy(shot, screenshot)
    return json.loads(out) if out.strip() else None
