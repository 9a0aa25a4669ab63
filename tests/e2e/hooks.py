"""The example app with a hook of a test's own."""

import json

import tree

ECHO = "plugin:fs|exists"  # a command that answers at once


def add(app, text, commands=("plugin:fs|*",), **budgets):
    """The hook sees these commands."""
    (app.path / "isolation.js").write_text(text)
    lines = [f"{key} = {value}" for key, value in budgets.items()]
    app.manifest("\n".join(["[hook]", 'file = "isolation.js"', f"commands = {json.dumps(list(commands))}",
                            *lines]))


def change(app, text):
    """What stands on the disk from now on; what runs is what was compiled."""
    (app.path / "isolation.js").write_text(text)


def record(app, **wanted):
    """The last record of that kind, once it is written."""
    def found():
        return [record for record in app.records() if wanted.items() <= record.items()][-1:]

    return tree.until(found, f"a record of {wanted}")[0]
