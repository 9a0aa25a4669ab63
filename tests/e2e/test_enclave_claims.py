"""Anybody can bind another's subkeys to a key of his own. That must neither hide their owner nor put words into his mouth."""

import itertools

import pytest

import enclave
import forged_key
from enclave import sq


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path)
    yield app
    app.stop()


@pytest.fixture
def main(app):
    return enclave.Enclave(app.start())


@pytest.fixture
def gpg(tmp_path):
    gpg = enclave.Gpg(tmp_path)
    yield gpg
    gpg.close()


def import_stranger(main, key, bound, flags):
    """One that comes before the owner: keys are looked through by fingerprint."""
    forgers = (forged_key.Forger(b"%d" % seed, key["created"]) for seed in itertools.count())
    forger = next(one for one in forgers if one.name < key["fingerprint"])
    [known] = main.call("import_public_key", body=forger.certificate("Grendel", bound, flags))["keys"]
    assert known["fingerprint"] == forger.name
    return forger.name


def own_parts(main, key):
    return forged_key.parts(main.call("export_public_key", key=key["fingerprint"], armor=False)["data"])


def test_an_encryption_subkey_that_a_stranger_claims(main):
    key = main.generate()
    name = key["fingerprint"]
    main.unlock(key)
    sealed = main.call("encrypt", to=[name], text="for us")["armored"]
    import_stranger(main, key, own_parts(main, key)[1:], forged_key.ENCRYPT)
    opened = main.call("decrypt", text=sealed)
    assert (opened["data"], opened["key"]) == (b"for us", name)
    main.call("lock", key=name)
    with enclave.refused("locked", "denied"):
        main.call("decrypt", text=sealed)


def signed_with_a_subkey(main, tmp_path):
    """By a key of sq, which signs with a subkey; the key as it was imported, and its subkey for signatures."""
    secret, text = tmp_path / "secret", tmp_path / "text"
    text.write_bytes(b"a note")
    sq("key", "generate", "--userid", "Wealhtheow", "--export", secret)
    certificate = sq("key", "extract-cert", secret)
    signed = sq("sign", "--signer-key", secret, text)
    [key] = main.call("import_public_key", body=certificate)["keys"]
    return key, own_parts(main, key)[1:], signed


@pytest.mark.parametrize("flags", [forged_key.ENCRYPT, forged_key.SIGN, forged_key.SIGN | forged_key.ENCRYPT])
def test_a_signing_subkey_that_a_stranger_claims(main, tmp_path, flags):
    """Without a signature of the subkey's own he cannot have it for his."""
    key, bound, signed = signed_with_a_subkey(main, tmp_path)
    assert main.call("verify", body=signed)["valid"] is True
    import_stranger(main, key, bound, flags)
    verdict = main.call("verify", body=signed)
    assert verdict["valid"] is True, verdict
    assert [s["fingerprint"] for s in verdict["signatures"]] == [key["fingerprint"]]


def test_a_primary_key_that_a_stranger_claims(main):
    key = main.generate()
    name = key["fingerprint"]
    main.unlock(key)
    signed = main.call("sign", key=name, mode="inline", text="by us")["armored"]
    import_stranger(main, key, own_parts(main, key), forged_key.ENCRYPT)
    verdict = main.call("verify", text=signed)
    assert verdict["valid"] is True, verdict
    assert [s["fingerprint"] for s in verdict["signatures"]] == [name]


def test_a_message_for_the_owner_and_for_a_stranger(main):
    """librnp takes a subkey for one key alone: for that of whom it was given first."""
    key = main.generate()
    name = key["fingerprint"]
    main.unlock(key)
    stranger = import_stranger(main, key, own_parts(main, key)[1:], forged_key.ENCRYPT)
    for to in ([stranger, name], [name, stranger]):
        sealed = main.call("encrypt", to=to, sign_with=name, text="for both")["armored"]
        opened = main.call("decrypt", text=sealed)
        assert (opened["data"], opened["key"], opened["valid"]) == (b"for both", name, True)
