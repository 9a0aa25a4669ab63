"""What the log is told of a plugin's calls: what the plugin says of them, and what it gets of calls that are secret."""

import json
import os

from apps import EVIL, KEEPER
from bench import row
from rows_plugin import CRASHED, REPLY, asks as in_a_call, code_of, works

# ---- what a plugin says of a call ----
for name, tried in [("long", "a note of 257 bytes"), ("binary", "a note that is no UTF-8")]:
    row(f"note-{name}", tried, "schema: notes", CRASHED, reason=REPLY)(in_a_call(f"note-{name}"))

LINES = 'signed\n{"v":1,"n":1,"event":"call","verdict":"allow"}\r\x1b[2J\u202e"'


@row("note-lines", "a note that is lines, a record of its own, and commands to a terminal", "all that is not seen as it is, is escaped", "answer SUCCESS", "done", "signed")
def note_lines(trial):
    works(trial)
    code = code_of(trial.view.do(EVIL, {"what": "note", "arg": LINES}))
    trial.honest(trial.view)
    text = trial.world.log_path.read_bytes()
    trial.check(not any(byte in text for byte in (b"\x1b", b"\r", "\u202e".encode())), "it is in the log as it came")
    trial.check(all(isinstance(json.loads(line), dict) for line in text.split(b"\n")[:-1]), "the log has lines that are none")
    return code


# ---- what the log has of calls that are secret ----
def told(trial, answer):
    """Which of the arguments the log has, once it has all of them."""
    trial.check(answer == "SUCCESS", f"the call failed: {answer}")
    trial.honest(trial.view)
    [call] = [r for r in trial.world.log() if r["event"] == "call" and r["command"] == KEEPER and r["view"] == "main"]
    return json.dumps(call["args"])


def private(name, tried, layer, args, raw=None):
    def attack(trial):
        works(trial)
        word = os.urandom(16).hex()
        answer = trial.view.do(KEEPER, {"what": "nothing", "kept": "a key", **args(word)}, raw and word.encode())
        args_told = told(trial, answer)
        trial.check(word not in trial.world.log_path.read_text(), "the log has it")
        return args_told
    row(f"private-{name}", tried, layer, '{"kept": "a key"}', "done", log_code="", app={"full": (KEEPER, EVIL)})(attack)


RECORD = "plugin.toml: `record`"
private("args", "an argument that is secret, and the manifest wants all of them in the log", RECORD, lambda word: {"arg": word})
private("deep", "a secret beneath another name, and as a name", RECORD, lambda word: {"more": {"kept": word}, word: 1})
private("body", "a secret as the body of a call", RECORD, lambda word: {}, raw=True)
