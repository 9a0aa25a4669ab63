"""Every reason for which the enclave refuses, each as an error of its own, and nothing lost by it."""

import os
import random
import re
import zlib

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
def gpg(tmp_path):
    gpg = enclave.Gpg(tmp_path)
    yield gpg
    gpg.close()


NOBODY = "00" * 20


def own_key(main):
    key = main.generate()
    main.unlock(key)
    return key, key["fingerprint"]


def test_names_that_are_none(main):
    for command, args in (("salt", {"key": "0123"}), ("salt", {"key": "Z" * 40}), ("encrypt", {"to": [], "text": "x"}),
                          ("encrypt", {"to": [NOBODY] * 65, "text": "x"}), ("salt", {}), ("salt", {"key": 7})):
        with pytest.raises(enclave.Refused) as error:
            main.call(command, **args)
        assert error.value.code == "invalid_args" and "expected" in str(error.value)


def test_keys_that_are_not_there(main):
    for command, args in (("salt", {}), ("unlock", {"hash": bytes(32)}), ("export_public_key", {}), ("delete_key", {}),
                          ("revoke_key", {}), ("trust", {"level": "never"}), ("export_key", {}),
                          ("change_passphrase", {"hash": bytes(32), "new_hash": bytes(32)}),
                          ("sign", {"mode": "inline", "text": "x"}), ("vault_list", {}), ("vault_get", {"name": "a"})):
        with refused("no-such-key", "not_found"):
            main.call(command, key=NOBODY, **args)
    with refused("no-such-key", "not_found"):
        main.call("encrypt", to=[NOBODY], text="x")
    main.call("lock", key=NOBODY)


def test_a_ticket_is_for_one_key(main):
    ticket = main.call("new_salt")["ticket"]
    args = {"user_id": "A", "ticket": ticket, "hash": bytes(32)}
    main.call("generate_key", **args)
    for again in (ticket, "", "0" * 32):
        with refused("no-ticket", "not_found"):
            main.call("generate_key", **args | {"ticket": again})


@pytest.mark.parametrize("user_id", ["", "a\nb", "\x7f", "x" * 256, "a\x00b"])
def test_user_ids_that_are_none(main, user_id):
    with refused("bad-argument", "invalid_args"):
        main.generate(user_id)


def test_hashes_of_another_length(main):
    ticket = main.call("new_salt")["ticket"]
    for wrong in (b"", bytes(31), bytes(33), [1] * 31):
        with pytest.raises(enclave.Refused, match="hash: expected the 32 bytes"):
            main.call("generate_key", user_id="A", ticket=ticket, hash=wrong)
    main.call("generate_key", user_id="A", ticket=ticket, hash=[7] * 32)


def test_data_is_one_of_two(main):
    key, name = own_key(main)
    for form in ({}, {"text": "a", "body": b"b"}):
        with refused("bad-argument", "invalid_args"):
            main.call("sign", key=name, mode="inline", **form)
    assert main.call("sign", key=name, mode="detached", text="")["armored"]


@pytest.mark.parametrize("command", ["decrypt", "verify", "import_public_key", "import_key"])
def test_what_is_no_openpgp(main, command):
    own_key(main)
    # Always the same noise: one of some thousand kinds begins as a literal message does, and is one.
    noise = [{"body": random.Random(seed).randbytes(300).replace(b"\x00", b"a")} for seed in range(8)]
    for form in ({"text": "Hwaet! We Gardena in geardagum"}, *noise):
        with pytest.raises(enclave.Refused) as error:
            main.call(command, **form)
        assert error.value.reason in ("not-openpgp", "corrupt", "truncated", "unsupported"), error.value
        assert error.value.code == "invalid_args"
    with refused("not-openpgp"):
        main.call(command, text="Hwaet! We Gardena in geardagum")


def test_truncated_armor(main):
    key, name = own_key(main)
    sealed = main.call("encrypt", to=[name], text="x" * 2000)["armored"]
    with refused("truncated", "invalid_args"):
        main.call("decrypt", text=sealed[:len(sealed) // 2])
    with refused("truncated", "invalid_args"):
        main.call("import_public_key", text=key["public_key"][:200])
    assert main.call("decrypt", text=sealed)["data"] == b"x" * 2000


def packet(body):
    """A compressed packet of all that follows, in bare deflate."""
    return b"\xa3\x01" + body


def repeated(head, block, n):
    """Deflate of a text that is head and then n times block: pieces that stand for themselves."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    yield deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    for _ in range(n):
        yield piece


def test_a_message_that_would_take_hours(tmp_path):
    """Compressed three times over, and nothing at all in it. It ends the process, whose keys are locked by that; the next one works."""
    app = enclave.App(tmp_path, '[limits."plugin:enclave|verify"]\ndeadline_ms = 0')
    try:
        hold_up(enclave.Enclave(app.start()))
    finally:
        app.stop()


def hold_up(page):
    page.patience = 300  # 10 s of a processor that others want, too
    key, name = own_key(page)
    nothing = b"\x00\x00\x00\xff\xff"  # an empty block of deflate
    outer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = outer.compress(packet(b"")) + b"".join(outer.compress(piece) for piece in repeated(packet(b""), nothing * 2000000, 3000))
    with pytest.raises(enclave.Refused) as error:
        page.call("verify", body=packet(body + outer.flush()))
    assert error.value.code == "plugin_crashed"
    with refused("locked", "denied"):
        page.call("sign", key=name, mode="inline", text="a")
    page.unlock(key)
    assert page.call("sign", key=name, mode="inline", text="a")["armored"]


def test_corrupted_messages(main):
    key, name = own_key(main)
    sealed = main.call("encrypt", to=[name], text="x" * 2000, armor=False)["data"]
    for at in (len(sealed) // 2, len(sealed) - 1, len(sealed) - 30):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with refused("corrupt", "invalid_args"):
            main.call("decrypt", body=bytes(changed))
    with refused("truncated", "invalid_args"):
        main.call("decrypt", body=sealed[:-10])


def test_a_changed_signature_is_bad(main):
    key, name = own_key(main)
    signed = main.call("sign", key=name, mode="cleartext", text="pay 10 to Grendel")["armored"]
    verdict = main.call("verify", text=signed.replace("pay 10 to", "pay 99 to"))
    assert verdict["valid"] is False and [s["status"] for s in verdict["signatures"]] == ["bad"]


def test_a_signer_that_nobody_knows(main, tmp_path):
    other = enclave.App(tmp_path / "other")
    try:
        page = enclave.Enclave(other.start())
        key, name = own_key(page)
        signed = page.call("sign", key=name, mode="inline", text="Grendel")["armored"]
    finally:
        other.stop()
    verdict = main.call("verify", text=signed)
    assert verdict["valid"] is False and verdict["data"] == b"Grendel"
    assert [s["status"] for s in verdict["signatures"]] == ["unknown-key"]
    main.call("import_public_key", text=key["public_key"])
    verdict = main.call("verify", text=signed)
    assert verdict["valid"] is True and verdict["signatures"][0]["trust"] == "unknown"


def test_unsigned(main):
    key, name = own_key(main)
    sealed = main.call("encrypt", to=[name], text="x", armor=False)["data"]
    with pytest.raises(enclave.Refused) as error:
        main.call("verify", body=sealed)
    assert error.value.reason in ("unsigned", "unsupported")


def test_not_for_us(main, tmp_path, gpg):
    gpg.run("--passphrase", "", "--quick-generate-key", "Grendel <g@example.org>", "default", "default", "never")
    sealed = gpg.run("--armor", "--recipient", "g@example.org", "--encrypt", input=b"x").decode()
    with refused("not-for-us", "invalid_args"):
        main.call("decrypt", text=sealed)
    main.call("import_public_key", body=gpg.run("--export"))
    with refused("not-for-us", "invalid_args"):
        main.call("decrypt", text=sealed)


def test_an_expired_key(main):
    key = main.generate(expires_s=1)
    name = key["fingerprint"]
    main.unlock(key)
    enclave.until(lambda: main.keys()[name]["expired"], "the key has expired")
    with refused("expired-key", "invalid_args"):
        main.call("encrypt", to=[name], text="x")
    with refused("expired-key", "invalid_args"):
        main.call("sign", key=name, mode="inline", text="x")


def test_keys_of_one_kind_alone(main, gpg):
    gpg.run("--passphrase", "", "--quick-generate-key", "signer@example.org", "ed25519", "sign", "never")
    [signer] = main.call("import_public_key", body=gpg.run("--export"))["keys"]
    assert signer["can"] == ["sign"]
    with refused("cannot-encrypt", "invalid_args"):
        main.call("encrypt", to=[signer["fingerprint"]], text="x")


def test_a_message_without_integrity_protection(main, gpg):
    key, name = own_key(main)
    gpg.run("--import", input=key["public_key"].encode())
    sealed = gpg.run("--rfc2440", "--cipher-algo", "AES", "--recipient", name, "--encrypt", input=b"x" * 100)
    with refused("unsupported", "invalid_args"):
        main.call("decrypt", body=sealed)


def test_a_bomb(main, gpg, tmp_path):
    """64 MiB of zeros out of a few KiB, made by gpg."""
    key, name = own_key(main)
    gpg.run("--import", input=key["public_key"].encode())
    (tmp_path / "zeros").write_bytes(bytes(64 * MIB))
    sealed = tmp_path / "bomb"
    gpg.run("--recipient", name, "-z", "9", "--compress-algo", "bzip2", "--output", sealed, "--encrypt", tmp_path / "zeros")
    assert sealed.stat().st_size < 64 * 1024
    with refused("bomb", "too_large"):
        main.through("decrypt", body=sealed.read_bytes())
    assert main.keys()[name]["unlocked"] is True


def test_too_large_without_a_channel(main):
    key, name = own_key(main)
    with refused("too-large", "too_large"):
        main.call("encrypt", body=os.urandom(1_000_000), to=[name], armor=False)
    result, data = main.through("encrypt", body=os.urandom(1_000_000), to=[name], armor=False)
    assert len(data) > 1_000_000


def test_a_key_that_is_no_key(main):
    key = main.generate()
    body = main.call("export_public_key", key=key["fingerprint"], armor=False)["data"]
    # The signature that was made of another user id.
    with pytest.raises(enclave.Refused) as error:
        main.call("import_public_key", body=re.sub(b"Beowulf", b"Grendel", body))
    assert error.value.reason == "bad-key" and error.value.code == "invalid_args"
    [known] = main.keys().values()
    assert (known["user_ids"], known["expires"]) == (key["user_ids"], key["expires"])


# ---- the keystore ----

def key_file(app, key, folder="keys"):
    return app.state / folder / key["fingerprint"]


def change_byte(path, at=-60):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("how", ["torn", "altered", "swapped"])
def test_a_key_file_that_is_damaged(app, main, how):
    """While it is unlocked; the other stays usable."""
    key, other = main.generate(), main.generate("Wiglaf")
    main.unlock(key)
    main.unlock(other)
    path = key_file(app, key)
    if how == "torn":
        path.write_bytes(path.read_bytes()[:-7])
    elif how == "altered":
        change_byte(path)
    else:
        path.write_bytes(key_file(app, other).read_bytes())
    with pytest.raises(enclave.Refused) as error:
        main.call("sign", key=key["fingerprint"], mode="inline", text="x")
    assert (error.value.reason, error.value.code) == ("keystore-damaged", "io")
    assert f"keys/{key['fingerprint']}" in error.value.text
    with refused("keystore-damaged", "io"):
        main.unlock(key)
    listed = main.call("list_keys")
    assert listed["damaged"] == [{"file": f"keys/{key['fingerprint']}", "problem": how}]
    assert main.call("sign", key=other["fingerprint"], mode="inline", text="x")["armored"]
    assert main.keys()[other["fingerprint"]]["unlocked"] is True


def test_a_damaged_certificate(app, main):
    key, other = main.generate(), main.generate("Wiglaf")
    change_byte(key_file(app, key, "public"))
    for command in ({"command": "encrypt", "to": [other["fingerprint"], key["fingerprint"]], "text": "x"},
                    {"command": "import_public_key", "text": key["public_key"]}):
        with refused("keystore-damaged", "io"):
            main.call(**command)
    assert main.call("encrypt", to=[other["fingerprint"]], text="x")["armored"]
    assert list(main.keys()) == [other["fingerprint"]]


def test_a_keystore_without_its_secret(app, main):
    main.generate()
    main.close()
    (app.state / "secret").write_bytes(b"")
    page = enclave.Enclave(app.hosts[0], document=2)
    for command in ("list_keys", "new_salt", "lock"):
        with refused("keystore-damaged", "io"):
            page.call(command)


def test_a_full_disk_is_no_crash(app, main):
    """A folder that cannot be written, as a read-only or full file system is one."""
    key = main.generate()
    attempts = app.state / "attempts"
    (attempts / "new").mkdir()
    with pytest.raises(enclave.Refused) as error:
        main.unlock(key)
    assert (error.value.reason, error.value.code) == ("keystore-io", "io")
    (attempts / "new").rmdir()
    assert main.unlock(key) == 300
