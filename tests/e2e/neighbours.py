"""Plugins that misbehave beside one that works: what `./tb soak neighbours` measures and
test_neighbours.py counts.

Each way keeps a plugin `bad` busy in a view while calls of `fs` are made in the same view."""

import contextlib
import json

import spout
import tree

LATE_MS = 50
IN_FLIGHT = 16


def command(name):
    return f"plugin:bad|{name}"


def make(app):
    """Every view of the app has `fs` and `bad`."""
    spout.add(app, "bad")
    main = app.path / "capabilities/main.json"
    main.write_text(json.dumps(json.loads(main.read_text()) | {"windows": ["*"]}))
    (app.path / "capabilities/events.json").write_text(
        '{"identifier": "events", "windows": ["*"], "permissions": ["core:event:default"]}')
    app.manifest(f'[limits."{command("late")}"]\ndeadline_ms = {LATE_MS}')


class Trouble:
    """Calls of `bad` that are under way all the time: each one that ends is made again."""

    def __init__(self, host, view, name, n, expected):
        self.host, self.view, self.name, self.n = host, view, name, n
        self.expected = expected
        self.calls = []
        self.n_ended = 0

    def renew(self):
        """Takes the answers that are there, checks them, and makes those calls again."""
        for call in self.calls:
            for line in [line for line in self.host.lines if line.get("id") == call]:
                self.host.lines.remove(line)
                assert line["error"]["code"] in self.expected, line
                self.calls.remove(call)
                self.n_ended += 1
        while len(self.calls) < self.n:
            self.calls.append(self.host.start(self.view, command(self.name), {}))

    def stop(self):
        """`crash` and `late` end by themselves; the others do when they are cancelled."""
        for call in self.calls:
            if self.expected == ["cancelled"]:
                self.host.say("cancel", self.view, call)
            code = self.host.answer(call)["error"]["code"]
            assert code in self.expected, code
        self.calls = []


# name: the command, calls at a time, what each of them may be answered
WAYS = {
    "crash": ("crash", 4, ["plugin_crashed", "plugin_unavailable"]),
    "hang": ("hang", 32, ["cancelled"]),
    "late": ("late", 8, ["timeout"]),
    "flood": ("flood", 1, ["cancelled"]),
    "flood, heard": ("flood", 1, ["cancelled"]),  # by a listener in the view, which takes all
}


@contextlib.contextmanager
def trouble(host, way, view="main"):
    listener = None
    if way == "flood, heard":
        listener = host.start(view, "plugin:event|listen", {"event": "bad://drop"})
        tree.until(lambda: host.progress(listener, view)["chunks"] > 0, "it listens")
    troubles = Trouble(host, view, *WAYS[way])
    troubles.renew()
    try:
        yield troubles
    finally:
        troubles.stop()
        if listener:
            host.say("cancel", view, listener)
            assert host.answer(listener)["error"]["code"] == "cancelled"


def soak(host, n, troubles=None, view="main"):
    """n calls of `fs`; the trouble is kept up meanwhile. Returns the line that the host prints."""
    host.say("soak", view, n, IN_FLIGHT, tree.READ, '{"path": "data/hello.txt"}')
    found = []

    def ended():
        found.extend(line for line in host.lines if "soaked" in line)
        if troubles and not found:
            troubles.renew()
        if not found:
            host.read(tree.PATIENCE_S)
        return found

    tree.until(ended, "the calls are answered", 600)
    host.lines.remove(found[0])
    return found[0]
