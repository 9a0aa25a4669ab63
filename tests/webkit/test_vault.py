"""The vault example in a real window, by real clicks and keys, with the real enclave; gpg is the other side."""

import contextlib
import json
import shutil

import pytest

import gpg_home
import tree
from window import Window

VAULT = tree.TOP / "examples/vault"
LOOK = """
  const $ = (id) => document.getElementById(id);
  const text = (id) => $(id).checkVisibility() ? $(id).innerText : '';
  const rows = (selector) => [...document.querySelectorAll(selector)];
  const keys = (list) => rows(`#${list} [role=option]`).map((row) => [row.id.slice(4), row.querySelector('.name').textContent, row.dataset.state]);
  return {
    state: document.body.dataset.state, notice: text('notice'), look: $('notice').dataset.look, lock: text('lock-state'),
    own: keys('own'), people: keys('people'), chosen: rows('#sidebar [aria-selected=true]').map((row) => row.id.slice(4))[0] ?? '',
    asked: $('ask').open ? text('ask-title') : '', problem: $('ask').open ? text('ask-problem') : '', busy: $('ask').hasAttribute('data-busy'),
    fields: Object.fromEntries(rows('input, textarea').filter((field) => field.checkVisibility()).map((field) => [field.id, field.value])),
    note: $('note').value, written: $('written').value, received: $('received').value, opened: text('opened'),
    verdicts: rows('#verdict li').map((row) => [row.dataset.look, row.textContent]),
    passwords: rows('#passwords li').map((row) => [row.querySelector('.name').textContent, row.querySelector('.secret').textContent]),
    facts: text('facts'), keyText: $('key-text').value, empty: text('no-passwords'),
    dark: matchMedia('(prefers-color-scheme: dark)').matches, paper: getComputedStyle(document.body).backgroundColor,
    wide: document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight,
  };
"""
PASSPHRASE = "three goats, one bridge"
NOTE = "At the bridge, at dawn."
MASK = "•" * 12


@pytest.fixture
def vault(make_app):
    """A copy of the example, with a home of its own."""
    app = make_app()
    shutil.rmtree(app.path)
    shutil.copytree(VAULT, app.path)
    app.log = app.home / "state/trollbridge/com.example.vault/audit.jsonl"
    return app


@pytest.fixture
def window(vault):
    """window(answer): the example's window. `answer`: what a person says who is asked about a signature."""
    @contextlib.contextmanager
    def open_window(answer="dismissed", **environment):
        with tree.leaves_nothing(), Window(vault, LOOK, "Vault", ("--answer", answer), **environment) as page:
            page.wait(lambda state: state["state"] == "ready", "the keys are listed")
            yield page

    return open_window


@pytest.fixture
def gpg():
    with gpg_home.Gpg() as home:
        yield home


def write(page, field, text):
    """In the place of what is there."""
    page.click(field)
    page.key("ctrl+a")
    page.type(text)
    page.wait(lambda state: state["fields"].get(field) == text, f"all of it is in {field}")


def fill(page, *fields):
    """(the field's id, its text)…, and Return in the last."""
    for name, text in fields:
        write(page, name, text)
    page.key("Return")


def done(page, what):
    return page.wait(lambda state: state["state"] == "ready" and not state["asked"], what)


def make_key(page, name="Hilde", email="hilde@example.org"):
    """Answers its fingerprint."""
    page.click("first" if "first" in page.state["places"] else "new")
    fill(page, ("name", name), ("email", email), ("passphrase", PASSPHRASE), ("again", PASSPHRASE))
    page.wait(lambda state: any(own[1] == name for own in state["own"]), "the key is made")
    return done(page, "all is told")["chosen"]


def unlock(page, passphrase=PASSPHRASE):
    page.wait(lambda state: state["asked"].startswith("Unlock"), "a passphrase is asked for")
    fill(page, ("passphrase", passphrase))


def add(page, gpg, fingerprint):
    page.click("add")
    write(page, "certificate", gpg.public(fingerprint))
    page.click("ask-ok")
    page.wait(lambda state: fingerprint in [key[0] for key in state["people"]], "the person is there")
    done(page, "all is told")


def public_key(page, fingerprint):
    page.click(f"key-{fingerprint}")
    page.click("tab-key")
    page.click("publish")
    return page.wait(lambda state: "PUBLIC KEY BLOCK" in state["keyText"] and "for everybody" in state["notice"], "the public key is shown")["keyText"]


def nothing_is_kept(app):
    """No file of the app's state has a passphrase or a note."""
    for path in app.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (PASSPHRASE, NOTE, "mead-hall"):
                assert secret.encode() not in content, path


def logged(app, command):
    """All that the log says of these calls."""
    return json.dumps([record for record in app.records() if record["command"] == f"plugin:enclave|{command}"])


def test_a_key_is_made_and_stays(window, vault):
    with window() as page:
        assert not page.state["own"] and "first" in page.state["places"]
        key = make_key(page)
        assert page.state["own"] == [[key, "Hilde", "locked"]]
        assert page.state["keyText"].startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")  # its revocation
    with window() as page:
        assert [own[0] for own in page.state["own"]] == [key]
    nothing_is_kept(vault)


def test_passphrases_that_differ_make_no_key(window):
    with window() as page:
        page.click("first")
        fill(page, ("name", "Hilde"), ("email", "h@example.org"), ("passphrase", PASSPHRASE), ("again", "another"))
        page.wait(lambda state: "differ" in state["problem"] and not state["busy"], "it is said")
        page.key("Escape")
        assert not done(page, "the form is gone")["own"]


def test_only_the_passphrase_unlocks(window):
    with window() as page:
        make_key(page)
        page.click("lock")
        unlock(page, "two goats")
        page.wait(lambda state: state["problem"] == "This is not the passphrase." and not state["busy"], "it is said")
        assert page.state["fields"]["passphrase"] == "" and page.state["own"][0][2] == "locked"
        fill(page, ("passphrase", PASSPHRASE))
        done(page, "the form is gone")
        page.wait(lambda state: state["own"][0][2] == "open" and "is open for" in state["lock"], "the key is open")
        page.click("lock")
        page.wait(lambda state: state["own"][0][2] == "locked" and "is locked" in state["lock"], "the key is locked")


def test_a_note_for_several_people(window, vault, gpg):
    with window() as page:
        me = make_key(page)
        people = [gpg.person(f"{name} <{name.lower()}@example.org>") for name in ("Beowulf", "Wiglaf")]
        for person in people:
            add(page, gpg, person)
        gpg.take(public_key(page, me))
        page.click("tab-write")
        write(page, "note", NOTE)
        for person in people:
            page.click(f"to-{person}")
        page.click("encrypt")
        unlock(page)
        message = page.wait(lambda state: state["written"] and state["notice"] == "Encrypted and signed.", "it is encrypted")["written"]
    assert NOTE not in message
    for person in people:
        out, words = gpg.status("--try-secret-key", person, "--decrypt", given=message)
        assert out.decode() == NOTE and "GOODSIG" in words and words.count("ENC_TO") == 2
    nothing_is_kept(vault)
    assert all(person in logged(vault, "encrypt") for person in people)


def test_a_note_from_somebody(window, vault, gpg):
    with window() as page:
        me = make_key(page)
        gpg.take(public_key(page, me))
        beowulf = gpg.person("Beowulf <beowulf@example.org>")
        add(page, gpg, beowulf)
        message = gpg.run("--armor", "--sign", "--local-user", beowulf, "--recipient", me, "--encrypt", given=NOTE).stdout.decode()
        page.click(f"key-{me}")
        page.click("tab-read")
        write(page, "received", message)
        page.click("decrypt")
        unlock(page)
        state = page.wait(lambda state: state["opened"] == NOTE, "it is read")
        [(look, words)] = state["verdicts"]
        assert look == "warn" and "Beowulf" in words and "not verified" in words
        page.click(f"key-{beowulf}")
        page.click("tab-key")
        page.click("trust")
        page.wait(lambda state: state["people"] == [[beowulf, "Beowulf", "verified"]], "they are verified")
        page.click("tab-read")
        page.click("decrypt")
        page.wait(lambda state: state["verdicts"] == [["good", "Signed by Beowulf <beowulf@example.org>"]], "it is known whose it is")
        write(page, "received", message[:200])
        page.click("decrypt")
        page.wait(lambda state: state["look"] == "bad" and not state["opened"], "what is broken is not read")
    nothing_is_kept(vault)


def test_a_signature_that_a_person_agrees_to(window, gpg):
    with window("once") as page:
        me = make_key(page)
        gpg.take(public_key(page, me))
        page.click("tab-write")
        write(page, "note", NOTE)
        page.click("sign")
        unlock(page)
        signed = page.wait(lambda state: "PGP SIGNED MESSAGE" in state["written"], "it is signed")["written"]
        out, words = gpg.status("--decrypt", given=signed)
        assert out.decode().strip() == NOTE and "GOODSIG" in words
        page.click("tab-read")
        write(page, "received", signed)
        page.click("verify")
        state = page.wait(lambda state: state["verdicts"], "it is verified")
        assert state["opened"].strip() == NOTE and "Hilde" in state["verdicts"][0][1]
        write(page, "received", signed.replace("dawn", "noon"))
        page.click("verify")
        page.wait(lambda state: [look for look, _ in state["verdicts"]] == ["bad"], "what was changed is found")


def test_a_signature_that_nobody_agrees_to(window, vault):
    with window() as page:
        make_key(page)
        page.click("tab-write")
        write(page, "note", NOTE)
        page.click("lock")
        unlock(page)
        page.wait(lambda state: state["own"][0][2] == "open", "the key is open")
        page.click("sign")
        page.wait(lambda state: state["notice"] == "You said no, so nothing was signed.", "it is said")
        assert page.state["written"] == ""
    assert [record["code"] for record in vault.records() if record["event"] == "call" and record["command"] == "plugin:enclave|sign"] == ["ask_denied"]


def test_passwords_are_kept(window, vault):
    with window() as page:
        make_key(page)
        page.click("tab-passwords")
        page.wait(lambda state: "Locked" in state["empty"], "nothing is shown")
        page.click("open-vault")
        unlock(page)
        page.wait(lambda state: "No passwords yet" in state["empty"], "the vault is open")
        fill(page, ("site", "heorot.example"), ("secret", "mead-hall"))
        page.wait(lambda state: state["passwords"] == [["heorot.example", MASK]], "it is kept")
    with window() as page:
        page.click("tab-passwords")
        page.click("open-vault")
        unlock(page)
        page.click("show-heorot.example")
        page.wait(lambda state: state["passwords"] == [["heorot.example", "mead-hall"]], "it is shown")
        page.click("lock")
        page.wait(lambda state: not state["passwords"] and "Locked" in state["empty"], "nothing is shown")
        page.click("open-vault")
        unlock(page)
        page.click("remove-heorot.example")
        page.wait(lambda state: not state["passwords"] and "No passwords yet" in state["empty"], "it is gone")
    nothing_is_kept(vault)


def test_without_a_worker(window, vault):
    """The page hashes by itself where its policy lets it start none."""
    manifest = vault.path / "trollbridge.toml"
    manifest.write_text(manifest.read_text().replace("worker-src 'self'", "worker-src 'none'"))
    with window() as page:
        make_key(page)
        page.click("lock")
        unlock(page)
        page.wait(lambda state: state["own"][0][2] == "open", "the key is open")
        assert "worker" in page.told  # the console has what was refused


CHEAPER = """
export function onReply({ result }) { return { ...result, passes: 1 }; }
"""


def test_nobody_makes_the_hash_cheap(window, vault):
    """A hook may change what the enclave answers, and so might who took it over."""
    with window() as page:
        make_key(page)
    (vault.path / "isolation.js").write_text(CHEAPER)
    with open(vault.path / "trollbridge.toml", "a", encoding="utf-8") as manifest:
        manifest.write('[hook]\nfile = "isolation.js"\ncommands = ["plugin:enclave|salt"]\n')
    with window() as page:
        page.click("lock")
        unlock(page)
        page.wait(lambda state: "1 passes" in state["problem"] and not state["busy"], "it is refused")
        page.key("Escape")
    commands = [record["command"] for record in vault.records() if record["event"] == "call"]
    assert "plugin:enclave|salt" in commands and "plugin:enclave|unlock" not in commands


@pytest.mark.parametrize("theme, dark", [("Adwaita", False), ("Adwaita:dark", True)])
def test_light_and_dark(window, theme, dark):
    with window(GTK_THEME=theme) as page:
        shade = sum(map(int, page.state["paper"].removeprefix("rgb(").removesuffix(")").split(",")))
        assert page.state["dark"] == dark and (shade < 200) == dark and not page.state["wide"]
