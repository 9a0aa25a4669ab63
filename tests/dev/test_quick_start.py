"""The README's quick start, word by word, from an empty folder."""

import pathlib
import re
import shlex

import apps
import bridge as bridges

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
SAID = "document.querySelector('output')?.value"


def commands():
    """What the README says to type, in its order."""
    section = re.search(r"^## Quick start\n(.*?)^## ", README.read_text(), re.M | re.S)[1]
    return [shlex.split(line.strip()[2:], comments=True) for line in section.splitlines() if line.startswith("    $ ")]


def test_new_dev_run(make_app, tab):
    app = make_app()
    app.path = app.folder / "empty"
    app.path.mkdir()
    made, served, opened = commands()
    assert [words[:2] for words in (made, served, opened)] == [["trollbridge", verb] for verb in ("new", "dev", "run")]
    assert len({words[2] for words in (made, served, opened)}) == 1
    folder = app.path / made[2]
    code, out, errors = app.run("new", folder, *made[3:])
    assert (code, errors) == (0, "") and "trollbridge dev" in out and "trollbridge run" in out

    app.path = folder
    page = tab()
    bridge = bridges.Bridge(app, *served[3:])
    page.goto(bridge.main.url)
    page.until(f"{SAID}?.includes('read.')", "the page has read its note")
    page.locator("#note").fill("Written in a browser.")
    page.locator("#save").click()
    page.until(f"{SAID}?.includes('saved.')", "the page has saved it")
    page.context().close()
    assert bridge.end() == 0
    assert (folder / "data/note.txt").read_text() == "Written in a browser."

    read = f"while (!{SAID}?.includes('read.')) await new Promise((resolve) => setTimeout(resolve, 10)); return document.querySelector('#note').value;"
    assert apps.run_app(app, eval=read) == "Written in a browser."
