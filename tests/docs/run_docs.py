#!/usr/bin/env python3
"""Runs every command that the documentation shows, and holds what it shows against what happens.

Each page gets a fresh folder with a copy of examples/, a HOME of its own, and the installed
programs on PATH; its sessions run in order. blocks.py has the form of the pages. Besides: TOML and
JSON in pages must be well-formed, files that a page quotes must be as quoted, links must lead
somewhere; and the man pages must say what the programs say (check_man.py). Arguments are pages to
look at alone.
"""
import atexit
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

from blocks import blocks, commands, matches
from check_man import check_all as check_man

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TREE / "tests/webkit"))
from display import Display  # noqa: E402
ROOT = pathlib.Path(os.environ.get("TB_ROOT", TREE / "build/root")).resolve()
TIMEOUT_S = 120

# Commands that are not run again here: CI itself runs them, or they build the tree that this test
# runs in. Each is a command of ./tb, and ./tb must know it.
DOOR = re.compile(r"\./tb (demo|test|check|hostile|bench|fuzz|build|format|help)( \d+)?")


@functools.cache
def screen():
    """What windows are shown on, if a page opens some."""
    display = Display()
    atexit.register(display.close)
    return display.environment


def pages():
    return [TREE / "README.md", TREE / "CHANGELOG.md", *sorted((TREE / "docs").rglob("*.md"))]


def anchors(path):
    """What a heading is called in a link, as forges make it."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Page:
    def __init__(self, name, text, folder):
        self.name, self.text, self.folder = name, text, pathlib.Path(folder)
        self.passed, self.problems = 0, []
        self.work = self.folder / "work"
        self.home = self.folder / "home"

    def prepare(self):
        self.home.mkdir()
        self.work.mkdir()
        shutil.copytree(TREE / "examples", self.work / "examples", symlinks=True)
        (self.work / "build").symlink_to(ROOT.parent)
        (self.work / "shim-js").symlink_to(TREE / "shim-js")

    def check(self, line, problem):
        """Counts one check; problem is what is wrong, or empty."""
        if problem:
            self.problems.append(f"{self.name}:{line}: {problem}")
        else:
            self.passed += 1

    def environment(self):
        return {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "TERM": "dumb",
                "PATH": f"{ROOT / 'bin'}:/usr/local/bin:/usr/bin:/bin",
                "PKG_CONFIG_PATH": str(ROOT / "lib/pkgconfig"),
                "LD_LIBRARY_PATH": str(ROOT / "lib")}

    def run_command(self, command):
        try:
            done = subprocess.run(["bash", "-c", command.text], cwd=self.work, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=TIMEOUT_S,
                                  env=self.environment() | (screen() if "trollbridge run" in command.text else {}))
        except subprocess.TimeoutExpired:
            return f"`{command.text}` did not end within {TIMEOUT_S} s"
        if done.returncode != command.status:
            return (f"`{command.text}` ended with {done.returncode}, the page says "
                    f"{command.status}; it printed\n{done.stdout}")
        if not matches(command.output, done.stdout):
            return (f"`{command.text}` printed\n{done.stdout}-- and the page says\n"
                    + "\n".join(command.output))
        return ""

    def run_session(self, block):
        for command in commands(block):
            door = DOOR.fullmatch(command.text)
            if door:
                usage = subprocess.run(["./tb", "help"], cwd=TREE, text=True, check=True,
                                       capture_output=True).stdout
                known = re.search(rf"^  {door.group(1)} ", usage, flags=re.M)
                self.check(command.line, "" if known else f"./tb has no {door.group(1)}")
            else:
                self.check(command.line, self.run_command(command))

    def look_at(self, block):
        if block.mark == "file":
            file = TREE / block.path
            same = file.is_file() and file.read_text(encoding="utf-8") == block.text
            self.check(block.line, "" if same else f"{block.path} is not as quoted")
        elif block.mark == "write":
            (self.work / block.path).parent.mkdir(parents=True, exist_ok=True)
            (self.work / block.path).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            self.run_session(block)
        elif block.language in ("sh", "bash", "shell"):
            self.check(block.line, "commands belong in a ```console block, where they are run")
        elif block.language in ("toml", "json"):
            try:
                (tomllib if block.language == "toml" else json).loads(block.text)
                self.check(block.line, "")
            except ValueError as error:
                self.check(block.line, f"not {block.language}: {error}")

    def check_links(self, path):
        prose = re.sub(r"^```.*?^```$", "", self.text, flags=re.S | re.M)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if target.startswith("https://"):
                continue
            file, _, anchor = target.partition("#")
            there = path.parent / file if file else path
            problem = "" if there.exists() else f"a link to {target}, which is not there"
            if not problem and anchor and anchor not in anchors(there):
                problem = f"a link to {target}, whose page has no such heading"
            self.check(1, problem)

    def run(self):
        self.prepare()
        try:
            for block in blocks(self.text):
                self.look_at(block)
        except ValueError as error:
            self.check(1, str(error))


def run_page(name, text, path=None):
    with tempfile.TemporaryDirectory(prefix="tb-docs-") as folder:
        page = Page(name, text, folder)
        page.run()
        if path:
            page.check_links(path)
        return page


# A runner that finds nothing wrong with these would find nothing wrong with anything.
PLANTED = {
    "output": "```console\n$ echo yes\nno\n```\n",
    "status": "```console\n$ exit 3\n```\n",
    "status that should not be": "```console\n$ true\n# exit 1\n```\n",
    "silence": "```console\n$ true\nsome text\n```\n",
    "more than shown": "```console\n$ printf 'a\\nb\\n'\na\n```\n",
    "wildcard that matches too much": "```console\n$ echo abc\nab…d\n```\n",
    "unknown door": "```console\n$ ./tb everything\n```\n",
    "unrun commands": "```sh\nrm -rf build\n```\n",
    "broken TOML": "```toml\n[app\n```\n",
    "quotation": "<!-- file: examples/notes/trollbridge.toml -->\n```toml\n[app]\n```\n",
    "output without a command": "```console\nyes\n```\n",
    "refusal of the program": "```console\n$ trollbridge call examples/notes 'plugin:fs|stat'\n```\n",
}


def check_planted_links():
    """A dead link and a dead anchor, and none in a quoted block."""
    page = Page("planted", "[a](NOTHING.md) [b](README.md#no-such-heading) [c](README.md#try-it)\n"
                           "```\n[d](NOTHING.md)\n```\n", ".")
    page.check_links(TREE / "planted.md")
    return page.passed == 1 and len(page.problems) == 2


def main():
    passed, problems = 0, []
    if check_planted_links():
        passed += 1
    else:
        problems.append("a planted dead link was not found")
    for what, text in PLANTED.items():
        if run_page("planted", text).problems:
            passed += 1
        else:
            problems.append(f"the planted error was not found: {what}")
    chosen = [pathlib.Path(name).resolve() for name in sys.argv[1:]] or pages()
    for path in chosen:
        page = run_page(path.relative_to(TREE), path.read_text(encoding="utf-8"), path)
        passed += page.passed
        problems += page.problems
    if not sys.argv[1:]:
        man_passed, man_problems = check_man()
        passed += man_passed
        problems += man_problems
    print("\n".join(problems))
    print(f"{passed} passed, {len(problems)} failed")
    return 1 if problems or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
