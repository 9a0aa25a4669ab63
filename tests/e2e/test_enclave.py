"""The enclave from a page: a key made, unlocked, used, changed and taken away."""

import pytest

import enclave
from enclave import refused


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path)
    yield app
    app.stop()


@pytest.fixture
def main(app):
    return enclave.Enclave(app.start())


def test_a_key_is_made_unlocked_and_signs(main):
    key = main.generate()
    assert key["user_ids"] == ["Beowulf <beowulf@example.org>"] and key["algorithm"] == "ed25519"
    assert (key["secret"], key["unlocked"], key["expired"], key["revoked"]) == (True, False, False, False)
    assert (sorted(key["can"]), key["trust"]) == (["encrypt", "sign"], "verified")
    assert key["expires"] - key["created"] == 2 * 365 * 86400
    assert key["public_key"].startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert "-----BEGIN PGP" in key["revocation"]
    assert main.unlock(key) == 300
    signed = main.call("sign", key=key["fingerprint"], mode="inline", text="Hwaet!")["armored"]
    verified = main.call("verify", text=signed)
    assert (verified["valid"], verified["data"]) == (True, b"Hwaet!")
    [signature] = verified["signatures"]
    assert signature["status"] == "valid" and signature["fingerprint"] == key["fingerprint"]
    assert (signature["user_id"], signature["trust"]) == (key["user_ids"][0], "verified")


def test_what_list_keys_says(main):
    key = main.generate()
    listed = main.call("list_keys")
    assert listed["damaged"] == []
    [found] = listed["keys"]
    assert found == {name: key[name] for name in found} and len(found) == 11
    main.unlock(key)
    assert main.keys()[key["fingerprint"]]["unlocked"] is True
    main.call("lock", key=key["fingerprint"].lower())
    assert main.keys()[key["fingerprint"]]["unlocked"] is False
    with refused("locked", "denied"):
        main.call("sign", key=key["fingerprint"], mode="detached", text="x")


@pytest.mark.parametrize("mode", ["inline", "cleartext", "detached"])
@pytest.mark.parametrize("armor", [True, False])
def test_modes_of_signing(main, mode, armor):
    key = main.generate()
    main.unlock(key)
    result = main.call("sign", body=b"some\nlines\n", key=key["fingerprint"], mode=mode, armor=armor)
    assert list(result) == ["armored" if armor or mode == "cleartext" else "data"]
    made = result.get("armored") or result["data"]
    if mode == "detached":
        verified = main.call("verify", body=b"some\nlines\n", signature=made)
        assert verified["valid"] and "data" not in verified
        changed = main.call("verify", body=b"some\nlimes\n", signature=made)
        assert not changed["valid"] and [s["status"] for s in changed["signatures"]] == ["bad"]
    else:
        verified = main.call("verify", body=made.encode() if isinstance(made, str) else made)
        assert verified["valid"] and verified["data"] == b"some\nlines\n"


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa3072", "p256"])
def test_algorithms(main, algorithm):
    key = main.generate(algorithm=algorithm, expires_s=0)
    assert (key["algorithm"], key["expires"]) == (algorithm, 0)
    main.unlock(key)
    sealed = main.call("encrypt", to=[key["fingerprint"]], sign_with=key["fingerprint"], text="Grendel")["armored"]
    opened = main.call("decrypt", text=sealed)
    assert (opened["data"], opened["key"], opened["valid"]) == (b"Grendel", key["fingerprint"], True)


@pytest.mark.parametrize("text", ["", "one", "two\r\nlines", "- a dash\n\n"])
def test_texts_come_back_as_they_were(main, text):
    key = main.generate()
    name = key["fingerprint"]
    main.unlock(key)
    for mode in ("inline", "cleartext"):
        signed = main.call("sign", key=name, mode=mode, text=text)["armored"]
        assert main.call("verify", text=signed)["data"] == text.encode()
    sealed = main.call("encrypt", to=[name], text=text)["armored"]
    assert main.call("decrypt", text=sealed)["data"] == text.encode()


def test_encrypts_to_many_and_decrypts_with_one(main):
    keys = [main.generate(f"Thane {n} <{n}@example.org>") for n in range(3)]
    to = [key["fingerprint"] for key in keys]
    sealed = main.call("encrypt", body=b"\0\xff", to=[*to, to[0].lower()], armor=False)["data"]
    with refused("locked", "denied"):
        main.call("decrypt", body=sealed)
    for key in keys:
        main.unlock(key)
        opened = main.call("decrypt", body=sealed)
        assert (opened["data"], opened["valid"], opened["signatures"]) == (b"\0\xff", False, [])
        assert opened["key"] == key["fingerprint"]
        main.call("lock")


def test_a_new_passphrase(main):
    key = main.generate()
    main.unlock(key)
    name = key["fingerprint"]
    main.call("change_passphrase", key=name, hash=enclave.hash_of("hwaet"), new_hash=enclave.hash_of("maegen"))
    assert main.keys()[name]["unlocked"] is False
    with refused("wrong-passphrase", "denied"):
        main.unlock(key)
    assert main.unlock(key, "maegen", seconds=7) == 7
    main.call("sign", key=name, mode="cleartext", text="still the same key")


def test_a_key_is_deleted(main):
    key = main.generate()
    name = key["fingerprint"]
    with refused("locked", "denied"):
        main.call("delete_key", key=name)
    main.unlock(key)
    main.call("delete_key", key=name)
    assert main.keys() == {}
    for command in ("salt", "delete_key", "export_public_key"):
        with refused("no-such-key", "not_found"):
            main.call(command, key=name)


def test_a_key_is_revoked(main):
    key = main.generate()
    name = key["fingerprint"]
    with refused("locked", "denied"):
        main.call("revoke_key", key=name)
    main.unlock(key)
    revocation = main.call("revoke_key", key=name, reason="superseded")["revocation"]
    assert revocation.startswith("-----BEGIN PGP")
    assert main.keys()[name]["revoked"] is True
    with refused("revoked-key", "invalid_args"):
        main.call("sign", key=name, mode="inline", text="x")
    with refused("revoked-key", "invalid_args"):
        main.call("encrypt", to=[name], text="x")


def test_the_revocation_made_with_a_key_revokes_it(main):
    key = main.generate()
    [revoked] = main.call("import_public_key", text=key["revocation"])["keys"]
    assert (revoked["fingerprint"], revoked["revoked"], revoked["secret"]) == (key["fingerprint"], True, True)
    # An older copy does not take it back.
    [again] = main.call("import_public_key", text=key["public_key"])["keys"]
    assert again["revoked"] is True


def test_trust(main):
    key = main.generate()
    for level in ("never", "unknown", "verified"):
        main.call("trust", key=key["fingerprint"], level=level)
        assert main.keys()[key["fingerprint"]]["trust"] == level


def test_public_keys_go_out_and_in(main, tmp_path):
    key = main.generate()
    name = key["fingerprint"]
    armored = main.call("export_public_key", key=name)["armored"]
    binary = main.call("export_public_key", key=name, armor=False)["data"]
    other = enclave.App(tmp_path / "other")
    try:
        page = enclave.Enclave(other.start())
        for form in ({"text": armored}, {"body": binary}):
            [known] = page.call("import_public_key", **form)["keys"]
            assert (known["fingerprint"], known["secret"], known["trust"]) == (name, False, "unknown")
        with refused("no-secret-key", "not_found"):
            page.call("salt", key=name)
        with refused("no-secret-key", "not_found"):
            page.call("sign", key=name, mode="inline", text="x")
    finally:
        other.stop()
