"""Contents in parts: bodies in, channels out, and pages that stop half way."""

import os

import pytest

import enclave
from enclave import MIB, refused


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path)
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


def test_20_mib_there_and_back(main, name):
    content = os.urandom(MIB) * 20
    result, sealed = main.through("encrypt", body=content, to=[name], sign_with=name, armor=False)
    assert len(sealed) > 20 * MIB and set(result) == {"bytes"}
    opened, data = main.through("decrypt", body=sealed)
    assert data == content and opened["valid"] is True and opened["key"] == name


@pytest.mark.parametrize("mode", ["inline", "detached"])
def test_20_mib_signed_and_verified(main, name, mode):
    content = os.urandom(MIB) * 20
    _, signed = main.through("sign", body=content, key=name, mode=mode)
    assert b"-----BEGIN PGP" in signed[:100]
    if mode == "detached":
        assert main.call("verify", body=content, signature=signed.decode())["valid"] is True
        assert main.call("verify", body=content + b"x", signature=signed.decode())["valid"] is False
    else:
        verdict, data = main.through("verify", body=signed)
        assert data == content and verdict["valid"] is True


def test_no_more_than_64_mib_go_in(main, name):
    part = bytes(65536)
    call = main.start("encrypt", {"to": [name], "output": "__CHANNEL__:1", "armor": False}, part, bytes(65 * MIB))
    with refused("too-large", "too_large"):
        main.finish(call)
    assert main.keys()[name]["unlocked"] is True


def test_64_mib_go_through(main, name):
    content = os.urandom(MIB) * 60
    _, sealed = main.through("encrypt", body=content, to=[name], armor=False)
    assert main.through("decrypt", body=sealed)[1] == content


def test_nobody_sends_64_mib_to_hear_that_a_key_is_locked(main, name):
    main.call("lock")
    call = main.start("sign", {"key": name, "mode": "inline"}, bytes(65536), bytes(60 * MIB))
    with refused("locked", "denied"):
        main.finish(call)
    assert len(call.rest) > 50 * MIB


def test_a_key_that_is_locked_meanwhile(main, name):
    call = main.start_open("sign", {"key": name, "mode": "inline"}, b"begin", b"end")
    main.call("lock")
    main.view.go_on(call)
    with refused("locked", "denied"):
        main.finish(call)


def cancel(main, call):
    main.view.send(call, enclave.wire.CANCEL, {})
    with pytest.raises(enclave.Refused) as error:
        main.finish(call)
    assert error.value.code == "cancelled"


def test_half_a_body_and_then_a_cancel(app, main, name):
    pid = app.hosts[0].children()["enclave"]
    for _ in range(20):
        cancel(main, main.start_open("encrypt", {"to": [name]}, bytes(65536), b"never sent"))
    assert main.keys()[name]["unlocked"] is True
    assert app.hosts[0].children()["enclave"] == pid


def test_a_channel_that_nobody_reads(app, main, name):
    """Ten results of 20 MiB that nobody takes: the enclave holds what it has memory for, refuses the rest, answers others,
    and has its memory back when they are cancelled."""
    send, content = main.view.send, os.urandom(MIB) * 20
    main.view.send = lambda call, kind, *rest: kind == enclave.wire.CREDIT or send(call, kind, *rest)
    calls = [main.start("encrypt", {"to": [name], "armor": False, "output": f"__CHANNEL__:{n + 1}"}, content[:65536],
                        content[65536:]) for n in range(10)]
    while not any(call.reply for call in calls):
        main.view.step()
    [first, *_] = [call for call in calls if call.reply]
    with refused("too-large", "too_large"):
        main.finish(first)
    assert "PGP MESSAGE" in main.call("encrypt", to=[name], text="meanwhile")["armored"]
    for call in calls:
        if not call.reply:
            cancel(main, call)
    main.view.send = send
    assert main.through("encrypt", body=content, to=[name], armor=False)[0]["bytes"] > 20 * MIB
