"""The audit plugin: a page that wants to see, or to break, more of the log than its own view's records."""

import wire
from apps import CLOSE_ID, READ, STAT, WRITE
from bench import row
from rows_plugin import code_of
from world import View

FOLLOW = "plugin:audit|follow"
FOLLOWS_MAX = 16
FIELDS = {"n", "time", "event", "command", "verdict", "code", "dur_ns", "in", "out", "of"}
PATH = {"path": "data/hello.txt"}


class Follow:
    """A page's side of one follow."""

    def __init__(self, view, last=1000):
        self.view, self.told, self.counter, self.id = view, [], 1, None
        self.handle, data = view.call_frame(FOLLOW, {"last": last, "onRecord": "__CHANNEL__:7"})
        view.link.send(data)

    def step(self, gives=True):
        kind, message, _ = self.view.heard(self.handle)
        if kind == wire.REPLY:
            return message
        if "value" in message:
            self.id = message["value"]
        else:
            self.told.append(message["message"])
        if gives:
            self.give(4096)
        return None

    def give(self, n):
        self.view.link.send(wire.seal(self.view.to_broker, wire.CREDIT, self.handle, self.counter, wire.pack({"bytes": n})))
        self.counter += 1

    def begin(self):
        while self.id is None:
            self.step()
        return self

    def call(self):
        """Calls what the view has not called before, and takes messages up to the one that this is done."""
        handle, data = self.view.call_frame(STAT, PATH)
        self.view.link.send(data)
        while not (self.told and (self.told[-1]["event"], self.told[-1]["command"]) == ("done", STAT)):
            self.step()
        self.view.await_reply(handle)
        return self.told


@row("audit-other-view", "follows the log while another view calls, reads and misses", "filter of the audit plugin", "own records alone", event="")
def audit_other_view(trial):
    follow = Follow(trial.view, 0).begin()
    for _ in range(20):
        trial.honest(trial.bystander)
    trial.bystander.link.send(trial.bystander.zero(wire.MISS, {"name": "other|secret"}))
    trial.honest(trial.bystander)
    told = follow.call()
    trial.check(sum(record["command"] == READ for record in told) <= 2, "another view's reads beside its own one")
    trial.check(sum(record["command"] == STAT for record in told) == 2, "not the records of one call")
    trial.check(all(set(record) == FIELDS for record in told), "other fields")
    return "own records alone" if "secret" not in str(told) else "another view's miss"


NAMES = [b"\x1b]0;owned\x07\x1b[2J", b'","view":"bystander","command":"', b"\\", b'"}\n{"v":1,"n":1,"time":"', "\u202eexe".encode(), b"x" * 128]


@row("audit-names", "misses whose names are terminal sequences, JSON and line ends", "escapes of the log", "escaped", "call", log_code="not_granted")
def audit_names(trial):
    for name in NAMES:
        trial.view.link.send(trial.view.zero(wire.MISS, {"name": name.decode()}))
    told = Follow(trial.view).begin().call()
    names = [record["command"] for record in told if record["code"] == "not_granted"]
    trial.check(len(names) == len(NAMES), f"{len(names)} of {len(NAMES)} misses")
    bad = [name for name in names if any(ord(c) < 0x20 or c == "\u202e" for c in name)]
    return "not escaped" if bad else "escaped"


@row("audit-replaced", "the log renamed, and a link to a secret put in its place", "descriptor instead of a path", "the log", event="")
def audit_replaced(trial):
    """Its name is of no use: the plugin was left the file itself."""
    log, away = trial.world.log_path, trial.world.log_path.with_name("away")
    log.rename(away)
    log.symlink_to(trial.world.app / "outside/secret.txt")
    try:
        told = Follow(trial.view).begin().call()
    finally:
        log.unlink()
        away.rename(log)
    return "the log" if all(set(record) == FIELDS for record in told) else "something else"


@row("audit-idle-reader", "follows from the beginning, and takes nothing while 10,000 calls are made", "credit: what is not taken stays in the log",
     "bounded", event="", slow=True)
def audit_idle_reader(trial):
    follow = Follow(trial.view)
    while follow.id is None:
        follow.step(gives=False)
    plugin = trial.host.children()["audit"]
    before = trial.host.broker_kib("VmRSS")
    for _ in range(10000):
        trial.view.do(READ, PATH)
    grown = trial.host.broker_kib("VmRSS") - before
    trial.check(grown < 4096, f"the broker grew by {grown} KiB")
    rss = int(open(f"/proc/{plugin}/statm").read().split()[1]) * 4
    trial.check(rss < 12288, f"the plugin has {rss} KiB")
    return "bounded"


@row("audit-thousand", "1,000 follows", "quota of the audit plugin", "error io", event="")
def audit_thousand(trial):
    follows = [Follow(trial.view, 0).begin() for _ in range(FOLLOWS_MAX)]
    codes = {code_of(trial.view.do(FOLLOW, {"onRecord": "__CHANNEL__:7"})) for _ in range(1000 - FOLLOWS_MAX)}
    trial.check(len(codes) == 1, f"{codes}")
    trial.view.do(CLOSE_ID, {"rid": follows[0].id})
    Follow(trial.view, 0).begin()
    return codes.pop()


@row("audit-other-id", "closes a follow of another view", "ids of one session", "error not_found", event="")
def audit_other_id(trial):
    follow = Follow(trial.view).begin()
    other = View(trial.host, "second").begin()
    code = code_of(other.do(CLOSE_ID, {"rid": follow.id}))
    follow.call()
    return code


@row("audit-write", "writes a line into the log through fs", "mask over the log's folder", "error scope", event="")
def audit_write(trial):
    return code_of(trial.view.do(WRITE, {"path": str(trial.world.log_path)}, b"{}"))
