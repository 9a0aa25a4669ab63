"""Against the enclave: a page that guesses, oversteps its scopes or takes another view's key, and somebody who moves the keystore's
files about. Keys are made by the page, as the module trollbridge/enclave makes them: the enclave cannot tell a hash from any 32 bytes."""

import base64
import hashlib
import json
import os
import select
import time
import zlib

from apps import READ
from bench import row
from rows_secret import dismiss, next_secret
from world import SECONDS, View

ALL = ("enclave:default", "enclave:vault", "enclave:manage")
CALL_S = 90  # the stretching of a hash, where everybody else is stretching, too
OTHER = "0123456789ABCDEF0123456789ABCDEF01234567"


def hash_of(word):
    return hashlib.blake2b(word.encode(), digest_size=32).digest()


RIGHT = hash_of("right")


def do(view, command, raw=None, **args):
    return view.do(f"plugin:enclave|{command}", args, raw, CALL_S)


def refusal(answer):
    """CODE REASON, as a page is told."""
    if isinstance(answer, dict) and "error" in answer:
        return f"{answer['error']['code']} {answer['error']['message'].split(':')[0]}"
    return "allowed"


def good(trial, answer):
    trial.check(refusal(answer) == "allowed", f"what is granted failed: {answer}")
    trial.twins += 1
    return answer


def new_key(trial, view=None, name="Alice"):
    """The fingerprint of a new key, which stays locked."""
    view = view or trial.view
    ticket = good(trial, do(view, "new_salt"))["ticket"]
    return good(trial, do(view, "generate_key", user_id=name, ticket=ticket, hash=RIGHT))["fingerprint"]


def unlocked(trial, view=None, name="Alice"):
    view = view or trial.view
    key = new_key(trial, view, name)
    good(trial, do(view, "unlock", key=key, hash=RIGHT))
    return key


def sign(view, key):
    return do(view, "sign", key=key, mode="cleartext", text="what the page wants signed")


def keystore(trial):
    return trial.world.home / "state/trollbridge/com.example.hostile/plugins/enclave"


def enclave(name, tried, layer, code, attack, entries=ALL, **more):
    app = {"enclave": entries, "home": True, **more}
    row(f"enclave-{name}", tried, layer, code, "done", log_code=code.split(" ")[0], app=app)(attack)


# ---- the page ----
def guess(trial):
    """Until it is told to wait, in this document and then in the next, which begins where this one stopped."""
    key = unlocked(trial)
    good(trial, do(trial.view, "lock", key=key))
    codes = guesses(trial.view, key)
    trial.check(codes[:4] == ["denied wrong-passphrase"] * 4, f"the first guesses: {codes}")
    trial.check("denied wait" in codes, f"nobody had to wait: {codes}")
    codes = guesses(View(trial.host, "main", document=2).begin(), key)
    trial.check("denied wait" in codes[:4], f"another document forgets: {codes}")
    return "denied wait"


def guesses(view, key):
    """What they come to, up to the first that has to wait: each wait is twice as long as the last, which a guess may take longer than."""
    codes = []
    while "denied wait" not in codes and len(codes) < 10:
        codes.append(refusal(do(view, "unlock", key=key, hash=hash_of(f"guess {len(codes)}"))))
    return codes


enclave("guess", "guesses unlocks, then goes on in another document", "failures are counted on the disk, and wait", "denied wait", guess)


def other_view(trial):
    key = unlocked(trial)
    good(trial, sign(trial.view, key))
    return refusal(sign(View(trial.host, "other").begin(), key))


def reloaded(trial):
    key = unlocked(trial)
    good(trial, sign(trial.view, key))
    return refusal(sign(View(trial.host, "main", document=2).begin(), key))


enclave("other-view", "signs with a key that another view has unlocked", "a process for each document", "denied locked", other_view)
enclave("reload", "signs with a key that the document before it has unlocked", "a process for each document", "denied locked", reloaded)


def ticket(trial):
    ticket = good(trial, do(trial.view, "new_salt"))["ticket"]
    good(trial, do(trial.view, "generate_key", user_id="Alice", ticket=ticket, hash=RIGHT))
    return refusal(do(trial.view, "generate_key", user_id="Mallory", ticket=ticket, hash=RIGHT))


enclave("ticket", "makes a second key with one salt", "a ticket is good once", "not_found no-ticket", ticket)


def exported(trial):
    """What the page knows is the hash. It gives it in every way that it can think of."""
    key = unlocked(trial)
    handle, data = trial.view.call_frame("plugin:enclave|export_key", {"key": key, "hash": RIGHT, "passphrase": "right", "sealed": RIGHT})
    trial.view.link.send(data)
    dismiss(trial, next_secret(trial, trial.view))
    message, _ = trial.view.await_reply(handle, CALL_S)
    return refusal(message)


enclave("export", "has a secret key exported, and nobody gives its passphrase", "a person is asked, over the page's head", "denied dismissed", exported)

def written(trial):
    """The log's text once it has an honest call of the page that comes behind all others; before them it made one, too."""
    trial.honest(trial.view)
    end = time.monotonic() + SECONDS
    while sum(map(is_honest, trial.world.log())) < 2 and time.monotonic() < end:
        select.select([], [], [], 0.02)
    return trial.world.log_path.read_text()


def is_honest(record):
    return (record["event"], record["view"], record["command"]) == ("call", "main", READ)


def logged(trial):
    """All that a page sends to be kept, and the log wants all arguments."""
    word = os.urandom(16).hex()
    key = unlocked(trial)
    good(trial, do(trial.view, "vault_put", key=key, name="a name", text=word))
    good(trial, do(trial.view, "vault_put", word.encode(), key=key, name="another"))
    good(trial, do(trial.view, "sign", key=key, mode="detached", text=word, purpose="to see what is kept"))
    good(trial, do(trial.view, "encrypt", to=[key], text=word))
    log = written(trial)
    trial.check(key in log and "a name" in log and "to see what is kept" in log, "the log does not say what it was about")
    for secret in (word, word.encode().hex(), base64.b64encode(word.encode()).decode(), RIGHT.hex(), base64.b64encode(RIGHT).decode()):
        trial.check(secret not in log, "the log has what is secret")
    return "allowed"


row("enclave-log", "looks for its secrets in the log, which is to have all arguments", "plugin.toml: `record`", "allowed", "done", "",
    app={"enclave": ALL, "full": tuple(f"plugin:enclave|{name}" for name in ("unlock", "vault_put", "sign", "encrypt", "generate_key"))})(logged)

# ---- scopes ----
NOTES = tuple({"identifier": f"enclave:allow-{name}", "allow": [{"key": "*"}, {"vault": "notes/*"}], "deny": [{"vault": "notes/private/*"}]}
              for name in ("vault-put", "vault-get", "vault-list", "vault-delete"))
NAMES = ("other", "notes", "Notes/a", "notes", "*", "notes*", "/notes/a", "notes/private/a", "", " notes/a", "n\u043etes/a")


def each(trial, names, call):
    """What all of them come to; each of the same if they are."""
    codes = {name: refusal(call(name)) for name in names}
    return " ".join(sorted(set(codes.values()))) if len(set(codes.values())) == 1 else str(codes)


def vault_scope(trial):
    key = unlocked(trial)
    good(trial, do(trial.view, "vault_put", key=key, name="notes/a", text="a note"))
    for command, more in (("vault_put", {"text": "x"}), ("vault_get", {}), ("vault_delete", {})):
        code = each(trial, [name for name in NAMES if name], lambda name: do(trial.view, command, key=key, name=name, **more))
        trial.check(code == "scope scope", f"{command}: {code}")
    return "scope scope"


enclave("vault-scope", "names outside of notes/*, and in what is denied of it", "scope", "scope scope", vault_scope, entries=("enclave:default", *NOTES))


def vault_names(trial):
    key = unlocked(trial)
    good(trial, do(trial.view, "vault_put", key=key, name="../../" + "x" * 249, text="a value"))
    return each(trial, ["", "x" * 256, "a\0b", "a\nb", "\x1b[2J", "\x7f", "\u009b"], lambda name: do(trial.view, "vault_put", key=key, name=name, text="x"))


def elsewhere(trial):
    """A name that would be a path: nothing is made where it leads, and it is on no disk."""
    code = vault_names(trial)
    for path in keystore(trial).rglob("*"):
        trial.check(not path.name.startswith("x"), f"made: {path}")
    return code


enclave("vault-names", "names of values that are paths, empty, too long or that command a terminal", "names are hashed; checked before that", "invalid_args bad-argument",
        elsewhere)


def narrowed(trial, entries, call):
    """A key is made and unlocked with all permissions; then the policy is another one."""
    key = unlocked(trial)
    good(trial, call(trial.view, key))
    path = trial.world.app / "capabilities/main.json"
    capability = json.loads(path.read_text())
    capability["permissions"] = [entry for entry in capability["permissions"] if entry not in ALL] + list(entries(key))
    if trial.breach != "wide":
        path.write_text(json.dumps(capability))
        trial.check("error" not in trial.host.reload(), "no reload")
    view = View(trial.host, "main", document=2).begin()
    unlock = do(view, "unlock", key=key, hash=RIGHT)
    trial.check(refusal(unlock) == "allowed", f"{unlock}")
    return refusal(call(view, key))


def only(*commands, **scope):
    return [{"identifier": f"enclave:allow-{command}", **scope} for command in commands]


enclave("other-key", "signs with a key that its scope does not name", "scope", "scope scope",
        lambda trial: narrowed(trial, lambda key: only("unlock", allow=[{"key": key}]) + only("sign", allow=[{"key": OTHER}]), sign))
enclave("denied-key", "signs with the one key of all that its scope denies", "scope: a denial counts over what allows", "scope scope",
        lambda trial: narrowed(trial, lambda key: only("unlock", allow=[{"key": key}]) + only("sign", allow=[{"key": "*"}], deny=[{"key": key}]), sign))
enclave("recipient", "encrypts to a key that its scope does not name", "scope, of recipients too", "scope scope",
        lambda trial: narrowed(trial, lambda key: only("unlock", allow=[{"key": key}]) + only("encrypt", allow=[{"key": OTHER}]),
                               lambda view, key: do(view, "encrypt", to=[key], text="to whom it may concern")))
enclave("no-scope", "signs by a permission that came without a scope", "scope: nothing is allowed by nothing", "scope scope",
        lambda trial: narrowed(trial, lambda key: only("unlock", allow=[{"key": key}]) + ["enclave:allow-sign"], sign))


# ---- messages ----
def packet(tag, body):
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body


BOMB = packet(8, b"\2" + zlib.compress(packet(11, b"b\0" + bytes(4) + bytes(64 << 20)), 9))


def messages(trial, command, raw):
    unlocked(trial)
    return refusal(do(trial.view, command, raw))


enclave("bomb", "a message of 64 KiB that holds 64 MiB", "output in proportion to input", "too_large bomb", lambda trial: messages(trial, "verify", BOMB))
enclave("noise", "bytes that are no message", "librnp, in a process of its own", "invalid_args not-openpgp", lambda trial: messages(trial, "decrypt", bytes(range(256)) * 16))


# ---- the files ----
def swapped(trial):
    """One key's file in the place of another's, by some other process of the user."""
    mine, theirs = new_key(trial), new_key(trial, name="Bob")
    (keystore(trial) / "keys" / theirs).write_bytes((keystore(trial) / "keys" / mine).read_bytes())
    good(trial, do(trial.view, "unlock", key=mine, hash=RIGHT))
    return refusal(do(trial.view, "unlock", key=theirs, hash=RIGHT))


def linked(trial):
    key = new_key(trial)
    path = keystore(trial) / "keys" / key
    (trial.world.home / "moved").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(trial.world.home / "moved")
    return refusal(do(trial.view, "unlock", key=key, hash=RIGHT))


def altered(trial):
    key = new_key(trial)
    path = keystore(trial) / "keys" / key
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return refusal(do(trial.view, "unlock", key=key, hash=RIGHT))


for name, tried, attack in [("swapped", "a key's file in the place of another's", swapped), ("linked", "a symbolic link in the place of a key's file", linked),
                            ("altered", "one bit of a key's file flipped", altered)]:
    enclave(f"file-{name}", tried, "keystore: a code over each file and its name", "io keystore-damaged", attack)


def read_by_fs(trial):
    new_key(trial)
    (trial.world.home / "mine").write_text("mine")
    trial.check(trial.view.do(READ, {"path": str(trial.world.home / "mine")}) == b"mine", "the same in scope")
    trial.twins += 1
    answer = trial.view.do(READ, {"path": str(keystore(trial) / "secret")})
    return answer["error"]["code"] if isinstance(answer, dict) else "read"


enclave("file-fs", "fs, with $HOME/**, reads the keystore's secret", "covered, and denied by fs", "scope", read_by_fs)
