"""An app whose own command `echo` is served by the host, which answers the arguments as it got them."""

import json

import tree

ECHO = "echo"
OWN = """
[[permission]]
identifier = "own"
description = "The app's own commands."
commands.allow = ["echo", "whoami"]
"""
CAPABILITY = {"identifier": "own", "windows": ["main", "other"], "permissions": ["own", "core:event:default"]}


def add(app, manifest):
    """The app gets that command, in the views `main` and `other`, and this at the end of its manifest."""
    (app.path / "permissions").mkdir(exist_ok=True)
    (app.path / "permissions/own.toml").write_text(OWN)
    (app.path / "capabilities/own.json").write_text(json.dumps(CAPABILITY))
    app.manifest(manifest)


def running(app, manifest, *views):
    """A host of the app with that, as of tree.running."""
    add(app, manifest)
    return tree.running(app, *views)


def line_of(app, text):
    """Where that stands in the manifest, counted from 1."""
    lines = (app.path / "trollbridge.toml").read_text().split("\n")
    return next(n for n, line in enumerate(lines, 1) if text in line)


def records(app, n, **wanted):
    """The first n records of that kind, once they are written."""
    def found():
        return [record for record in app.records() if wanted.items() <= record.items()][:n]

    tree.until(lambda: len(found()) == n, f"{n} records of {wanted}")
    return found()


def record(app, **wanted):
    return records(app, 1, **wanted)[0]


def alert(host, event):
    """The next alert of that kind that the host has been told of."""
    return host.wait(lambda line: line.get("alert") == event)


def outcome(host, args, view="main", command=ECHO):
    """What a call came to: its value, or the code of its error."""
    line = host.call(view, command, args)
    return line["error"]["code"] if "error" in line else line["value"]
