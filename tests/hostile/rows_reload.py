"""A reload under attack: by a page that holds on to what was taken away, by its plugin, by the host."""

import json
import os
import select
import shutil
import threading

import wire
from apps import EVIL, NEIGHBOUR, READ, STAT
from bench import row
from rows_frames import LOCKED, NEVER, PATH
from rows_host import FORMAT, control
from rows_plugin import works
from world import SECONDS, View

REVOKED = "revoked by reload"
N_RACE = 2000
N_FLOOD = 3000


def revoke(trial, permission):
    """Takes one permission out of the app's file, and reloads."""
    path = trial.world.app / "capabilities/main.json"
    capability = json.loads(path.read_text())
    capability["permissions"].remove(permission)
    path.write_text(json.dumps(capability))
    answer = trial.host.reload()
    trial.check("error" not in answer and answer["before"] != answer["after"], f"no reload: {answer}")


def narrow_evil(trial):
    """The hostile plugin loses the folder that it may read."""
    path = trial.world.app / "acl/evil/plugin.toml"
    path.write_text(path.read_text().replace("$RESOURCE/shared", "$RESOURCE/own"))
    answer = trial.host.reload()
    trial.check("error" not in answer, f"no reload: {answer}")


def codes(view, handles):
    """The codes of the replies to these; none may bring a handle."""
    replies = [view.await_reply(handle)[0] for handle in handles]
    return {reply.get("error", {}).get("code", "value") + (" and a handle" if "next" in reply else "")
            for reply in replies}


# ---- a page ----

@row("reload-withdrawn", "64 handles that were issued before a reload revoked their command", "handles are withdrawn",
     "error denied", "call", REVOKED, log_code="denied")
def reload_withdrawn(trial):
    view = trial.view
    view.want(STAT, 64)
    trial.check(len(view.handles[STAT]) == 64, f"{len(view.handles[STAT])} handles")
    revoke(trial, "fs:allow-stat")
    frames = [view.call_frame(STAT, PATH) for _ in range(64)]
    view.link.send(b"".join(data for _, data in frames))
    found = codes(view, [handle for handle, _ in frames])
    trial.honest(view)
    return f"error {found.pop()}" if len(found) == 1 else f"errors {found}"


@row("reload-replay", "a withdrawn handle, spent a second time", "handle: one call", LOCKED, reason=NEVER)
def reload_replay(trial):
    view = trial.view
    handle, data = view.call_frame(STAT, PATH)
    revoke(trial, "fs:allow-stat")
    view.link.send(data)
    trial.check(codes(view, [handle]) == {"denied"}, "not denied")
    view.link.send(data)
    return view.end()


@row("reload-replay-live", "the handle of a call that a reload answered, spent again", "handle: one call", LOCKED,
     reason=NEVER)
def reload_replay_live(trial):
    view = trial.view
    handle, data = view.call_frame(EVIL, {"what": "hang"})
    view.link.send(data)
    trial.honest(view)
    revoke(trial, "evil:allow-do")
    trial.check(codes(view, [handle]) == {"denied"}, "not denied")
    view.link.send(data)
    return view.end()


@row("reload-want", "a WANT for a command that a reload revoked", "a revoked command has no pool", "no handle", "")
def reload_want(trial):
    view = trial.view
    revoke(trial, "fs:allow-stat")
    before = len(view.handles[STAT])
    for _ in range(10):
        view.want(STAT, 64)
    return "no handle" if len(view.handles[STAT]) == before else "a handle"


@row("reload-race", "2,000 calls on the way while a reload revokes their command", "one thread: a reload is one step",
     "denied for good", "call", REVOKED, log_code="denied")
def reload_race(trial):
    view = trial.view
    seen = []
    thread = threading.Thread(target=revoke, args=(trial, "fs:allow-stat"))
    for n in range(N_RACE):
        if n == N_RACE // 10:
            thread.start()
        if not view.handles[STAT]:
            view.want(STAT, 64)
        if not view.handles[STAT]:
            break  # all that were withdrawn are spent
        seen.append(view.do(STAT, PATH).get("error", {"code": "value"})["code"])
    thread.join()
    first = seen.index("denied") if "denied" in seen else len(seen)
    trial.check(set(seen[:first]) == {"value"}, f"before it: {set(seen[:first])}")
    trial.check(first < len(seen), "none was denied")
    return "denied for good" if set(seen[first:]) == {"denied"} else f"afterwards {set(seen[first:])}"


@row("reload-back", "a command that one reload revoked and the next one grants again, called in the old session",
     "revoked for the session's life", "error denied", "call", REVOKED, log_code="denied")
def reload_back(trial):
    view = trial.view
    text = (trial.world.app / "capabilities/main.json").read_text()
    revoke(trial, "fs:allow-stat")
    (trial.world.app / "capabilities/main.json").write_text(text)
    trial.check("error" not in trial.host.reload(), "no reload")
    handle, data = view.call_frame(STAT, PATH)
    view.link.send(data)
    found = codes(view, [handle])
    fresh = View(trial.host, "main", document=2).begin()
    trial.check("error" not in fresh.do(STAT, PATH), "the next document does not have it")
    return f"error {found.pop()}"


# ---- a plugin ----

@row("reload-hull", "a plugin reads a folder that a reload took from it", "a new process inside the new hull", "ENOENT",
     "done", "")
def reload_hull(trial):
    shared = {"what": "read", "arg": f"{trial.world.app}/shared/ok.txt"}
    works(trial)
    trial.check(trial.view.do(EVIL, shared) == "SUCCESS", "it could not before")
    narrow_evil(trial)
    answer = trial.view.do(EVIL, shared)
    return answer if isinstance(answer, str) else str(answer)


@row("reload-hang", "a plugin that does not answer while a reload narrows its hull", "it is ended", "error cancelled",
     "plugin", "stopped by a reload")
def reload_hang(trial):
    view = trial.view
    works(trial)
    old = os.pidfd_open(trial.host.children()["evil"])
    handle, data = view.call_frame(EVIL, {"what": "hang"})
    view.link.send(data)
    trial.honest(view)
    narrow_evil(trial)
    code = view.await_reply(handle)[0]["error"]["code"]
    trial.check(view.do(EVIL, {"what": "read", "arg": f"{trial.world.app}/own/none"}) == "ENOENT", "no new process")
    trial.check(select.select([old], [], [], SECONDS)[0], "the old one lives")
    os.close(old)
    return f"error {code}"


def add_plugin(trial, name):
    """The hostile plugin under one more name."""
    app = trial.world.app
    shutil.copytree(app / "acl/neighbour", app / "acl" / name)
    plugin = app / "acl" / name / "plugin.toml"
    plugin.write_text(plugin.read_text().replace("neighbour", name))
    manifest = app / "trollbridge.toml"
    manifest.write_text(
        f'{manifest.read_text()}\n[plugins.{name}]\nprogram = "programs/evil"\npermissions = "acl/{name}"\n')
    capability = app / "capabilities/main.json"
    capability.write_text(capability.read_text().replace('"neighbour:allow-do"', f'"neighbour:allow-do", "{name}:allow-do"'))
    return f"plugin:{name}|do"


@row("reload-full", "as many plugins as there is place for processes, then a reload", "places that no plugin takes",
     "it is done", "reload", " -> ")
def reload_full(trial):
    names = [EVIL, NEIGHBOUR, *(add_plugin(trial, name) for name in ("third", "fourth"))]
    trial.check("error" not in trial.host.reload(), "no reload")
    kept = [View(trial.host, f"v{n}").begin() for n in range(63)]
    for view in kept:
        view.link.send(b"".join(view.call_frame(name, {"what": "hang"})[1] for name in names))
        view.do(READ, PATH)  # the supervisor starts them in the order in which they were asked for
    answer = trial.host.reload()
    return "it is done" if "error" not in answer else answer["error"]["message"]


# ---- a host ----

control("reload-fd", "RELOAD with a descriptor", lambda trial: trial.host.reload_frame(), "a descriptor without OPEN", 1)
control("reload-key", "RELOAD with the path of another app", lambda trial: trial.host.reload_frame(app="/etc"), FORMAT)
control("reload-empty", "RELOAD that holds no map", lambda trial: wire.frame(wire.RELOAD, b"\xc0"), FORMAT)
control("reloaded-to-broker", "RELOADED from the host", lambda trial: wire.frame(wire.RELOADED, wire.pack({"id": 1})),
        "a control frame that is not in the format")


@row("reload-flood", "3,000 RELOADs without waiting for an answer", "one at a time, 10 a second; the rest is counted",
     "error limit", "reload", "another reload is under way", log_code="limit")
def reload_flood(trial):
    trial.check("error" not in trial.host.reload(), "no reload")
    trial.host.control.send(b"".join(trial.host.reload_frame() for _ in range(N_FLOOD)))
    answers = [trial.host.await_reloaded() for _ in range(N_FLOOD)]
    done = sum("error" not in answer for answer in answers)
    found = {answer["error"]["code"] for answer in answers if "error" in answer}
    n = sum(record["event"] == "reload" for record in trial.world.log())
    trial.check(1 <= done <= N_FLOOD // 10, f"{done} were done")
    trial.check(n < 200, f"{n} records of it are in the log")
    trial.honest(trial.bystander)
    return f"error {found.pop()}" if len(found) == 1 else f"errors {found}"


@row("reload-wrong", "a reload whose files revoke a command and are wrong elsewhere", "all of it or nothing",
     "error invalid_args", "reload", "the app's files are wrong", log_code="invalid_args")
def reload_wrong(trial):
    view = trial.view
    path = trial.world.app / "capabilities/main.json"
    text = path.read_text()
    path.write_text(text.replace('"fs:allow-stat", ', ""))
    (trial.world.app / "capabilities/other.json").write_text("{")
    answer = trial.host.reload()
    trial.check("error" not in view.do(STAT, PATH), "it was revoked all the same")
    return f"error {answer['error']['code']}"


@row("reload-unread", "RELOAD on and on, and reading none of the answers", "cap of the control link", "the tree ends",
     reason="the host does not read its control link", ends=True)
def reload_unread(trial):
    frame = trial.host.reload_frame() * 100
    for _ in range(1000):
        if not trial.host.control.send(frame):
            break
    return "the tree ends" if trial.host.ended() else "the tree goes on"
