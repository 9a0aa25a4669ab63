"""What the log has of the enclave's calls: keys and purposes, never content."""

import json

import pytest

import enclave
from enclave import refused

CONTENTS = ["Grendels mere", "hwaet", "sealed with", enclave.hash_of("hwaet").hex()]


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path)
    yield app
    app.stop()


def test_each_use_is_in_the_log(app):
    main = enclave.Enclave(app.start())
    key = main.generate()
    name = key["fingerprint"]
    with refused("wrong-passphrase"):
        main.unlock(key, "no")
    main.unlock(key, purpose="reading mail")
    sealed = main.call("encrypt", to=[name], sign_with=name, text="Grendels mere", purpose="a letter")["armored"]
    assert main.call("decrypt", text=sealed)["data"] == b"Grendels mere"
    main.call("vault_put", key=name, name="mail", text="Grendels mere")
    signed = main.call("sign", key=name, mode="cleartext", text="Grendels mere")["armored"]
    main.call("verify", text=signed)
    app.stop()
    text = app.log.read_text()
    for content in CONTENTS:
        assert content not in text
    records = [json.loads(line) for line in text.splitlines()]
    done = {r["command"].split("|")[-1]: r["reason"] for r in records if r["event"] == "done" and r["code"] == ""}
    assert done["generate_key"] == f"made the key {name}"
    assert done["unlock"] == f"unlocked {name} for 300 s; 1 attempts failed before"
    assert done["encrypt"] == f"encrypted to 1 keys, signed with {name}"
    assert done["decrypt"] == f"decrypted with {name}: valid signature by {name}, one of 1"
    assert done["sign"] == f"signed with {name}" and done["verify"] == f"verified: valid signature by {name}, one of 1"
    [failed] = [r["reason"] for r in records if r["event"] == "done" and r["code"] == "denied"]
    assert failed.startswith("wrong-passphrase: ") and name in failed and "1 failed" in failed
    asked = {r["command"].split("|")[-1]: r["args"] for r in records if r["event"] == "call" and r["args"]}
    assert asked["encrypt"] == {"to": [name], "sign_with": name, "purpose": "a letter"}
    assert asked["unlock"] == {"key": name, "purpose": "reading mail"}
    assert asked["vault_put"] == {"key": name, "name": "mail"}
    assert asked["sign"] == {"key": name, "mode": "cleartext"}


def test_what_a_hook_throws_does_not_quote_the_arguments(tmp_path):
    app = enclave.App(tmp_path, '[hook]\nfile = "isolation.js"\ncommands = ["plugin:enclave|verify"]')
    (app.app / "isolation.js").write_text("export function onRequest({args}) { return JSON.parse(args.text); }")
    try:
        with pytest.raises(enclave.Refused, match="^hook: "):
            enclave.Enclave(app.start()).call("verify", text="Grendels mere")
    finally:
        app.stop()
    [denied] = [r for r in map(json.loads, app.log.read_text().splitlines()) if r["code"] == "hook"]
    assert denied["reason"] == "it threw; what it said is not kept, the arguments are secrets"
    assert "Grendels" not in app.log.read_text() + app.errors()
