"""What a row of the page runs in: an app with a window in a real WebKitGTK, whose page is the attacker."""

import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys

import apps
import bench
import world as worlds

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "webkit"))
import display as displays  # noqa: E402, F401
import elsewhere  # noqa: E402

WINDOW_S, SLOW_WINDOW_S = 55, 110
LIBRARY = ("library", "walk", "sabotage")
# What the two halves of the shim tell each other with: shim-js/src/port.ts. An attacker has read it.
KNOWN = {"HELLOS": ["trollbridge-hello"], "MESSAGES": ["met", "up", "down"], "READ": apps.READ, "HELLO": apps.HELLO,
         "NAMES": ["trollbridge", "trollbridgeNative", "__TAURI_INTERNALS__", "__TAURI_EVENT_PLUGIN_INTERNALS__", "isTauri"]}
# As loose as a policy can be: what holds without its help is what is tested.
CSP = ("default-src * file: data: blob: tauri: filesystem: mediastream:; script-src * file: data: blob: tauri: 'unsafe-inline' 'unsafe-eval'; "
       "style-src * file: data: blob: 'unsafe-inline'; worker-src * file: data: blob: tauri:")


def html(body):
    return f"<!doctype html><meta charset=utf-8><title>Page</title><body>{body}"


def constants(**more):
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in {**KNOWN, **more}.items())


def script_of(*names):
    return "\n".join((HERE / "page" / f"{name}.js").read_text() for name in names)


REPORT = f"if (top !== window) {{ {constants()}{script_of('report')} }}"


def read(process, seconds):
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return "", f"no answer after {seconds} s"


def kill(process):
    """The window, if it is still there, and what it started: it has a session of its own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# A page of another origin that loads the app's files.
READS = (constants(ELSEWHERE="") + script_of("library", "native") +
         "reading('tauri://localhost/popup.js').then((report) => parent.postMessage({ report }, '*'));")
PLACES = {"web": "lib/trollbridge/webkitgtk/libtrollbridge-web-extension.so", "host": "lib/libtrollbridge-webkitgtk.so.0",
          "dev": "libexec/trollbridge/dev", "graft": "libexec/trollbridge/graft", "confine": "libexec/trollbridge/confine",
          "enclave": "libexec/trollbridge/plugins/enclave", "shell": "libexec/trollbridge/plugins/shell"}


def planted_tree(settings, twins, copy):
    """A copy of the tree in which twins have taken the place of what they are twins of."""
    shutil.copytree(settings.tree, copy, symlinks=True)
    for twin in twins:
        place = (copy / PLACES[twin.split("_")[0]]).resolve()
        place.unlink()
        library = pathlib.Path(settings.plants) / f"lib{twin}.so"
        shutil.copy(library if library.exists() else library.with_name(twin), place)
    return copy


class PageTrial(bench.Trial):
    """One row being run. `code` and `twins` come from the page itself: see run() in page/library.js."""

    def __init__(self, row, settings):
        self.row, self.breach, self.twins, self.failed = row, settings.breach, 0, ""
        self.world = worlds.World(settings)
        # Of windows on one screen only the topmost can be clicked at.
        self.screen = displays.Display() if row.clicks else None
        self.display = self.screen.environment if row.clicks else json.loads(settings.display)
        self.tree = pathlib.Path(settings.tree)
        if row.scripts:
            self.tree = planted_tree(settings, ["host_scripts"], self.world.base / "tree")
        self.server = elsewhere.Server(self.pages())
        self.make_app()

    def pages(self):
        """What there is on another origin."""
        return {"/frame.html": html(f"<script>{REPORT}</script>"),
                "/reads.html": html(f"<script>{READS}</script>"),
                "/script.js": (200, {"content-type": "text/javascript"}, "ran.push(1)"),
                "/top.html": html("<script>top.location = location.origin + '/frame.html'</script>"),
                "/file.bin": (200, {"content-type": "application/octet-stream",
                                    "content-disposition": "attachment; filename=planted.txt"}, "downloaded")}

    def frontend(self):
        # The policy allows scripts inside of documents that it knows: frames which inherit it have only these.
        return {"index.html": html(f"<p>A page.<script>{REPORT}</script>"),
                "frame.html": html(f"<script>{REPORT}</script>"),
                "worker.js": constants() + script_of("worker"),
                "nested.html": html("<script src=/relay.js></script><iframe src=/frame.html></iframe>"),
                "relay.js": "onmessage = (event) => parent.postMessage(event.data, '*')",
                "popup.html": html("<script src=/popup.js></script>"),
                "popup.js": "new BroadcastChannel('popup').postMessage(1)"}

    def make_app(self):
        app = self.world.app
        apps.make(self.world, hook=None if self.breach == "unhooked" else self.row.app.get("hook"))
        manifest = app / "trollbridge.toml"
        csp = self.row.app.get("csp", CSP)
        more = 'frontend = "dist"\n' + (f"csp = {json.dumps(csp)}\n" if csp else "")
        manifest.write_text(manifest.read_text().replace("[violations]", f"{more}\n[violations]", 1))
        for name, text in self.frontend().items():
            apps.write(app / "dist" / name, text)
        (app / "dist/link-out").symlink_to("../trollbridge.toml")
        (app / "dist/folder-out").symlink_to("/etc")
        os.mkfifo(app / "dist/fifo")
        if self.breach == "dead":
            (app / "data/hello.txt").unlink()

    def script(self, *names):
        """Scripts of page/, with what they know of this row."""
        return constants(ELSEWHERE=self.server.origin, LOG=str(self.world.log_path), APP=str(self.world.app),
                         REPORT=REPORT, WORKER=constants() + script_of("worker")) + script_of(*names)

    def environment(self):
        home = self.world.home
        folders = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "share",
                   "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp"}
        for name in folders.values():
            (home / name).mkdir(mode=0o700, exist_ok=True)
        return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(home), "GSETTINGS_BACKEND": "memory",
                "TB_PLANT": str(HERE / "plants" / (self.row.scripts or self.breach)), **self.display, **{key: str(home / name) for key, name in folders.items()}}

    def start(self, *words):
        """A program of the tree, in a session of its own."""
        return subprocess.Popen([str(word) for word in words], env=self.environment(), cwd="/", text=True, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def window(self, script):
        """What the page answers to that body of an async function, while a user clicks at it."""
        path = self.world.base / "eval.js"
        path.write_text(script)
        with self.start(self.tree / "bin/trollbridge", "run", self.world.app, "--eval", path) as process:
            try:
                out, errors = self.wait(process)
            finally:
                kill(process)
        self.check(process.returncode == 0, f"the window ended with {process.returncode}: {errors.strip()[-600:]}")
        return json.loads(out)

    def wait(self, process):
        seconds = SLOW_WINDOW_S if self.row.slow else WINDOW_S
        if not self.row.clicks:
            return read(process, seconds)
        for _ in range(seconds * 2):
            subprocess.run(["xdotool", "mousemove", "300", "300", "click", "1"], env=self.environment(), check=True)
            if process.poll() is not None:
                break
            select.select([process.stdout], [], [], 0.5)
        return read(process, 5)

    def attack(self, file, name):
        result = self.window(f"{self.script(*LIBRARY, file)}\nreturn await run({json.dumps(name)});")
        self.twins, self.failed = result["twins"], result["failed"]
        return result["code"]

    def bare(self, script):
        """The same in a window without Trollbridge."""
        path = self.world.base / "bare.js"
        path.write_text(script)
        with self.start(self.world.settings.bare, self.world.app / "dist", path) as process:
            out, errors = process.communicate(timeout=WINDOW_S)
        self.check(process.returncode == 0, f"no window without Trollbridge: {errors.strip()[-600:]}")
        return json.loads(out)

    def end(self):
        self.server.close()
        if self.screen:
            self.screen.close()
        super().end()

    def after(self):
        """The page itself has asked its twin. Nothing may have been left in the home either."""
        self.check(not self.failed, self.failed)
        planted = [path for name in ("planted*", "file.bin*") for path in self.world.home.rglob(name)]
        self.check(not planted, f"a file was left behind: {planted}")


def page(id, tried, layer, code, file, attack, event="", **more):
    """One row: `attack` is the name of one in page/<file>.js, or a function of the trial."""
    make = attack if callable(attack) else lambda trial: trial.attack(file, attack)
    bench.row(f"page-{id}", tried, layer, code, event, **{"trial": PageTrial} | more)(make)
