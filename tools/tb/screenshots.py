#!/usr/bin/env python3
"""Pictures of the notes example, as docs/images has them: of a copy, in a real window without a screen."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/webkit"), str(TOP / "tests/e2e")]
import display  # noqa: E402

PROGRAM = TOP / "build/root/bin/trollbridge"
IMAGES = TOP / "docs/images"
UNTIL = """
const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10)); };
const $ = (id) => document.getElementById(id);
await until(() => document.body.dataset.state === 'ready');
[...document.querySelectorAll('#list [role=option]')].find((option) => option.dataset.name === 'Bridge repairs').click();
"""
SEARCH = "$('search').value = 'token'; $('search').dispatchEvent(new Event('input')); $('option-0').click();"
ATTACKS = "$('tab-attacks').click(); $('attack').click(); await until(() => $('attack-verdict').textContent);"
# name: (GTK's theme, what is done before)
PICTURES = {"light": ("Adwaita", ""), "dark": ("Adwaita:dark", SEARCH), "attacks": ("Adwaita", ATTACKS)}
# When each note was last changed, in days before the first of them.
AGES = {"Bridge repairs.txt": 0, "Toll.txt": 3, "Reading list.txt": 11, "hello.txt": 30}


def take(name, theme, script, folder, environment):
    app = folder / name
    shutil.copytree(TOP / "examples/notes", app, symlinks=True)
    for file, days in AGES.items():
        changed = (app / "data" / file).stat().st_mtime - days * 86400
        os.utime(app / "data" / file, (changed, changed))
    (folder / "script.js").write_text(UNTIL + script)
    subprocess.run([PROGRAM, "run", app, "--eval", folder / "script.js", "--screenshot", IMAGES / f"notes-{name}.png"],
                   check=True, stdout=subprocess.DEVNULL, env={**environment, "GTK_THEME": theme, "HOME": str(folder / f"home-{name}")})


def main():
    screen = display.Display()
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "GSETTINGS_BACKEND": "memory", **screen.environment}
    try:
        with tempfile.TemporaryDirectory(prefix="tb-pictures-") as folder:
            for name, (theme, script) in PICTURES.items():
                take(name, theme, script, pathlib.Path(folder), environment)
                print(f"docs/images/notes-{name}.png")
    finally:
        screen.close()


main()
