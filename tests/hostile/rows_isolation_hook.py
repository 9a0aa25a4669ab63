"""A hook that is broken, hostile or changed under the app's feet: what becomes of its calls, and of everybody else."""

import os

import apps
from apps import LIST, READ_FILE, STAT, WRITE
from page import page
from rows_filters import all_of, code_of
from rows_frames import PATH
from rows_isolation import DENIED, HIDDEN, HOOK, hooked, isolation, let_by, neighbours
from world import View

BUDGET = "budgets, which the kernel counts"
JUDGED = "what the hook returns is judged again"
MOST_KIB = 8192
LETS_BY = "export function onRequest({ args }) { return args; }"


def deed(trial, name, command=STAT, **more):
    return trial.view.do(command, {**PATH, "deed": name}, **more)


def flat(trial, before):
    grown = trial.host.broker_kib() - before
    trial.check(grown < MOST_KIB, f"the broker grew by {grown} KiB")


# ---- what it returns ----

@isolation("returns", "a hook that returns what is no args: cycles, 70,000 keys, a text of 2 MiB, proxies that throw", "the hook's values are checked where they are written",
           DENIED)
def returns(trial):
    let_by(trial)
    before = trial.host.broker_kib()
    names = ("nothing", "list", "text", "function", "cyclic", "deep", "huge", "many", "key", "sparse", "symbol", "bigint", "instance", "surrogate", "getter", "proxy",
             "thenable", "recursion", "raw", "wide")
    wrong = {name: answer for name in names if code_of(answer := deed(trial, name)) != DENIED}
    trial.check(not wrong, f"{wrong}")
    neighbours(trial)
    flat(trial, before)
    return all_of([deed(trial, "throw")])


# ---- what it uses ----

def spends(id, tried, reason):
    """The first call is answered for what it did, and those that wait behind it with it."""
    @isolation(id, tried, BUDGET, DENIED, reason=reason)
    def attack(trial):
        let_by(trial)
        before = trial.host.broker_kib()
        answers = [deed(trial, id)]
        neighbours(trial)
        answers += [deed(trial, id)]
        neighbours(trial)
        trial.honest(trial.view)
        flat(trial, before)
        return all_of(answers)
    return attack


spends("loop", "a hook in a loop without end", "ms of CPU time")
spends("regex", "a hook whose pattern backtracks without end", "ms of CPU time")
spends("jobs", "a hook whose promises never come to an end", "ms of CPU time")
spends("memory", "a hook that takes memory without end", "MiB of memory")
spends("strings", "a hook that makes strings without end", "MiB of memory")


# ---- what it would do with the call ----

def judged(id, tried, code, command, event="call", reason="", filters="", raw=None):
    """The deed is in the path: the args are what the schema takes, until the hook has them."""
    @isolation(id, tried, JUDGED, code, event, reason, code.removeprefix("error "), app={"filters": filters})
    def attack(trial):
        hooked(trial)
        return code_of(trial.view.do(command, {"path": f"data/sub/deed/{id}"}, raw))
    return attack


judged("widen", "a hook that leads a call to a file which the scope denies", "error scope", READ_FILE, "done")
judged("climb", "… out of the folder with `..`", "error invalid_args", READ_FILE, "done")
judged("rule", "… to a path that a rule denies", "error rule", WRITE, reason="outside of data/sub", filters=apps.FILTERS, raw=b"x")
judged("schema", "… to args that the schema refuses", "error invalid_args", LIST, reason="the argument /path", filters=apps.FILTERS)
judged("body", "a hook that adds a body to a command which may have none", "error invalid_args", LIST, reason="the body", filters=apps.FILTERS)


TAURI = """window.__TAURI_ISOLATION_HOOK__ = (payload) => {
  if (payload.payload.deed) payload.cmd = payload.payload.deed;
  return payload;
};"""


@isolation("command", "a hook in Tauri's form that changes the command", "the hook has no say in the command", DENIED, reason="changed the command", app={"hook": TAURI})
def command(trial):
    let_by(trial)
    return all_of([deed(trial, name) for name in (READ_FILE, "plugin:fs|remove", "stat", STAT.upper())])


# ---- what it would do with other calls ----

@isolation("later", "a promise of one call that another one settles, with the args of the first", "a call's answer is the one that its own turn has", DENIED,
           reason="nothing ever settles")
def later(trial):
    answers = [trial.view.do(READ_FILE, {"path": "data/private/secret.txt", "deed": "hold"})]
    trial.check(trial.view.do(READ_FILE, {"path": "data/sub/deep.txt", "deed": "free"}) == HIDDEN.encode(), "the second call is not itself")
    return all_of([*answers, trial.view.do(READ_FILE, {"path": "data/hello.txt", "deed": "hold"})])


@isolation("pollute", "a hook that patches all prototypes and intrinsics, then calls without a path", "nothing that is patched is looked up",
           "error invalid_args", "done", "", "invalid_args")
def pollute(trial):
    trial.check(deed(trial, "pollute", READ_FILE) == HIDDEN.encode(), "the hook is not there")
    trial.check(trial.view.do(READ_FILE, {"path": "data/sub/deep.txt"}) == HIDDEN.encode(), "another file")
    answers = [trial.view.do(READ_FILE, args) for args in ({}, {"options": {}}, {"path": 7})]
    neighbours(trial)
    return all_of(answers)


# ---- the file ----

def rewrite(trial, text):
    (trial.world.app / "isolation.js").write_text(text)


@isolation("disk", "another isolation.js on the disk, over two documents and a new process", "the text is part of the compiled policy", DENIED, reason="what the page is not told")
def disk(trial):
    let_by(trial)
    rewrite(trial, LETS_BY)
    answers = [deed(trial, "throw"), deed(trial, "loop"), deed(trial, "throw")]
    other = View(trial.host, "fresh").begin()
    answers.append(other.do(STAT, {**PATH, "deed": "throw"}))
    (trial.world.app / "isolation.js").unlink()
    answers.append(other.do(STAT, {**PATH, "deed": "throw"}))
    rewrite(trial, LETS_BY)
    trial.check("error" not in trial.host.reload(), "no reload")
    trial.check(code_of(deed(trial, "throw")) == "value", "the reload changed nothing")
    return all_of(answers)


def link_to(path):
    return lambda place: place.symlink_to(path)


FILES = {
    "a link to a file of the system": link_to("/etc/passwd"),
    "a link that leads nowhere": link_to("nowhere"),
    "a link to itself": link_to("isolation.js"),
    "a FIFO": os.mkfifo,
    "a folder": os.mkdir,
    "600 KiB": lambda place: place.write_text(LETS_BY + "//" + "x" * 600 * 1024),
    "nothing": lambda place: place.write_text(""),
    "a NUL": lambda place: place.write_text(LETS_BY + "\0"),
    "no UTF-8": lambda place: place.write_bytes(LETS_BY.encode() + b"//\xff"),
    "no JavaScript": lambda place: place.write_text("export function onRequest({"),
    "an import": lambda place: place.write_text("import 'fs';" + LETS_BY),
    "no function": lambda place: place.write_text("export const onRequest = 1"),
    "a loop": lambda place: place.write_text(LETS_BY + "for (;;);"),
    "a thousand megabytes": lambda place: place.write_text(LETS_BY + "\nfor (const all = []; ; ) all.push(new Uint8Array(1 << 20).fill(1));"),
    "what throws": lambda place: place.write_text(LETS_BY + "throw new Error('\\x1b[2J')"),
}


@isolation("files", "isolation.js is a link, a FIFO, a folder, too large, no JavaScript, a loop; and a reload for each", "a reload that fails changes nothing", DENIED,
           reason="what the page is not told")
def files(trial):
    hooked(trial)
    answers = []
    for what, put in FILES.items():
        place = trial.world.app / "isolation.js"
        place.rmdir() if place.is_dir() else place.unlink(missing_ok=True)
        put(place)
        trial.check("error" in trial.host.reload(), f"{what}: it was taken")
        answers.append(deed(trial, "throw"))
    return all_of(answers)


# ---- a page, in a window ----

def window(name, tried, layer, attack):
    page(f"isolation-{name}", tried, layer, "hook", "isolated", attack, "call", reason="what the page is not told", log_code="hook", app={"hook": HOOK})


window("rejected", "calls that the hook denies, 64 of them at once, each of which might never be answered", "one answer for each call", "rejected")
window("replaced", "functions by the names of both forms of a hook, on all that a script can reach", "the hook is no part of the page", "replaced")
window("text", "looks for the text of the hook, in its own world and by the app's scheme", "the hook is no part of the page", "text")
