"""Limits, rules, schemas and tripwires under attack, by an endpoint that does as it likes."""

import apps
import wire
from apps import EMIT_TO, LIST, READ_FILE, STAT, WRITE
from bench import row
from rows_frames import LOCKED, PATH
from world import View

FILTERED = {"filters": apps.FILTERS}
OVER = "more calls or bytes a second than the command may have"
REMOVE = "plugin:fs|remove"
SHORT_S = 5  # within which the host is told


def filtered(id, tried, layer, code, event, reason, **more):
    return row(id, tried, layer, code, event, reason, app={**FILTERED, **more.pop("app", {})}, **more)


def code_of(answer):
    return f"error {answer['error']['code']}" if isinstance(answer, dict) and "error" in answer else "value"


def all_of(answers):
    """What all of them came to, or the difference."""
    codes = sorted(set(map(code_of, answers)))
    return codes[0] if len(codes) == 1 else " and ".join(codes)


def alert(trial, event):
    """What the host is told of that, which it must be."""
    try:
        return trial.host.await_alert(event, SHORT_S)
    except TimeoutError:
        trial.check(False, f"the host was not told: {event}")


# ---- limits: one call of `stat` uses up what it may have for half a minute ----

def limit(id, tried):
    return filtered(f"limit-{id}", tried, "buckets of view and command", "error limit", "call", OVER, log_code="limit")


def use_up(trial, command=STAT):
    trial.check(code_of(trial.view.do(command, PATH)) == "value", "the first call did not pass")


@limit("reload", "a limit that is used up, then five new documents of the same view")
def limit_reload(trial):
    use_up(trial)
    return all_of([View(trial.host, "main", document=n).begin().do(STAT, PATH) for n in range(2, 7)])


@limit("hoard", "64 handles that were fetched before the limit was used up")
def limit_hoard(trial):
    trial.view.want(STAT, 60)
    use_up(trial)
    frames = [trial.view.call_frame(STAT, PATH) for _ in range(len(trial.view.handles[STAT]))]
    trial.check(len(frames) > 50, f"{len(frames)} handles")
    trial.view.link.send(b"".join(data for _, data in frames))
    return all_of([trial.view.await_reply(handle)[0] for handle, _ in frames])


@limit("cancel", "calls that are cancelled in the same breath")
def limit_cancel(trial):
    view = trial.view
    handle, data = view.call_frame(STAT, PATH)
    view.link.send(data + wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({}), b""))
    view.await_reply(handle)
    return code_of(view.do(STAT, PATH))


@limit("policy", "a reload of the policy while a limit is used up")
def limit_policy(trial):
    use_up(trial)
    trial.check("error" not in trial.host.reload(), "no reload")
    return code_of(trial.view.do(STAT, PATH))


@limit("views", "other views are opened, so that the view's place might be theirs, and it comes back")
def limit_views(trial):
    use_up(trial)
    trial.host.say(wire.SHUT, "main")
    trial.view.end()
    for n in range(8):
        View(trial.host, f"other-{n}").begin()
    return code_of(View(trial.host, "main", document=2).begin().do(STAT, PATH))


@limit("answers", "two large answers asked for at once, and then a third")
def limit_answers(trial):
    frames = [trial.view.call_frame(READ_FILE, PATH) for _ in range(2)]
    trial.view.link.send(b"".join(data for _, data in frames))
    for handle, _ in frames:
        trial.view.await_reply(handle)
    return code_of(trial.view.do(READ_FILE, PATH))


@filtered("limit-parallel", "64 calls in one write", "buckets of view and command", "1 of 64 passed", "call", OVER, log_code="limit")
def limit_parallel(trial):
    trial.view.want(STAT, 64 - len(trial.view.handles[STAT]))
    frames = [trial.view.call_frame(STAT, PATH) for _ in range(64)]
    trial.view.link.send(b"".join(data for _, data in frames))
    codes = [code_of(trial.view.await_reply(handle)[0]) for handle, _ in frames]
    return f"{codes.count('value')} of {len(codes)} passed"


@filtered("limit-neighbours", "a view whose limits are used up, and another one that has them all", "buckets of view and command",
          "value", "call", OVER, log_code="limit")
def limit_neighbours(trial):
    use_up(trial)
    trial.check(code_of(trial.view.do(STAT, PATH)) == "error limit", "it was not used up")
    return code_of(trial.bystander.do(STAT, PATH))


# ---- rules: the scope lets the page write below data, the rule only below data/sub ----

def written(trial):
    return sorted(str(path.relative_to(trial.world.app)) for path in (trial.world.app / "data").rglob("*") if path.is_file()
                  and path.name not in ("hello.txt", "deep.txt", "secret.txt", "locked.txt"))


def evades(id, tried, *paths, **more):
    """Writes to these paths, none of which the rule takes for one inside of data/sub."""
    @filtered(f"rule-{id}", tried, "rule: inside", "error rule", "call", "outside of data/sub", log_code="rule")
    def attack(trial):
        trial.check(trial.view.do(WRITE, {"path": "data/sub/x.txt"}, b"x") is None, "the honest write failed")
        (trial.world.app / "data/sub/x.txt").unlink()
        answers = [trial.view.do(WRITE, {"path": path, **more}, b"x") for path in paths]
        trial.check(not written(trial), f"written: {written(trial)}")
        return all_of(answers)
    return attack


evades("plain", "a path outside of the rule's folder", "data/new.txt")
evades("dots", "`..` behind a beginning that is inside", "data/sub/../new.txt", "data/sub/./../new.txt", "data/sub/a/../../new.txt", "data/sub/..")
evades("slashes", "slashes where one might do", "//data/sub/x.txt", "data//new.txt", "/data/sub/x.txt", "data/sub//../new.txt")
evades("absolute", "an absolute path that ends as one inside does", "/tmp/data/sub/x.txt", "/etc/../data/sub/x.txt")
evades("encoded", "the folder's name percent-encoded", "data%2fsub/new.txt", "data/s%75b/new.txt", "%64ata/sub/new.txt")
evades("case", "the folder's name in other letters", "data/SUB/new.txt", "Data/sub/new.txt", "data/\uff53ub/new.txt", "data/su\u0301b/new.txt")
evades("url", "a URL of the folder", "file://data/sub/new.txt", "file:data/sub/new.txt")
evades("nul", "NUL behind what is inside, and before it", "data\0/sub/new.txt", "data/new.txt\0/../sub/x.txt")
evades("prefix", "a neighbour whose name begins as the folder's does", "data/submarine/new.txt", "data/sub.txt", "data/sub ")
evades("types", "paths that are no strings", ["data/sub/x.txt"], {"0": "data/sub/x.txt"}, b"data/sub/x.txt", 7, True, None)
evades("base", "a base directory from which the path leads elsewhere", "data/sub/new.txt", "sub/new.txt", options={"baseDir": 21})
evades("order", "other keys before and behind the path", "data/new.txt", **{"a": 1, "zz": {"path": "data/sub/x.txt"}, "Path": "data/sub/x.txt"})


@filtered("rule-twice", "the same key twice, one of them inside", "scan: distinct keys", LOCKED, "violation", "")
def rule_twice(trial):
    trial.check(code_of(trial.view.do(WRITE, {"path": "data/new.txt"}, b"x")) == "error rule", "the rule is not there")
    entry = wire.pack("path") + wire.pack("data/new.txt") + wire.pack("path") + wire.pack("data/sub/x.txt")
    text = b"\x82" + wire.pack("args") + b"\x82" + entry + wire.pack("bytes") + wire.pack(1)
    trial.view.link.send(trial.view.call_frame(WRITE, None, raw=b"x", text=text)[1])
    code = trial.view.end()
    trial.check(not written(trial), f"written: {written(trial)}")
    return code


@filtered("rule-rewrite", "a path that a rule rewrites, in ways that might pass it by", "rule: rewrite", "written where the rule says", "call", "")
def rule_rewrite(trial):
    for path in ("data/sub/a.exe", "data/new.exe", "../../x.exe", "/etc/passwd.exe", "a//b/./c.exe"):
        answer = trial.view.do(WRITE, {"path": path}, path.encode())
        trial.check(answer is None, f"{path}: {answer}")
        kept = trial.world.app / "data/sub/kept.txt"
        trial.check(kept.exists() and kept.read_bytes() == path.encode(), f"{path} went elsewhere")
    return "written where the rule says" if written(trial) == ["data/sub/kept.txt"] else f"written: {written(trial)}"


@filtered("rule-alerts", "3,000 calls that a rule alerts of, to a host that does not read", "alerts: ten a second", "all goes on", "alert", "it appends")
def rule_alerts(trial):
    for _ in range(3000 // 50):
        frames = []
        for _ in range(50):
            frames.append(trial.view.call_frame(WRITE, {"path": "data/sub/log.txt", "options": {"append": True}}, raw=b"x"))
        trial.view.link.send(b"".join(data for _, data in frames))
        for handle, _ in frames:
            trial.view.await_reply(handle)
    trial.honest(trial.view)
    (trial.world.app / "data/sub/log.txt").unlink()
    alert(trial, "rule")
    return "all goes on"


# ---- schemas ----

def refuses(id, tried, *calls):
    @filtered(f"schema-{id}", tried, "schema", "error invalid_args", "call", "the ", log_code="invalid_args")
    def attack(trial):
        trial.check(code_of(trial.view.do(LIST, {"path": "data"})) == "value", "the honest call failed")
        return all_of([trial.view.do(LIST, *(call if isinstance(call, tuple) else (call,))) for call in calls])
    return attack


refuses("extra", "keys that the schema does not name", {"path": "data", "extra": 1}, {"path": "data", "": 1}, {"path": "data", "path\0": "x"},
        {"path": "data", "options": {"baseDir": 11}}, {"path": "data", "__proto__": {}})
refuses("pattern", "paths that a pattern does not match as a whole", {"path": "data\n"}, {"path": "data/sub/../x"}, {"path": "\ndata"},
        {"path": "data/\u0455ub"}, {"path": "data\0"}, {"path": "data" + "/a" * 40})
refuses("body", "a body where there is to be none", ({"path": "data"}, b"x"))


@filtered("schema-parts", "a body in parts, whose length nobody knows yet", "schema", "error invalid_args", "call", "the body", log_code="invalid_args")
def schema_parts(trial):
    text = wire.pack({"args": {"path": "data"}, "more": True})
    handle, data = trial.view.call_frame(LIST, None, text=text)
    trial.view.link.send(data)
    return code_of(trial.view.await_reply(handle)[0])


@filtered("schema-late", "args that only break the schema when there is no time left to look", "schema: before the plugin", "error invalid_args", "call",
          "the argument", log_code="invalid_args")
def schema_late(trial):
    frames = [trial.view.call_frame(LIST, {"path": "data", f"k{n}": n}) for n in range(len(trial.view.handles[LIST]))]
    trial.view.link.send(b"".join(data for _, data in frames))
    return all_of([trial.view.await_reply(handle)[0] for handle, _ in frames])


# ---- tripwires ----

def tripwire(id, tried, **more):
    return filtered(f"tripwire-{id}", tried, "tripwire", LOCKED, "alert", "a tripwire was ", log_code="violation", **more)


def told(trial):
    trial.check(alert(trial, "tripwire")["view"] == "main", "told of another view")
    alert(trial, "locked")


EMITTED = {"target": {"kind": "Any"}, "event": "e", "payload": 1}


@tripwire("call", "a call of one that is granted; no answer comes before the end")
def tripwire_call(trial):
    handle, data = trial.view.call_frame(EMIT_TO, EMITTED)
    trial.view.link.send(data)
    code = trial.view.end()
    trial.check(handle not in trial.view.replies, "it was answered")
    told(trial)
    return code


@tripwire("miss", "one that is not granted, asked for by its name")
def tripwire_miss(trial):
    trial.view.link.send(trial.view.zero(wire.MISS, {"name": REMOVE}))
    code = trial.view.end()
    told(trial)
    return code


@tripwire("flood", "one that is not granted, behind a thousand other names")
def tripwire_flood(trial):
    trial.view.link.send(b"".join(trial.view.zero(wire.MISS, {"name": f"nobody-{n}"}) for n in range(1000)))
    trial.view.link.send(trial.view.zero(wire.MISS, {"name": REMOVE}))
    return trial.view.end()


@tripwire("deny", "where violations are only denied", app={"action": "deny"})
def tripwire_deny(trial):
    trial.view.link.send(trial.view.call_frame(EMIT_TO, EMITTED)[1])
    code = trial.view.end()
    told(trial)
    return code


@tripwire("garbage", "args that are not what the command takes")
def tripwire_garbage(trial):
    trial.view.link.send(trial.view.call_frame(EMIT_TO, {"x": [1] * 1000}, raw=b"x" * 10000)[1])
    return trial.view.end()


@tripwire("behind", "behind calls that are under way, none of which outlives it")
def tripwire_behind(trial):
    frames = [trial.view.call_frame(apps.EVIL, {"what": "hang"})[1] for _ in range(2)]
    trial.view.link.send(b"".join(frames) + trial.view.call_frame(EMIT_TO, EMITTED)[1])
    return trial.view.end()


@filtered("tripwire-lock-out", "three of them within a minute, then one more document", "lock-out of the view", "OPEN refused: violation",
          "alert", "a tripwire was ", log_code="violation")
def tripwire_lock_out(trial):
    trial.honest(trial.view)
    for n in range(3):
        view = View(trial.host, "main", document=n + 2).begin()
        view.link.send(view.zero(wire.MISS, {"name": REMOVE}))
        trial.check(view.end() == LOCKED, "not locked")
    answer = View(trial.host, "main", document=9).opened
    return f"OPEN refused: {answer['error']['code']}" if "error" in answer else "opened"
