"""What a person is asked about keys, in windows of the host's over the vault example."""

import contextlib
import json
import shutil

import pytest

import gpg_home
import prompts
import tree
from secret_prompts import Secret

PASSPHRASE = "three goats, one bridge"
MAKE = """
const { enclave } = await import('./enclave.js');
const passphrase = %s;
const key = await enclave.generateKey({ name: 'Hilde', email: 'hilde@example.org', passphrase });
const why = (error) => error.reason;
""" % json.dumps(PASSPHRASE)


@pytest.fixture
def run(make_app, installed):
    """run(eval): prompts of the example's window, for as long as the block lasts."""
    @contextlib.contextmanager
    def start(script):
        app = make_app()
        shutil.rmtree(app.path)
        shutil.copytree(tree.TOP / "examples/vault", app.path)
        app.environment = prompts.witnessed(app, installed)
        (app.folder / "eval.js").write_text(MAKE + script)
        with tree.leaves_nothing(), app.start("run", app.path, "--eval", app.folder / "eval.js", text=False) as process:
            try:
                yield Secret(process, app.environment)
            finally:
                process.kill()
    return start


def result(dialog):
    out, status = dialog.end()
    assert status == 0, dialog.told
    return json.loads(out)


def test_a_secret_key_leaves_with_its_passphrase_alone(run):
    with run("return [await enclave.exportKey(key, { purpose: 'a copy' }).catch(why), key.fingerprint]") as dialog:
        dialog.open()
        facts = dialog.facts()
        assert facts["App"] == "Vault" and facts["Command"] == "plugin:enclave|export_key"
        dialog.type(PASSPHRASE, len(PASSPHRASE))
        dialog.do("key", "Return")
        armored, key = result(dialog)
    assert armored.startswith("-----BEGIN PGP PRIVATE KEY BLOCK-----")
    with gpg_home.Gpg() as gpg:
        assert gpg.run("--import", given=armored, passphrase=PASSPHRASE).returncode == 0
        _, words = gpg.status("--local-user", key, "--sign", given="text", passphrase=PASSPHRASE)
        assert "SIG_CREATED" in words
        _, words = gpg.status("--local-user", key, "--sign", given="text", passphrase="another")
        assert "SIG_CREATED" not in words


def test_and_with_no_other(run):
    with run("return await enclave.exportKey(key).catch(why)") as dialog:
        dialog.open()
        dialog.type("two goats", 9)
        dialog.do("key", "Return")
        dialog.answered = dialog.dialogs[0]["id"]
        dialog.open()
        assert dialog.facts()["It says"].startswith("That was not it.")
        dialog.do("key", "Escape")
        assert result(dialog) == "wrong-passphrase"


def test_nor_if_nobody_says_it(run):
    with run("return await enclave.exportKey(key).catch(why)") as dialog:
        dialog.open()
        dialog.do("key", "Escape")
        assert result(dialog) == "dismissed"


def test_who_is_asked_about_a_signature_sees_what_it_is_for(run):
    with run("""
        await enclave.unlock(key, passphrase);
        const sign = () => enclave.sign('I owe you three goats.', { key, mode: 'cleartext', purpose: 'a debt' }).catch(why);
        return [await sign(), await sign(), key.fingerprint]""") as dialog:
        shown = dialog.appear()["text"]
        dialog.click("Allow once")
        dialog.appear()
        dialog.press("Deny")
        signed, refused, key = result(dialog)
    assert key in shown and '"a debt"' in shown
    assert "I owe you three goats." in signed and refused == "ask-denied"
