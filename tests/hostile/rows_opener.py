"""A page that wants programs of the desktop to open what no list names, and files that others lead elsewhere."""

import contextlib
import json
import os
import threading

import desktop
from page import PageTrial, page

URL, PATH, SHOW, SHELL = (f"plugin:{name}" for name in ("opener|open_url", "opener|open_path", "opener|reveal_item_in_dir", "shell|open"))
TWIN = "https://example.com/twin"
LISTS, PARSER, REAL = "[open] and the scope", "the parser of URLs", "the path without its links"
OPEN = '\n[open]\nschemes = ["https", "mailto"]\nwith = ["reader"]\n'
# Each is the person's own program for all that an attack might reach.
KINDS = {"browser": [f"x-scheme-handler/{name}" for name in ("https", "http", "mailto", "javascript", "data", "file", "smb", "vbscript", "blob", "view-source", "about")],
         "reader": ["text/plain"], "files": ["inode/directory"]}
SCRIPT = "#!/bin/sh\nprintf '%s\\n' \"$@\" >> {made}\n"


def scope(name, key, *patterns, **more):
    return {"identifier": f"opener:allow-{name}", "allow": [{key: pattern} | more for pattern in patterns]}


GRANTS = [scope("open-url", "url", "https://example.com/*", "mailto:*"), scope("open-url", "url", "https://example.com/*", app="reader"),
          scope("open-path", "path", "$RESOURCE/docs/**"), scope("reveal-item-in-dir", "path", "$RESOURCE/docs/**"), "shell:allow-open"]


class OpenerTrial(PageTrial):
    """Beside the app: a desktop with programs that write down how they were called."""

    def make_app(self):
        super().make_app()
        app = self.world.app
        manifest = app / "trollbridge.toml"
        manifest.write_text(manifest.read_text() + OPEN)
        (app / "capabilities/opener.json").write_text(json.dumps({"identifier": "opener", "windows": ["*"], "permissions": GRANTS}))
        self.environment()  # the folders
        self.desktop = self.make_desktop()
        self.make_docs(app / "docs")

    def make_desktop(self):
        folder = self.world.home / "share"
        folder.rmdir()
        made = desktop.Desktop(self.world)
        for name, kinds in KINDS.items():
            made.add(name, kinds)
            (made.share / f"{name}.sh").write_text(SCRIPT.format(made=made.made(name)))
        return made

    def make_docs(self, docs):
        docs.mkdir()
        (docs / "in.txt").write_text("text")
        (docs.parent / "outside.txt").write_text("text")
        (docs / "out.txt").symlink_to("../outside.txt")
        (docs / "up").symlink_to("..")
        (docs / "swap.txt").symlink_to("in.txt")
        for name in ("run.sh", "run.txt"):
            (docs / name).write_text("#!/bin/sh\n")
            (docs / name).chmod(0o700)
        (docs / "run.desktop").write_text("[Desktop Entry]\nType=Application\nName=x\nExec=true\n")

    def script(self, *names):
        known = {"CALLS": self.row.app["calls"](self.world.app), "WANTED": self.row.code}
        return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in known.items()) + super().script(*names)

    def called(self, name):
        return self.desktop.made(name).read_text().splitlines() if self.desktop.was_called(name) else []

    def opened(self):
        return [line for name in KINDS for line in self.called(name)]

    def after(self):
        """The same desktop opens what is allowed, and has opened nothing else."""
        super().after()
        before = self.opened()
        self.window(f"await trollbridge.invoke({json.dumps(URL)}, {json.dumps({'url': TWIN})})")
        self.check(self.desktop.calls("browser") == [TWIN] and not before, f"the desktop was told {before + self.opened()}")
        self.twins += 1


def opens(name, tried, layer, code, calls, attack="calls", **more):
    """`calls`: {name: [command, arguments]}, or a function of the app's folder that returns it."""
    make = calls if callable(calls) else lambda folder: calls
    page(f"open-{name}", tried, layer, code, "opener", attack, "done", log_code=code, trial=OpenerTrial, app={"calls": make}, **more)


def urls(name, tried, layer, code, texts, command=URL, **more):
    key = "path" if command == SHELL else "url"
    opens(name, tried, layer, code, {text: [command, {key: text} | more] for text in texts})


SCHEMES = ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "blob:https://example.com/x", "view-source:https://example.com/", "about:config"]
FILES = ["file:/etc/passwd", "file://localhost/etc/passwd", "FILE://localhost/etc/passwd", "smb://host.example/share", "http://example.com/"]
HIDDEN = ["java\tscript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)", "https://example.com/\r\nX", "https://example.com/\x00", "https://example.com/ "]
NAMES = ["https://example.com@evil.example/", "https://example.com:443@evil.example/", "https://example.com%40evil.example/", "https://example.com%2F@evil.example/",
         "https://example.com\\@evil.example/", "https://evil.example\\.example.com/"]
HOSTS = ["https://example.com.evil.example/", "https://evil.example/?https://example.com/", "https://evil.example/#.example.com/", "https://evil.example/example.com/",
         "https://example.com:8443/", "https://evilexample.com/"]
OPTIONS = ["", "-", "--version", "-new-instance", "/etc/passwd", "example.com/x"]
ATTACHED = ["mailto:a@example.com?attach=/etc/passwd", "mailto:a@example.com?subject=x&ATTACHMENT=/etc/passwd", "mailto:a@example.com?att%61ch=/etc/passwd"]
PROGRAMS = ["browser", "../browser", "/usr/bin/sh", "reader.desktop", "-x", "reader\nbrowser"]

urls("scheme", "URLs that carry code", LISTS, "scope", SCHEMES)
urls("file", "URLs that name files, here and on other machines", LISTS, "scope", FILES)
urls("hidden", "such URLs behind spaces and control characters", PARSER, "invalid_args", HIDDEN)
urls("userinfo", "URLs with another host than they seem to have", PARSER, "invalid_args", NAMES)
urls("host", "URLs that hold the name of an allowed host elsewhere", LISTS, "scope", HOSTS)
urls("option", "options and names in the place of a URL", PARSER, "invalid_args", OPTIONS)
urls("attach", "mail that takes a file along", PARSER, "invalid_args", ATTACHED)
urls("shell", "the same of plugin:shell|open", LISTS, "scope", SCHEMES + FILES, SHELL)
urls("shell-hidden", "the same of plugin:shell|open, hidden", PARSER, "invalid_args", HIDDEN + OPTIONS + ATTACHED, SHELL)
opens("with", "programs that the manifest does not list", LISTS, "scope", {name: [URL, {"url": "https://example.com/", "with": name}] for name in PROGRAMS})


def paths(*names):
    return lambda app: {name: [PATH, {"path": str(app / name)}] for name in names}


opens("path", "files outside of the scope, by steps and by name", LISTS, "scope", paths("outside.txt", "docs/../outside.txt", "docs/up/../outside.txt"))
opens("link", "files outside of the scope, by links inside of it", REAL, "scope", paths("docs/out.txt", "docs/up/outside.txt"))
opens("run", "files that the desktop might run", "no programs are opened", "scope", paths("docs/run.sh", "docs/run.txt", "docs/run.desktop"))
opens("show", "files outside of the scope, in the file manager", LISTS, "scope", lambda app: {"one": [SHOW, {"paths": [str(app / "docs/in.txt"), str(app / "outside.txt")]}]})


def swap(folder, stop):
    """Leads the link out of the scope and back, by renames."""
    while not stop.is_set():
        for target in ("../outside.txt", "in.txt"):
            with contextlib.suppress(FileExistsError):
                os.symlink(target, folder / "next")
            os.rename(folder / "next", folder / "swap.txt")


def swapped(trial):
    """Whatever the link leads to when the program looks: it has been told where the file is."""
    docs, stop = trial.world.app / "docs", threading.Event()
    thread = threading.Thread(target=swap, args=(docs, stop))
    thread.start()
    try:
        trial.attack("opener", "again")
    finally:
        stop.set()
        thread.join()
    told = trial.desktop.calls("reader")  # the last of them may only just begin
    for name in KINDS:
        trial.desktop.made(name).unlink(missing_ok=True)
    return "where it is" if set(told) == {str(docs / "in.txt")} else ", ".join(sorted(set(told)))


page("open-swap", "a link that leads out of the scope between the look and the opening", REAL, "where it is", "opener", swapped, trial=OpenerTrial,
     app={"calls": paths("docs/swap.txt")})
