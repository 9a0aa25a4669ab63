"""How keys are unlocked, for how long, and what attempts cost."""

import os
import signal
import time

import pytest

import enclave
from enclave import refused

SHORT = '''{ identifier = "enclave:default", deny = [] }, "enclave:manage",
  { identifier = "enclave:allow-unlock", allow = [{ key = "*", unlock_s = 1 }] }'''
OPEN = '"enclave:default", "enclave:vault", "enclave:manage"'


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path, main=OPEN, other=OPEN, short=SHORT)
    yield app
    app.stop()


@pytest.fixture
def main(app):
    return enclave.Enclave(app.start())


def test_salts(main):
    first, second = main.call("new_salt"), main.call("new_salt")
    for salt in (first, second):
        assert (salt["algorithm"], salt["passes"], salt["memory_kib"], salt["lanes"]) == ("argon2id", 2, 19456, 1)
        assert len(bytes.fromhex(salt["salt"])) == 16 and len(salt["ticket"]) == 32
    assert first["salt"] != second["salt"] and first["ticket"] != second["ticket"]
    key = main.call("generate_key", user_id="A", ticket=first["ticket"], hash=bytes(32))
    salt = main.call("salt", key=key["fingerprint"])
    assert "ticket" not in salt and salt["salt"] == first["salt"]
    main.call("change_passphrase", key=key["fingerprint"], hash=bytes(32), new_hash=bytes(31) + b"1")
    assert main.call("salt", key=key["fingerprint"]) == salt


def test_policy_says_how_long(app, main):
    key = main.generate()
    page = enclave.Enclave(app.hosts[0], "short")
    assert page.unlock(key) == 1 and page.unlock(key, seconds=400) == 1
    page.until_locked(key)
    with refused("locked", "denied"):
        page.call("sign", key=key["fingerprint"], mode="inline", text="x")
    assert main.unlock(key, seconds=1) == 1
    main.until_locked(key)
    assert main.unlock(key, seconds=4000) == 300
    assert main.unlock(key, seconds=0) == 0
    main.until_locked(key)


def test_each_page_unlocks_for_itself(app, main):
    key = main.generate()
    main.unlock(key)
    other = enclave.Enclave(app.hosts[0], "other")
    assert other.keys()[key["fingerprint"]]["unlocked"] is False
    with refused("locked", "denied"):
        other.call("sign", key=key["fingerprint"], mode="inline", text="x")
    other.unlock(key)
    other.call("lock")
    assert main.keys()[key["fingerprint"]]["unlocked"] is True
    main.close()
    again = enclave.Enclave(app.hosts[0], document=2)
    assert again.keys()[key["fingerprint"]]["unlocked"] is False


def test_what_another_page_does_to_a_key_locks_it_here(app, main):
    key, gone = main.generate(), main.generate("Gone")
    other = enclave.Enclave(app.hosts[0], "other")
    for one in (key, gone):
        main.unlock(one)
        other.unlock(one)
    other.call("change_passphrase", key=key["fingerprint"], hash=enclave.hash_of("hwaet"), new_hash=enclave.hash_of("new"))
    with refused("locked", "denied"):
        main.call("sign", key=key["fingerprint"], mode="inline", text="x")
    other.call("delete_key", key=gone["fingerprint"])
    with refused("no-such-key", "not_found"):
        main.call("sign", key=gone["fingerprint"], mode="inline", text="x")
    assert main.unlock(key, "new") == 300


def test_a_file_that_was_put_back_is_another_one(app, main):
    """The old file of a key, with the old passphrase, in the place of the new one: not what was unlocked."""
    key = main.generate()
    path = app.state / "keys" / key["fingerprint"]
    before = path.read_bytes()
    main.call("change_passphrase", key=key["fingerprint"], hash=enclave.hash_of("hwaet"), new_hash=enclave.hash_of("new"))
    main.unlock(key, "new")
    path.write_bytes(before)
    with refused("locked", "denied"):
        main.call("sign", key=key["fingerprint"], mode="inline", text="x")


def failures(page, key, n):
    """The last refusal of n attempts."""
    for _ in range(n):
        with pytest.raises(enclave.Refused) as error:
            page.unlock(key, "no")
    return error.value


def waits_s(n):
    """After n failures."""
    return 2 ** (n - 3)


def until_it_waits(page, key, n):
    """The first refusal that is a wait, after n failures and as many more as it takes where a failure takes longer than its wait."""
    while (refusal := failures(page, key, 1)).reason == "wrong-passphrase":
        n += 1
    assert f"{n} attempts failed" in refusal.text
    return refusal


def test_attempts_cost_time_and_outlive_processes(app, main):
    key = main.generate()
    for n in range(1, 4):
        refusal = failures(main, key, 1)
        assert (refusal.reason, refusal.code) == ("wrong-passphrase", "denied") and f"{n} failed" in refusal.text
    # A crash does not make anybody forget.
    os.kill(app.hosts[0].children()["enclave"], signal.SIGKILL)
    main.close()
    page = enclave.Enclave(app.hosts[0], document=2)
    assert failures(page, key, 1).reason == "wrong-passphrase"
    refusal = until_it_waits(page, key, 4)
    assert (refusal.reason, refusal.code) == ("wait", "denied")
    # Nor does another page, nor a host that starts anew; the right passphrase waits too.
    app.stop()
    other = enclave.Enclave(app.start(), "other")
    seen = set()

    def unlocked():
        try:
            return other.unlock(key)
        except enclave.Refused as error:
            seen.add(error.reason)
            return False

    enclave.until(unlocked, "the wait is over")
    assert seen <= {"wait"}
    assert "1 failed" in failures(other, key, 1).text


def test_a_thousand_attempts_are_refused_at_once(app, main):
    """Whoever tries all the time gets to try as often as the waits allow: twice as long from each to the next."""
    key = main.generate()
    start = time.monotonic()
    reasons = [failures(main, key, 1).reason for _ in range(1000)]
    elapsed = time.monotonic() - start
    assert reasons[:4] == ["wrong-passphrase"] * 4 and set(reasons) == {"wait", "wrong-passphrase"}
    # However fast or slow this machine is: the waits before the attempts that were made fit into the time. Seconds are
    # whole, so that each may be one shorter.
    assert sum(waits_s(n) - 1 for n in range(4, reasons.count("wrong-passphrase"))) <= elapsed
    path = app.state / "attempts" / key["fingerprint"]
    assert path.exists()
    main.call("lock")


def test_wrong_passphrases_change_nothing(main):
    key = main.generate()
    with refused("wrong-passphrase", "denied"):
        main.call("change_passphrase", key=key["fingerprint"], hash=bytes(32), new_hash=enclave.hash_of("hwaet"))
    assert main.unlock(key) == 300


def test_many_keys_unlocked_at_once(main):
    """As many as the enclave holds; one more is refused, and those stay."""
    keys = [main.generate(f"Thane {n}", algorithm="p256") for n in range(33)]
    for key in keys[:32]:
        main.unlock(key)
    with refused("too-large", "too_large"):
        main.unlock(keys[32])
    assert sum(key["unlocked"] for key in main.keys().values()) == 32
