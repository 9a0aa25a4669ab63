"""Secret keys that come in and go out: the host asks for the real passphrase."""

import pytest

import enclave
from enclave import real_hash, refused
from test_enclave_unlock import failures, until_it_waits

OPEN = '"enclave:default", "enclave:vault", "enclave:manage"'


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path, main=OPEN)
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


def made_by_gpg(gpg, passphrase):
    gpg.run("--passphrase", passphrase, "--quick-generate-key", "Hrothgar <h@example.org>", "default", "default", "never")
    return gpg.run("--passphrase", passphrase, "--armor", "--export-secret-keys")


@pytest.fixture(scope="module")
def heorot(tmp_path_factory):
    """(a gpg, the secret key in it with the passphrase `heorot`): made once, since that takes seconds; nobody changes it."""
    gpg = enclave.Gpg(tmp_path_factory.mktemp("heorot"))
    yield gpg, made_by_gpg(gpg, "heorot")
    gpg.close()


def unlock_as_a_page(main, key, passphrase):
    salt = main.call("salt", key=key["fingerprint"])
    return main.call("unlock", key=key["fingerprint"], hash=real_hash(passphrase, salt))["seconds"]


def generate_as_a_page(main, passphrase):
    salt = main.call("new_salt")
    return main.call("generate_key", user_id="Beowulf", ticket=salt["ticket"], hash=real_hash(passphrase, salt))


def test_a_key_of_gpg_comes_in(main, heorot):
    gpg, secret = heorot
    sealed = gpg.run("--armor", "--recipient", "h@example.org", "--sign", "--passphrase", "heorot", "--encrypt",
                     input=b"from gpg").decode()
    [prompt], key = main.call_with(["heorot"], "import_key", body=secret, purpose="a test")
    assert (prompt["view"], prompt["plugin"], prompt.get("new", False)) == ("main", "enclave", False)
    assert key["fingerprint"] in prompt["what"] and "Hrothgar" in prompt["what"]
    assert (key["secret"], key["unlocked"], key["user_ids"]) == (True, False, ["Hrothgar <h@example.org>"])
    with refused("wrong-passphrase", "denied"):
        unlock_as_a_page(main, key, "other")
    assert unlock_as_a_page(main, key, "heorot") == 300
    opened = main.call("decrypt", text=sealed)
    assert (opened["data"], opened["valid"]) == (b"from gpg", True)


def test_a_key_without_a_passphrase_gets_one(main, gpg):
    [prompt], key = main.call_with(["new one"], "import_key", body=made_by_gpg(gpg, ""))
    assert prompt["new"] is True and "new passphrase" in prompt["what"]
    assert unlock_as_a_page(main, key, "new one") == 300


def test_a_wrong_passphrase_is_asked_for_again(main, heorot):
    secret = heorot[1]
    [first, second], key = main.call_with(["no", "heorot"], "import_key", body=secret)
    assert second["what"].startswith("That was not it") and first["key"] != second["key"]
    main.call("trust", key=key["fingerprint"], level="never")
    with refused("key-exists", "invalid_args"):
        main.call("import_key", body=secret)


def test_three_wrong_passphrases(main, heorot):
    with refused("wrong-passphrase", "denied"):
        main.call_with(["a", "b", "c"], "import_key", body=heorot[1])
    assert main.keys() == {}


def test_a_prompt_that_is_dismissed(main, heorot):
    secret = heorot[1]
    with refused("dismissed", "denied"):
        main.call_with([None], "import_key", body=secret)
    assert main.keys() == {}
    key = generate_as_a_page(main, "hwaet")
    with refused("dismissed", "denied"):
        main.call_with([None], "export_key", key=key["fingerprint"])


def test_what_is_no_secret_key(main, heorot):
    with refused("no-secret-key", "not_found"):
        main.call("import_key", body=heorot[0].run("--armor", "--export"))


def test_a_key_goes_out_to_gpg(main, gpg):
    key = generate_as_a_page(main, "Straße 7")
    prompts, result = main.call_with(["no", "Straße 7"], "export_key", key=key["fingerprint"])
    assert len(prompts) == 2 and key["fingerprint"] in prompts[0]["what"] and prompts[0].get("new", False) is False
    assert "PRIVATE KEY BLOCK" in result["armored"]
    gpg.run("--import", input=result["armored"].encode())
    sealed = main.call("encrypt", to=[key["fingerprint"]], text="for gpg")["armored"]
    assert gpg.run("--passphrase", "Straße 7", "--decrypt", input=sealed.encode()) == b"for gpg"
    signed = gpg.run("--passphrase", "Straße 7", "--armor", "--sign", input=b"by gpg").decode()
    verified = main.call("verify", text=signed)
    assert verified["valid"] is True and verified["data"] == b"by gpg"
    # It was not unlocked for it.
    assert main.keys()[key["fingerprint"]]["unlocked"] is False


def test_wrong_passphrases_of_an_export_count(main):
    key = generate_as_a_page(main, "hwaet")
    with refused("wrong-passphrase", "denied"):
        main.call_with(["a", "b", "c"], "export_key", key=key["fingerprint"])
    assert failures(main, key, 1).reason == "wrong-passphrase"
    assert until_it_waits(main, key, 4).code == "denied"


def test_a_call_that_is_cancelled_while_it_asks(app, main, heorot):
    call = main.start("import_key", {}, heorot[1])
    prompt = main.prompted()
    main.view.send(call, enclave.wire.CANCEL, {})
    with pytest.raises(enclave.Refused) as error:
        main.finish(call)
    assert error.value.code == "cancelled"
    main.answer(prompt, "heorot")  # it crossed that
    assert main.keys() == {}
