"""What policy lets a page do with which keys and names."""

import json
import subprocess
import sys

import pytest

import enclave
import tree
from enclave import refused

OPEN = '"enclave:default", "enclave:vault", "enclave:manage"'


@pytest.fixture
def made(tmp_path):
    """An app whose first page has made two keys; `scoped` gives it another capability for the page."""
    app = enclave.App(tmp_path, main=OPEN)
    main = enclave.Enclave(app.start())
    keys = [main.generate(name)["fingerprint"] for name in ("Beowulf", "Wiglaf")]
    app.stop()
    yield app, keys
    app.stop()


def scoped(app, text):
    (app.app / "capabilities/main.toml").write_text(f'identifier = "main"\nwindows = ["main"]\npermissions = [{text}]\n')
    return enclave.Enclave(app.start())


def allow(commands, *entries):
    return ", ".join(f'{{ identifier = "enclave:allow-{c}", allow = [{", ".join(entries)}] }}' for c in commands.split())


def test_a_command_without_a_scope_has_nothing(made):
    app, [first, _] = made
    page = scoped(app, '"enclave:allow-sign", "enclave:allow-list-keys", "enclave:allow-new-salt", "enclave:allow-decrypt", '
                       '"enclave:allow-verify", "enclave:allow-import-public-key", "enclave:allow-vault-list"')
    for command, args in (("sign", {"key": first, "mode": "inline", "text": "x"}), ("list_keys", {}), ("new_salt", {}),
                          ("decrypt", {"text": "x"}), ("verify", {"text": "x"}), ("import_public_key", {"text": "x"}),
                          ("vault_list", {"key": first})):
        with refused("scope", "scope"):
            page.call(command, **args)


def test_one_key_of_two(made):
    app, [first, second] = made
    page = scoped(app, allow("list-keys salt unlock lock sign encrypt decrypt verify export-public-key trust delete-key",
                             f'{{ key = "{first.lower()}", unlock_s = 9 }}'))
    assert list(page.keys()) == [first]
    for command, args in (("salt", {}), ("unlock", {"hash": bytes(32)}), ("lock", {}), ("trust", {"level": "never"}),
                          ("export_public_key", {}), ("sign", {"mode": "inline", "text": "x"}), ("delete_key", {})):
        with refused("scope", "scope"):
            page.call(command, key=second, **args)
    for to, sign_with in (([second], None), ([first, second], None), ([first], second)):
        with refused("scope", "scope"):
            page.call("encrypt", to=to, sign_with=sign_with, text="x")
    assert page.unlock({"fingerprint": first}) == 9
    sealed = page.call("encrypt", to=[first], sign_with=first, text="x")["armored"]
    assert page.call("decrypt", text=sealed)["valid"] is True


def test_keys_out_of_scope_are_not_there(made):
    app, [first, second] = made
    page = scoped(app, OPEN)
    for name in (first, second):
        page.unlock({"fingerprint": name})
    sealed = page.call("encrypt", to=[second], text="x")["armored"]
    signed = page.call("sign", key=second, mode="inline", text="x")["armored"]
    app.stop()
    page = scoped(app, allow("decrypt verify", f'{{ key = "{first}" }}'))
    with refused("not-for-us", "invalid_args"):
        page.call("decrypt", text=sealed)
    verdict = page.call("verify", text=signed)
    assert not verdict["valid"] and [s["status"] for s in verdict["signatures"]] == ["unknown-key"]


def test_denied_wins(made):
    app, [first, second] = made
    page = scoped(app, f'"enclave:default", {{ identifier = "enclave:allow-sign", deny = [{{ key = "{first}" }}] }}')
    for name in (first, second):
        page.unlock({"fingerprint": name})
    with refused("scope", "scope"):
        page.call("sign", key=first, mode="inline", text="x")
    assert page.call("sign", key=second, mode="inline", text="x")["armored"]


def test_an_entry_that_nobody_understands(made):
    app, [first, _] = made
    page = scoped(app, '"enclave:default", { identifier = "enclave:allow-sign", deny = [{ key = "oops" }] }')
    page.unlock({"fingerprint": first})
    with refused("scope", "scope"):
        page.call("sign", key=first, mode="inline", text="x")
    app.stop()
    page = scoped(app, allow("sign", '{ key = "0123" }', '{ key = "*", vault = "*" }', '{ vault = "*" }'))
    with refused("scope", "scope"):
        page.call("sign", key=first, mode="inline", text="x")


def test_new_keys_want_all(made):
    app, [first, second] = made
    page = scoped(app, OPEN)
    public = page.call("export_public_key", key=second)["armored"]
    app.stop()
    page = scoped(app, allow("new-salt generate-key import-key import-public-key", f'{{ key = "{first}" }}'))
    for command, args in (("new_salt", {}), ("import_public_key", {"text": public}), ("import_key", {"text": public}),
                          ("generate_key", {"user_id": "A", "ticket": "x", "hash": bytes(32)})):
        with refused("scope", "scope"):
            page.call(command, **args)
    app.stop()
    page = scoped(app, f'{{ identifier = "enclave:allow-import-public-key", allow = [{{ key = "*" }}], deny = [{{ key = "{second}" }}] }}')
    with refused("scope", "scope"):
        page.call("import_public_key", text=public)


def test_prefixes_of_the_vault(made):
    app, [first, _] = made
    vault = allow("vault-put vault-get vault-list vault-delete", '{ key = "*" }', '{ vault = "mail/*" }', '{ vault = "one" }')
    page = scoped(app, f'"enclave:default", {vault}')
    page.unlock({"fingerprint": first})
    for name in ("mail/", "mail/x/y", "one"):
        page.call("vault_put", key=first, name=name, text="x")
    for name in ("mail", "Mail/x", "one ", "bank/mail/"):
        for command, args in (("vault_put", {"text": "x"}), ("vault_get", {}), ("vault_delete", {})):
            with refused("scope", "scope"):
                page.call(command, key=first, name=name, **args)
    app.stop()
    page = scoped(app, OPEN)
    page.unlock({"fingerprint": first})
    page.call("vault_put", key=first, name="bank", text="x")
    app.stop()
    page = scoped(app, f'"enclave:default", {vault}')
    page.unlock({"fingerprint": first})
    assert sorted(page.call("vault_list", key=first)["names"]) == ["mail/", "mail/x/y", "one"]
    assert page.call("vault_list", key=first, prefix="ba")["names"] == []


def test_scope_comes_before_everything_else(made):
    app, [first, _] = made
    page = scoped(app, allow("sign vault-get encrypt", f'{{ key = "{first}" }}'))
    nobody = "00" * 20
    for command, args in (("sign", {"key": nobody, "mode": "inline", "text": "x"}), ("encrypt", {"to": [nobody], "text": "x"}),
                          ("vault_get", {"key": nobody, "name": "a"}), ("vault_get", {"key": first, "name": "a"})):
        with refused("scope", "scope"):
            page.call(command, **args)
    with refused("locked", "denied"):
        page.call("sign", key=first, mode="inline", text="x")


def test_the_permissions_are_as_they_are_written():
    program = tree.TOP / "tools/enclave-permissions.py"
    assert subprocess.run([sys.executable, program, "--check"], check=False).returncode == 0


def test_what_the_groups_hold(made):
    app, [first, _] = made
    page = scoped(app, '"enclave:default"')
    assert not any(name.startswith("plugin:enclave|vault") for name in page.view.granted)
    assert not {f"plugin:enclave|{c}" for c in ("delete_key", "revoke_key", "import_key", "export_key")} & set(page.view.granted)
    assert {f"plugin:enclave|{c}" for c in ("generate_key", "unlock", "sign", "decrypt")} <= set(page.view.granted)
    assert json.dumps(page.call("list_keys"))
