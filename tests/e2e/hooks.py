"""The example app with a hook of a test's own."""

import json

import tree


def add(app, text, commands=("plugin:fs|*",), **budgets):
    """The hook sees these commands, in every view."""
    (app.path / "isolation.js").write_text(text)
    lines = [f"{key} = {value}" for key, value in budgets.items()]
    for path in app.path.glob("capabilities/*.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "windows": ["*"]}))
    app.manifest("\n".join(["[hook]", 'file = "isolation.js"', f"commands = {json.dumps(list(commands))}",
                            *lines]))


def change(app, text):
    """What stands on the disk from now on; what runs is what was compiled."""
    (app.path / "isolation.js").write_text(text)


def records(app, **wanted):
    return [record for record in app.records() if wanted.items() <= record.items()]


def record(app, **wanted):
    """The last record of that kind, once there is one."""
    return tree.until(lambda: records(app, **wanted)[-1:], f"a record of {wanted}")[0]
