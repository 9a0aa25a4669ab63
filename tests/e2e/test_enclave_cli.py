"""`trollbridge enclave`: what is in an app's keystore, what is damaged, and putting it away and bringing it back."""

import json
import subprocess

import pytest

from test_keystore_kill import ONE, TOOL, TWO

APP = "com.example.notes"


@pytest.fixture
def store(app):
    """The app's keystore: two keys, two values of one, one failed attempt."""
    folder = app.folder / f"home/state/trollbridge/{APP}/plugins/enclave"
    folder.mkdir(mode=0o700, parents=True)
    for command in [("add", ONE, "1"), ("add", TWO, "2"), ("put", ONE, "1", "mail", "one"), ("put", ONE, "1", "bank", "two")]:
        assert tool(folder, *command) == 0
    assert tool(folder, "put", TWO, "1", "mail", "x") == 3
    return folder


def tool(folder, *command):
    return subprocess.run([TOOL, folder, APP, "0", *command], check=False, stdout=subprocess.DEVNULL).returncode


def state(folder):
    out = subprocess.run([TOOL, folder, APP, "0", "state"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return sorted(out.splitlines())


def enclave(app, *arguments, status=0, **options):
    """stdout and stderr."""
    result = app.run("enclave", *arguments, **options)
    assert result.returncode == status, result.stderr.decode()
    return result.stdout.decode(), result.stderr.decode()


@pytest.fixture
def words(app):
    """A file with a backup's passphrase, and one with another."""
    (app.folder / "words").write_text("correct horse\nnot this\n")
    (app.folder / "other").write_text("battery staple\n")
    for name in ["words", "other"]:
        (app.folder / name).chmod(0o600)
    return app.folder / "words"


def test_list_and_check(app, store):
    keys = json.loads(enclave(app, "list", app.path, "--json")[0])
    assert keys == {"damaged": [], "keys": [
        {"fingerprint": ONE, "secret": True, "public": True, "trust": "verified", "values": 2, "failures": 0},
        {"fingerprint": TWO, "secret": True, "public": True, "trust": "verified", "values": 0, "failures": 1}]}
    lines = enclave(app, "list", app.path)[0].splitlines()
    assert len(lines) == 3 and lines[1].split() == [ONE, "yes", "yes", "verified", "2", "0"]
    assert enclave(app, "check", app.path) == ("8 of 8 files whole\n", "")
    assert json.loads(enclave(app, "check", app.path, "--json")[0]) == {"files": 8, "damaged": []}


def test_nothing_is_there_and_nothing_is_made(app):
    assert enclave(app, "check", app.path)[0] == "there is no keystore yet\n"
    assert enclave(app, "list", app.path)[0] == "there are no keys\n"
    assert "no keystore yet" in enclave(app, "backup", app.path, app.folder / "b", status=3)[1]
    assert not (app.folder / f"home/state/trollbridge/{APP}/plugins").exists()
    assert not (app.folder / "b").exists()


def test_damaged_files_are_named(app, store):
    key = store / "keys" / ONE
    key.write_bytes(key.read_bytes()[:-1])
    (store / "public" / TWO).chmod(0o644)
    out, err = enclave(app, "check", app.path, status=1)
    assert out == "6 of 8 files whole\n"
    assert err.splitlines() == [
        f"trollbridge: damaged: keys/{ONE}: torn: it is shorter than it says of itself",
        f"trollbridge: damaged: public/{TWO}: unsafe: it is not one that its owner alone can read and write"]
    found = json.loads(enclave(app, "check", app.path, "--json", status=1)[0])
    assert [(d["file"], d["problem"]) for d in found["damaged"]] == [(f"keys/{ONE}", "torn"), (f"public/{TWO}", "unsafe")]
    listed = json.loads(enclave(app, "list", app.path, "--json", status=1)[0])
    assert [(k["fingerprint"], k["secret"], k["public"]) for k in listed["keys"]] == [(ONE, False, True), (TWO, True, False)]


def test_a_secret_that_is_damaged_is_named(app, store, words):
    secret = store / "secret"
    secret.write_bytes(secret.read_bytes().replace(b"secret 1", b"secret 2"))
    assert "secret: unknown-version" in enclave(app, "check", app.path, status=1)[1]
    assert json.loads(enclave(app, "check", app.path, "--json", status=1)[0])["damaged"][0]["file"] == "secret"
    enclave(app, "backup", app.path, app.folder / "b", "--passphrase-file", words, status=3)
    assert not (app.folder / "b").exists()
    secret.unlink()
    assert "secret: missing" in enclave(app, "check", app.path, status=1)[1]


def test_a_backup_comes_back(app, store, words):
    backup = app.folder / "vault.backup"
    before = state(store)
    assert enclave(app, "backup", app.path, backup, "--passphrase-file", words) == (f"7 files put away in {backup}\n", "")
    assert backup.stat().st_mode & 0o777 == 0o600
    for hidden in [ONE.encode(), b"secret 1", b"certificate"]:
        assert hidden not in backup.read_bytes()
    assert tool(store, "delete", ONE) == 0
    assert tool(store, "put", TWO, "2", "later", "x") == 0
    restore = ["restore", app.path, backup, "--passphrase-file", words]
    assert "--replace" in enclave(app, *restore, status=3)[1]
    assert enclave(app, *restore, "--replace") == ("7 files restored\n", "")
    assert state(store) == before
    assert sorted(p.name for p in store.parent.iterdir()) == ["enclave"]


def test_a_backup_comes_back_where_nothing_is(app, store, words):
    backup = app.folder / "vault.backup"
    before = state(store)
    assert json.loads(enclave(app, "backup", app.path, backup, "--passphrase-file", "-", "--json", input=b"correct horse\n")[0]) == {
        "files": 7, "damaged": []}
    subprocess.run(["rm", "-r", store.parent], check=True)
    assert json.loads(enclave(app, "restore", app.path, backup, "--passphrase-file", words, "--json")[0]) == {"files": 7}
    assert state(store) == before
    assert store.stat().st_mode & 0o777 == store.parent.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_restored_changes_nothing(app, store, words):
    backup = app.folder / "vault.backup"
    enclave(app, "backup", app.path, backup, "--passphrase-file", words)
    before, good = state(store), backup.read_bytes()
    restore = ["restore", app.path, backup, "--replace", "--passphrase-file"]
    assert "passphrase is wrong" in enclave(app, *restore, app.folder / "other", status=1)[1]
    backup.write_bytes(good[:-3])
    assert "torn" in enclave(app, *restore, words, status=1)[1]
    backup.write_bytes(good[:500] + bytes([good[500] ^ 1]) + good[501:])
    assert "altered" in enclave(app, *restore, words, status=1)[1]
    backup.write_bytes(b"something else that is long enough to be looked at\n")
    assert "foreign" in enclave(app, *restore, words, status=1)[1]
    backup.write_bytes(good.replace(APP.encode(), b"com.example.other"))
    assert "backup of another app" in enclave(app, *restore, words, status=1)[1]
    assert state(store) == before
    assert sorted(p.name for p in store.parent.iterdir()) == ["enclave"]


def test_a_backup_never_overwrites(app, store, words):
    (app.folder / "b").write_text("precious")
    assert "cannot make" in enclave(app, "backup", app.path, app.folder / "b", "--passphrase-file", words, status=3)[1]
    assert (app.folder / "b").read_text() == "precious"


def test_damaged_files_are_left_out_of_a_backup(app, store, words):
    (store / "keys" / ONE).write_text("")
    out, err = enclave(app, "backup", app.path, app.folder / "b", "--passphrase-file", words, status=1)
    assert out.startswith("6 files") and f"keys/{ONE}: torn" in err and "not in the backup" in err
    enclave(app, "restore", app.path, app.folder / "b", "--replace", "--passphrase-file", words)
    assert enclave(app, "check", app.path)[0] == "6 of 6 files whole\n"


def test_without_a_terminal_nothing_is_asked(app, store):
    assert enclave(app, "backup", app.path, app.folder / "b", status=2, start_new_session=True)[1]
    assert not (app.folder / "b").exists()


@pytest.mark.parametrize("arguments", [[], ["check"], ["chekc", "x"], ["backup", "x"], ["check", "x", "y"],
                                       ["check", "x", "--replace"], ["list", "x", "--passphrase-file", "y"], ["check", "x", "--what"]])
def test_usage(app, arguments):
    assert enclave(app, *arguments, status=2)[1].startswith("trollbridge: usage: ")
