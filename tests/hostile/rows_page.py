"""A hostile page, with all the script that it wants: what is not its own, and how the two worlds talk. JavaScript in page/."""

import json

import apps
from page import KNOWN, PLACES, page, script_of

WORLD = "isolated world"
PRISTINE = "intrinsics copied at document start"


def walked(trial):
    """The page's walk of all that it can reach, without what it reaches in a window without Trollbridge."""
    nonce = "for (const script of document.scripts) script.setAttribute('nonce', '');"
    before = trial.bare(f"{nonce}{script_of('walk')}\nreturn [...walk().paths].map((entry) => entry.join(' '));")
    (trial.world.app / "dist/baseline.json").write_text(json.dumps(before))
    return trial.attack("reach", "walk")


page("walk", "walks over everything that its global object leads to", WORLD, "nothing", "", walked)
page("event", "looks at window.event while an answer comes", "the node is in a shadow tree", "nothing", "reach", "event")
page("names", "asks for the native functions by their names", WORLD, "nothing", "reach", "names")
page("errors", "makes every function of the API fail, and looks at what is thrown", WORLD, "nothing", "reach", "errors")
page("callers", "looks at the callers of its own getters and toJSON", WORLD, "nothing", "reach", "callers")
page("script-messages", "looks for a script message handler of the host's", "none is registered", "nothing", "reach", "messages")


# ---- what the endpoint and the isolated world do ----
def world(name, tried, layer, attack):
    page(name, tried, layer, "nothing", "world", attack, "call", reason="asked for without a handle", log_code="not_granted")


world("patch-record", "replaces every function that it can reach by one that watches", PRISTINE, "record")
world("patch-lie", "… that lies about what it did", PRISTINE, "lie")
world("patch-silence", "… that does nothing", PRISTINE, "silence")
world("patch-throw", "… that throws", PRISTINE, "throw")
world("pollute", "gives all objects getters and setters by names that others use", "own properties only", "pollute")
world("reopen-record", "replaces all, then document.open runs the scripts again", "they have run already", "reopenRecord")
world("reopen-throw", "… with functions that throw", "they have run already", "reopenThrow")
world("reopen-pollute", "… with getters and setters on all objects", "they have run already", "reopenPollute")


def knowing(attack):
    """An attack by the names that the two worlds greet each other with, which must be those that they have."""
    def run(trial):
        library = (trial.tree / PLACES["host"]).read_bytes()
        for name in KNOWN["HELLOS"]:
            trial.check(name.encode() in library, f"{name} is no name that the scripts have: mend KNOWN in page.py")
        return trial.attack("world", attack)
    return run


page("hello-heard", "listens before the scripts are run again", "the node is detached, and handed over once", "nothing", "", knowing("helloHeard"))
page("hello-forged", "offers a node of its own as the private one", "the first hello counts", "nothing", "", knowing("helloForged"))
page("args-twice", "args and names that change each time they are read", "read once", "nothing", "world", "readOnce")
page("args-later", "bytes that change after the call was made", "copied at the call", "nothing", "world", "changeLater")
page("miss", "calls what is not granted, and names that are nearly those that are", "grant: it has no handle", "not_granted", "world", "miss",
     "call", reason="asked for without a handle", log_code="not_granted")


def replayed(trial):
    """One call of this command is sent, twice."""
    code = trial.attack("world", "node")
    calls = [record for record in trial.world.log() if record["event"] == "call" and record["command"] == apps.STAT]
    return code if len(calls) == 1 else f"{len(calls)} calls"


page("node", "has the private node: forges, replays, 40 kinds of garbage", "the isolated world believes nothing", "alive", "", replayed,
     "call", reason="asked for without a handle", log_code="not_granted", scripts="bright")
