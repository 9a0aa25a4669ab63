"""Values of the vault."""

import os

import pytest

import enclave
from enclave import refused

OPEN = '"enclave:default", "enclave:vault", "enclave:manage"'


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path, main=OPEN, other=OPEN)
    yield app
    app.stop()


@pytest.fixture
def main(app):
    return enclave.Enclave(app.start())


@pytest.fixture
def name(main):
    key = main.generate()
    main.unlock(key)
    return key["fingerprint"]


def test_values_are_put_got_listed_and_deleted(main, name):
    for value, form in ((b"text", {"text": "text"}), (b"\0raw\xff", {"body": b"\0raw\xff"}), (b"", {"text": ""})):
        main.call("vault_put", key=name, name="mail/one", **form)
        assert main.call("vault_get", key=name, name="mail/one") == {"data": value}
    main.call("vault_put", key=name, name="bank", text="1234")
    assert sorted(main.call("vault_list", key=name)["names"]) == ["bank", "mail/one"]
    assert main.call("vault_list", key=name, prefix="mail/")["names"] == ["mail/one"]
    main.call("vault_delete", key=name, name="mail/one")
    assert main.call("vault_list", key=name)["names"] == ["bank"]
    for command in ("vault_get", "vault_delete"):
        with refused("no-such-value", "not_found"):
            main.call(command, key=name, name="mail/one")


def test_a_vault_opens_with_its_key_alone(main, name):
    main.call("vault_put", key=name, name="a", text="mine")
    other = main.generate("Wiglaf")
    main.unlock(other)
    with refused("no-such-value", "not_found"):
        main.call("vault_get", key=other["fingerprint"], name="a")
    main.call("lock")
    for command, args in (("vault_get", {"name": "a"}), ("vault_put", {"name": "a", "text": "b"}), ("vault_list", {}),
                          ("vault_delete", {"name": "a"})):
        with refused("locked", "denied"):
            main.call(command, key=name, **args)


def test_names(main, name):
    for good in ("x", "Müll/ƒ", "a" * 255, "../../etc/passwd", "*"):
        main.call("vault_put", key=name, name=good, text=good)
        assert main.call("vault_get", key=name, name=good)["data"] == good.encode()
    for bad in ("", "a" * 256, "line\nbreak", "\x00", "\x7f", "\x1b[31m"):
        for command, form in (("vault_put", {"text": "x"}), ("vault_get", {})):
            with refused("bad-argument", "invalid_args"):
                main.call(command, key=name, name=bad, **form)


def test_sizes(main, name):
    value = os.urandom(1_000_000)
    main.call("vault_put", key=name, name="big", body=value)
    assert main.call("vault_get", key=name, name="big")["data"] == value
    with refused("too-large", "too_large"):
        main.call("vault_put", key=name, name="big", body=value + b"x")
    assert main.call("vault_get", key=name, name="big")["data"] == value


def test_nothing_shows_on_disk(app, main, name):
    main.call("vault_put", key=name, name="Grendels mere", text="under the water")
    for path in app.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Grendels mere" not in data or path == app.log, path
            assert b"under the water" not in data, path


def test_values_outlive_a_new_passphrase_and_a_new_page(app, main, name):
    main.call("vault_put", key=name, name="a", text="kept")
    main.call("change_passphrase", key=name, hash=enclave.hash_of("hwaet"), new_hash=enclave.hash_of("maegen"))
    page = enclave.Enclave(app.hosts[0], "other")
    page.unlock({"fingerprint": name}, "maegen")
    assert page.call("vault_get", key=name, name="a")["data"] == b"kept"


def test_a_value_that_is_damaged(app, main, name):
    for value in ("one", "two"):
        main.call("vault_put", key=name, name=value, text=value)
    path = sorted((app.state / "vault").iterdir())[0]
    data = bytearray(path.read_bytes())
    data[-80] ^= 1
    path.write_bytes(bytes(data))
    states = set()
    for value in ("one", "two"):
        try:
            assert main.call("vault_get", key=name, name=value)["data"] == value.encode()
            states.add("whole")
        except enclave.Refused as error:
            states.add(error.reason)
            main.call("vault_delete", key=name, name=value)
    assert states == {"whole", "keystore-damaged"}
    assert main.call("list_keys")["damaged"] == []


def test_a_deleted_key_takes_its_vault_along(app, main, name):
    main.call("vault_put", key=name, name="a", text="gone")
    main.call("delete_key", key=name)
    assert list((app.state / "vault").iterdir()) == []
