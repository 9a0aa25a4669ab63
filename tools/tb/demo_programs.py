"""The part of the demo about programs: git of examples/history, without its page, in a folder that the host says a person picked."""

import json
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/e2e"), str(TOP / "tests/webkit")]
import picker  # noqa: E402
import repositories  # noqa: E402

EXECUTE = "plugin:shell|execute"
SUBJECTS = ("Build a bridge", "Ask for a toll", "Let the small goat pass")


def log_of(app):
    """The arguments as the example's policy has them, a page's own put in."""
    file = app.path / "capabilities/main.json"
    policy = json.loads(file.read_text())
    [spawn] = [permission for permission in policy["permissions"] if isinstance(permission, dict)]
    # What ends by itself is asked for in one call here: the page has it as a stream.
    policy["permissions"].append({**spawn, "identifier": "shell:allow-execute"})
    file.write_text(json.dumps(policy))
    [args] = [entry["args"] for entry in spawn["allow"] if entry["name"] == "log"]
    return lambda count, revision: [word if isinstance(word, str) else given for word, given in zip(args, pages(args, count, revision))]


def pages(args, *given):
    """What the page says where it has a say; None elsewhere."""
    own = iter(given)
    return [None if isinstance(word, str) else next(own) for word in args]


class Programs:
    def __init__(self, host, folder, row):
        self.host, self.folder, self.row = host, folder, row

    def run(self, args, program="log", **options):
        """(what it wrote, "") or (None, the error's code)."""
        answer = self.host.call(command=EXECUTE, args={"program": program, "args": args, "options": {"cwd": str(self.folder), **options}})
        return (answer["value"]["stdout"], "") if "value" in answer else (None, answer["error"]["code"])

    def allowed(self, what, args):
        out, code = self.run(args)
        found = [line.rpartition("\x1f")[2] for line in (out or "").splitlines()]
        self.row(found == list(SUBJECTS[::-1]), what, f"allowed: {len(found)} commits" if not code else code)

    def refused(self, what, layer, args, **more):
        _, code = self.run(args, **more)
        self.row(code == "scope", what, f"refused: {code or 'NOTHING'}", layer)


def show(host, folder, log, row):
    """`host`: of the example, with its view open; `log`: from log_of."""
    repository = repositories.Repository(folder / "bridge", SUBJECTS)
    git = Programs(host, repository.folder, row)
    plugin = "the plugin: "
    git.refused("git log where nobody has picked a folder", plugin + "cwd", log("50", "HEAD"))
    row(picker.pick(host, repository.folder, "fr") == "", "a person picks the folder", "given to the plugin", "a descriptor, for reading")
    git.allowed("git log there", log("50", "HEAD"))
    git.refused("git log --output=FILE", plugin + "no options", log("50", "--output=/tmp/x"))
    git.refused("git log with one argument more", plugin + "arguments", [*log("50", "HEAD"), "--ext-diff"])
    git.refused("git clone", plugin + "arguments", ["clone", "https://example.org/x"])
    git.refused("sh -c id", plugin + "programs", ["-c", "id"], program="sh")
    git.refused("git log with GIT_SSH_COMMAND=id", plugin + "environment", log("50", "HEAD"), env={"GIT_SSH_COMMAND": "id"})
    git.allowed("git log there still", log("50", "HEAD"))
