"""A window that is told what to load and when (tests/webkit/races/), and what came of it."""

import json
import os
import select
import shutil
import socket
import subprocess
import threading
import time

import elsewhere
import tree

APP = "tauri://localhost"
EVIL = "evil://a"
PROGRAMS = tree.ROOT.parent / "tests/webkit/races"
MANIFEST = '[audit]\nargs = "full"\n'

# What each page tries, again and again: all names that the app's own page has, and a call.
PROBE = """
(() => {
  const names = ["trollbridge", "__TAURI_INTERNALS__", "__TAURI_EVENT_PLUGIN_INTERNALS__", "isTauri", "trollbridgeNative"];
  const told = {};
  const probe = async () => {
    const seen = {who: WHO, origin: self.origin, at: location.href, names: names.filter((name) => name in window)};
    const tauri = window.__TAURI_INTERNALS__;
    seen.label = tauri?.metadata?.currentWindow?.label ?? null;
    const ways = [window.trollbridge, tauri, window.top?.trollbridge].filter((way) => way);
    const calls = ways.map((way) => way.invoke("plugin:fs|read_text_file", {path: `data/${WHO}.txt`}));
    seen.replies = (await Promise.allSettled(calls)).map((call) => call.status);
    const text = JSON.stringify(seen);
    if (told.text !== text) document.title = told.text = text;
    if (WHO === "evil") setTimeout(probe, 10);
  };
  probe();
})();
"""


def page(who, more=""):
    """A page with the probe in it; `more` is script, too."""
    return f"<!doctype html><meta charset=utf-8><body><script>{PROBE.replace('WHO', json.dumps(who))}{more}</script>"


def app_files():
    """Two pages of the app, with scripts from files: its policy of content lets no others run."""
    script = '<!doctype html><meta charset=utf-8><body><script src="probe.js"></script>'
    return {"dist/index.html": script, "dist/second.html": script, "dist/probe.js": PROBE.replace("WHO", '"app"'),
            "data/app.txt": "app", "data/evil.txt": "evil"}


HOP = page("evil", "setTimeout(() => location.href = 'page.html', 0)")


class Server(elsewhere.Server):
    """Another origin, on loopback. /held.html is not answered before `go`."""

    def __init__(self):
        self.go = threading.Event()
        super().__init__({"/page.html": page("evil"), "/held.html": page("evil"), "/hop.html": HOP,
                          "/away": (302, {"location": "/page.html"}, ""), "/home": (302, {"location": f"{APP}/index.html"}, "")})

    def answer(self, path):
        if path == "/held.html":
            self.go.wait(tree.PATIENCE_S)
        return super().answer(path)

    def close(self):
        self.go.set()
        super().close()


def closed_port():
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


class RaceHost:
    """`program`: `race`, which has the library, or a twin of it. Its events are in `events`, all of them. `page`, `held` and
    `hop` are pages of another origin: of the server where that is allowed, else `evil://`."""

    def __init__(self, app, server, program="race", allowed=False):
        self.app, self.events, self.rest, self.n = app, [], b"", 0
        self.patience = tree.PATIENCE_S
        self.server, self.allowed, self.walled = server, allowed, program == "race"
        origins = [server.origin] if allowed else []
        other = server.origin if allowed else EVIL
        self.page, self.hop = f"{other}/page.html", f"{other}/hop.html"
        self.held = f"{other}/held.html" + ("" if allowed else "?hold")
        self.nowhere = f"http://127.0.0.1:{closed_port()}/"
        evil = app.folder / "evil"
        evil.mkdir()
        for name, text in (("page", page("evil")), ("held", page("evil")), ("hop", HOP)):
            (evil / f"{name}.html").write_text(text)
        installed = app.installed / "bin" / program
        shutil.copy(PROGRAMS / program, installed)
        installed.chmod(0o755)
        line = app.command()
        line[line.index(str(app.installed / "bin/trollbridge"))] = str(installed)
        self.errors = open(app.folder / "errors", "w+")
        self.process = subprocess.Popen(
            [*line, str(app.path), str(evil), *origins], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env=app.environment | {"LD_LIBRARY_PATH": str(app.installed / "lib")}, cwd="/")
        self.wait(lambda event: event["event"] == "ready", "the window is open")

    def tell(self, *orders):
        """All of them at once, so that the host has read each before it turns to anything else."""
        self.process.stdin.write("".join(order + "\n" for order in orders).encode())
        self.process.stdin.flush()

    def read(self, seconds):
        if not select.select([self.process.stdout], [], [], max(seconds, 0))[0]:
            return False
        chunk = os.read(self.process.stdout.fileno(), 65536)
        assert chunk, f"the host has ended: {self.stderr()}"
        *whole, self.rest = (self.rest + chunk).split(b"\n")
        self.events += map(json.loads, whole)
        return True

    def wait(self, wanted, what, since=0):
        """The first event from number `since` on that is wanted."""
        end = time.monotonic() + self.patience
        at = since
        while True:
            for event in self.events[at:]:
                if wanted(event):
                    return event
            at = len(self.events)
            assert self.read(end - time.monotonic()), f"did not happen: {what}; {self.events[since:]}; {self.stderr()}"

    def wait_page(self, who, since=0, at=""):
        """What the next page of that kind has seen."""
        def wanted(event):
            title = title_of(event)
            return title and title["who"] == who and at in title["at"]

        return title_of(self.wait(wanted, f"a page of {who} {at}", since))

    def wait_away(self, since, at="page.html"):
        """A page of another origin is there, or was refused: the library lets no such page in, its twins do."""
        def wanted(event):
            title = title_of(event)
            there = title and title["who"] == "evil" and at in title["at"]
            return there or event["event"] == "failed" and at in event["uri"]

        self.wait(wanted, f"a page of another origin {at}", since)

    def wait_held(self, since):
        """The slow page is asked for."""
        if self.allowed:
            tree.until(lambda: "/held.html" in self.server.asked, "the slow page is asked for")
        else:
            self.wait(lambda event: event["event"] == "evil", "the slow page is asked for", since)

    def release(self):
        """It comes."""
        self.server.go.set()
        self.tell("release")

    def wait_origin(self, origin):
        """The document that is there is of that origin."""
        tree.until(lambda: self.eval("return self.origin") == origin, f"a document of {origin}")

    def wait_load(self, phase, since=0, uri=""):
        return self.wait(lambda e: e["event"] == "load" and e["phase"] == phase and uri in (e["uri"] or ""),
                         f"{phase} {uri}", since)

    def eval(self, script):
        """What the body of an async function returned in the page that is there; None if that went away."""
        self.n += 1
        since = len(self.events)
        self.tell(f"eval {self.n} {script}")
        event = self.wait(lambda e: e["event"] == "value" and e["of"] == str(self.n), script, since)
        return None if event["value"] is None else json.loads(event["value"])

    def web_processes(self):
        found = tree.descendants(self.process.pid)
        return [pid for pid, name in found.items() if name == "WebKitWebProcess"]

    def alive(self):
        """The app's own page gets its link, its label and its answers. What was there may send itself away at the same time, in its place: then it is loaded once more."""
        self.n += 1
        since, at = len(self.events), f"second.html?{self.n}"

        def wanted(event):
            title = title_of(event)
            return title and (at in title["at"] or "page.html" in title["at"])

        self.tell("forget", f"load {APP}/{at}")
        if at not in title_of(self.wait(wanted, f"a page of app {at}", since))["at"]:
            self.tell(f"load {APP}/{at}")
        seen = self.wait_page("app", since, at)
        assert seen["origin"] == APP and seen["label"] == "main", seen
        assert seen["replies"] and set(seen["replies"]) == {"fulfilled"}, seen

    def stderr(self):
        self.errors.seek(0)
        return tree.clean(self.errors.read())

    def close(self):
        if self.process.stdout.closed:
            return
        self.process.stdin.close()
        try:
            assert self.process.wait(tree.PATIENCE_S) == 0, self.stderr()
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.server.close()


def title_of(event):
    """What a page has told with its title, or None."""
    title = event.get("title")
    return json.loads(title) if event["event"] == "title" and title and title.startswith("{") else None


# ---- what must not be ----

def breaches(host):
    """What gave a document of another origin something of the app's, as sentences; by what the host saw."""
    allowed = [host.server.origin] if host.allowed else []
    own = {"local": APP} | {origin: origin for origin in allowed}
    wrong = [f"a document of {event['real']} was opened as {event['label']} with origin {event['origin'] or 'local'}"
             for event in host.events
             if event["event"] == "open" and own.get(event["origin"] or "local") != event["real"]]
    for seen in filter(None, map(title_of, host.events)):
        if seen["origin"] not in (APP, *allowed) and (seen["names"] or seen["label"] or seen["replies"]):
            wrong.append(f"a page of {seen['origin']} has {seen}")
        elif seen["origin"] != APP and "fulfilled" in seen["replies"]:
            wrong.append(f"a page of {seen['origin']} got an answer")
    return wrong


def breaches_of_log(host):
    """The same by the app's log: sessions of other origins, and calls that only a page of another origin makes."""
    allowed = ("local", host.server.origin) if host.allowed else ("local",)
    records = host.app.records()
    wrong = [f"a session of {record['origin']}" for record in records
             if record["event"] == "open" and record["origin"] not in allowed]
    return wrong + [f"a call: {record}" for record in records
                    if record["event"] == "call" and record["verdict"] != "deny" and "evil.txt" in json.dumps(record)]
