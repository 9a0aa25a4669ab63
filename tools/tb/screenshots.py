#!/usr/bin/env python3
"""Pictures of the examples notes, vault and history, as docs/images has them: of copies, in a real window without a screen; and of notes in Chromium."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/webkit"), str(TOP / "tests/e2e")]
import display  # noqa: E402
import gpg_home  # noqa: E402
import prompts  # noqa: E402
import repositories  # noqa: E402

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


# The vault: people whose public keys are in it, and what is done in each picture.
PEOPLE = ("Beowulf <beowulf@geats.example>", "Wealhtheow <wealhtheow@heorot.example>", "Wiglaf <wiglaf@geats.example>")
KEYS = """
const { enclave } = await import('./enclave.js');
const passphrase = 'three goats, one bridge';
const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10)); };
const $ = (id) => document.getElementById(id);
const ready = () => until(() => document.body.dataset.state === 'ready' && !$('ask').open);
const unlock = async () => { await until(() => $('ask-title').textContent.startsWith('Unlock')); $('passphrase').value = passphrase; $('ask-ok').click(); await ready(); };
await ready();
for (const person of PEOPLE) {
  const [key] = await enclave.importPublicKey(person);
  if (key.user_ids[0].startsWith('Beowulf')) await enclave.trust(key, 'verified');
}
$('first').click();
for (const [id, value] of Object.entries({ name: 'Hilde Brandt', email: 'hilde@example.org', passphrase, again: passphrase })) $(id).value = value;
$('ask-ok').click();
await ready();
"""
WRITE = """
$('tab-write').click();
$('note').value = 'At the bridge, at dawn. Bring the goats, all three of them.';
for (const box of [...document.querySelectorAll('#recipients input')].slice(0, 3)) box.click();
$('encrypt').click();
await unlock();
await until(() => $('written').value);
"""
PASSWORDS = """
$('lock').click();
await unlock();
$('tab-passwords').click();
for (const [site, secret] of [['bank.example', 'x'], ['heorot.example', 'mead-hall, third bench'], ['mail.example.org', 'x']]) {
  $('site').value = site;
  $('secret').value = secret;
  $('put').click();
  await until(() => $(`show-${site}`));
  await ready();
}
$('show-heorot.example').click();
await until(() => $('show-heorot.example').textContent === 'Hide');
$('invent').click();
"""
VAULTS = {"light": ("Adwaita", WRITE), "dark": ("Adwaita:dark", PASSWORDS)}


# The history: a repository as somebody might have it, the oldest commit first, and what is done.
SUBJECTS = ("Build the bridge", "Paint the railing", "Take a toll: one goat for each crossing", "Let the smallest goat pass", "Say when the troll sleeps",
            "Mend the third plank", "Count goats once, however they cross", "Refuse goats that say they are somebody else", "Raise the toll to two goats",
            "Give change", "Write down who crossed, and when", "Keep the book where no goat reaches it", "Let the middle goat pass", "Meet the big goat",
            "Mend the bridge")
HISTORY = """
const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10)); };
const $ = (id) => document.getElementById(id);
await until(() => document.body.dataset.state === 'ready');
$('first').click();
await until(() => document.body.dataset.state === 'read');
$('folder').textContent = '/home/hilde/src/bridge';
$('commit-3').click();
await until(() => $('detail').dataset.state === 'read');
$('list').focus();
"""


def picture(name, app, theme, script, folder, environment):
    (folder / "script.js").write_text(script)
    subprocess.run([PROGRAM, "run", app, "--eval", folder / "script.js", "--screenshot", IMAGES / f"{name}.png"],
                   check=True, stdout=subprocess.DEVNULL, env={**environment, "GTK_THEME": theme, "HOME": str(folder / f"home-{name}")})
    print(f"docs/images/{name}.png")


def take_notes(name, theme, script, folder, environment):
    app = folder / name
    shutil.copytree(TOP / "examples/notes", app, symlinks=True)
    for file, days in AGES.items():
        changed = (app / "data" / file).stat().st_mtime - days * 86400
        os.utime(app / "data" / file, (changed, changed))
    picture(f"notes-{name}", app, theme, UNTIL + script, folder, environment)


def take_vaults(folder, environment):
    with gpg_home.Gpg() as gpg:
        people = [gpg.public(gpg.person(person)) for person in PEOPLE]
    for name, (theme, script) in VAULTS.items():
        picture(f"vault-{name}", TOP / "examples/vault", theme, f"const PEOPLE = {json.dumps(people)};{KEYS}{script}", folder, environment)


def take_history(folder, environment):
    """A person picks the folder: the dialog is seen and answered as in the tests."""
    repository = repositories.Repository(folder / "bridge", SUBJECTS)
    repository.git("tag", "v1", "main~8")
    (folder / "history.js").write_text(HISTORY)
    environment = {**environment, "GTK_THEME": "Adwaita", "HOME": str(folder / "home-history"), "GTK_MODULES": str(prompts.WITNESS)}
    words = ["run", TOP / "examples/history", "--eval", folder / "history.js", "--screenshot", IMAGES / "history.png"]
    with subprocess.Popen([PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        person = prompts.Prompts(process, environment)
        person.choose(repository.folder)
        told, status = person.end()
    if status != 0:
        raise SystemExit(f"docs/images/history.png: {person.told}{told}")
    print("docs/images/history.png")


def take_dev(folder):
    """The notes in a browser: with the panel open, and with a policy that is wrong. As the tests open them."""
    app = folder / "dev"
    shutil.copytree(TOP / "examples/notes", app, symlinks=True)
    subprocess.run(["node", TOP / "tools/tb/screenshots_dev.mjs", PROGRAM, app, IMAGES], check=True,
                   env={**os.environ, "HOME": str(folder / "home-dev"), "XDG_STATE_HOME": str(folder / "home-dev/state")})


def main():
    screen = display.Display()
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "GSETTINGS_BACKEND": "memory", **screen.environment}
    try:
        with tempfile.TemporaryDirectory(prefix="tb-pictures-") as folder:
            for name, (theme, script) in PICTURES.items():
                take_notes(name, theme, script, pathlib.Path(folder), environment)
            take_vaults(pathlib.Path(folder), environment)
            take_history(pathlib.Path(folder), environment)
            take_dev(pathlib.Path(folder))
    finally:
        screen.close()


main()
