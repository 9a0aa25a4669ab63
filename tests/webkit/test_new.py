"""`trollbridge new`: what it makes is whole, runs in a window, and may do what it says and no more."""

import json
import os
import shutil
import subprocess

import pytest

import apps
import tree

TEMPLATES = tree.TOP / "cli/template"
# Both templates' pages are worked in the same way.
WORK = """
const output = document.querySelector('output');
const said = async (text) => {
  while (!output.value.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
  return output.value;
};
const press = (id) => document.querySelector('#' + id).click();
await said('read.');
const note = document.querySelector('#note');
const before = note.value;
note.value = 'Changed in the window.\\n';
press('save');
await said('saved.');
press('beyond');
return [before, await said('scope')];
"""


@pytest.fixture
def made(make_app):
    """made(name, *options): the app that `trollbridge new` made, and what it said."""

    def make(name, *options):
        app = make_app()
        app.path = app.folder / name
        code, out, errors = app.run("new", app.path, *options)
        assert (code, errors) == (0, "")
        app.log = app.home / f"state/trollbridge/com.example.{name}/audit.jsonl"
        return app, out

    return make


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def check_policy(app):
    """Clean in mode strict, and as small as the page needs."""
    code, out, errors = app.run("policy", "check", "--deny-warnings", "--json", app.path)
    assert (code, errors) == (0, ""), out + errors
    answer = json.loads(out)
    assert answer["mode"] == "strict" and answer["warnings"] == []
    assert set(answer["allowed"]) == {"plugin:fs|read_text_file", "plugin:fs|write_text_file"}
    for entries in answer["allowed"].values():
        for entry in entries:
            assert [allow["path"] for allow in answer["scopes"][str(entry["scope"])]["allow"]] == ["$RESOURCE/data/**"]


def check_cases(app):
    code, out, errors = app.run("test", app.path, "--coverage=all")
    assert (code, errors) == (0, ""), out + errors


def work(app):
    before, refused = apps.run_app(app, eval=WORK)
    assert before == (TEMPLATES / "vanilla/data/note.txt").read_text()
    assert (app.path / "data/note.txt").read_text() == "Changed in the window.\n"
    codes = [r["code"] for r in app.records() if r["event"] == "done"]
    assert codes == ["", "", "scope"]
    return refused


@pytest.mark.parametrize("options", [(), ("--template", "vanilla")])
def test_vanilla(made, options):
    app, out = made("my-notes", *options)
    assert out.endswith(f"next: trollbridge run {app.path}\n      trollbridge dev {app.path}  (in a browser)\n")
    assert files_below(app.path) == files_below(TEMPLATES / "vanilla")
    assert not [name for name in files_below(app.path) if "@NAME@" in (app.path / name).read_text()]
    assert 'id = "com.example.my-notes"' in (app.path / "trollbridge.toml").read_text()
    check_policy(app)
    check_cases(app)
    assert work(app).startswith("scope: ")


def npm(app, *words):
    """As whoever runs the tests, whose cache is used."""
    done = subprocess.run(["npm", *words], cwd=app.path, capture_output=True, text=True, check=False, timeout=300,
                          env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]})
    assert done.returncode == 0, done.stdout + done.stderr


def test_vite(made):
    app, out = made("my-notes", "--template", "vite")
    assert out.endswith("&& npm ci && npm run build\n      trollbridge run .\n      trollbridge dev .  (in a browser, beside `npm run dev`)\n")
    expected = [".gitignore" if name == "gitignore" else name for name in files_below(TEMPLATES / "vite")]
    assert files_below(app.path) == sorted(expected)
    assert json.loads((app.path / "package.json").read_text())["name"] == "my-notes"
    check_policy(app)
    check_cases(app)
    npm(app, "ci", "--no-audit", "--no-fund")
    npm(app, "run", "build")
    # What the window shows is built of Tauri's package as npm has it.
    assert json.loads((app.path / "node_modules/@tauri-apps/plugin-fs/package.json").read_text())["version"] == "2.6.0"
    assert "scope" in work(app)


def test_versions_are_pinned():
    package = json.loads((TEMPLATES / "vite/package.json").read_text())
    lock = json.loads((TEMPLATES / "vite/package-lock.json").read_text())["packages"]
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all(entry.get("integrity") for path, entry in lock.items() if path)


@pytest.mark.parametrize("words, code, message", [
    (["a", "--template", "react"], 2, "there is no template react"),
    (["a", "--template"], 2, "--template needs a name"),
    (["a", "b"], 2, "one folder at a time"),
    ([], 2, "the folder is missing"),
    (["--plugin", "a", "--template", "vite"], 2, "--template is for apps"),
    (["Upper"], 2, "the app is named like its folder"),
    (["-x"], 2, "there is no option -x"),
])
def test_usage(make_app, words, code, message):
    app = make_app()
    found, out, errors = app.run("new", *(str(app.folder / word) if word in ("a", "b", "Upper") else word for word in words))
    assert (found, out) == (code, "") and message in errors
    assert not (app.folder / "a").exists()


def test_nothing_is_overwritten(make_app):
    app = make_app()
    before = files_below(app.path)
    code, _, errors = app.run("new", app.path)
    assert code == 2 and "is not empty" in errors and files_below(app.path) == before


def test_a_part_that_is_missing(make_app):
    """The installed tree without its templates."""
    app = make_app()
    shutil.copytree(app.installed, app.folder / "root", symlinks=True)
    shutil.rmtree(app.folder / "root/share/trollbridge/templates")
    app.installed = app.folder / "root"
    code, _, errors = app.run("new", app.folder / "mine")
    assert code == 4 and "a part of Trollbridge is missing" in errors
