"""What a row is, and what running one means."""

import dataclasses
import os
import signal
import time
import traceback

import apps
import world as worlds

ROWS = []
ROW_S = 120  # a row that takes longer has failed


@dataclasses.dataclass
class Settings:
    tree: str          # an installed tree
    evil: str          # the hostile plugin's program
    bare: str = ""     # the program that opens a window without Trollbridge
    plants: str = ""   # the folder of the planted twins
    display: str = ""  # environment of the windows, as JSON
    breach: str = ""   # planted by the self-test


@dataclasses.dataclass
class Row:
    id: str
    tried: str       # what the attacker does
    layer: str       # what stops it
    code: str        # what the attacker sees
    attack: object   # function of a Trial that returns the code seen
    event: str = "violation"  # of the log's record; "": the log must hold no violation
    reason: str = ""          # part of that record's reason
    log_code: str = None      # the record's code; None: any
    app: dict = dataclasses.field(default_factory=dict)  # for apps.make
    ends: bool = False        # the tree is expected to end: no bystander is asked afterwards
    slow: bool = False        # waits on purpose: started first
    trial: type = None        # what it runs in, if not Trial
    scripts: str = ""         # planted ones (a folder of plants/) that the attack begins with
    clicks: bool = False      # a user clicks at the window


def row(id, tried, layer, code, event="violation", reason="", **more):
    """Decorates the function that makes the attack."""
    def add(attack):
        if any(other.id == id for other in ROWS):
            raise ValueError(f"two rows are called {id}")
        ROWS.append(Row(id, tried, layer, code, attack, event, reason, **more))
        return attack
    return add


class Failed(Exception):
    """A row did not come out as it should; the text says how."""


class Trial:
    """One row being run. Views and tree are made when first asked for."""

    def __init__(self, row, settings):
        self.row = row
        self.world = worlds.World(settings)
        self.breach = settings.breach
        breaches = {"wide": {"wide": True}, "deny": {"action": "deny"}, "twice": {"twice": True},
                    "unfiltered": {"filters": ""}, "unasked": {"ask": ()}, "unhooked": {"hook": None}, "asking": {"asking": apps.NAMES},
                    "told": {"private": ()}, "loose": {"programs": "loose"}}
        planted = breaches.get(settings.breach, {})
        apps.make(self.world, **{**row.app, **planted})
        self.host = self.world.start()
        self.bystander = worlds.View(self.host, "bystander").begin()
        self.honest(self.bystander)
        self.twins = 1
        self.made = None

    @property
    def view(self):
        """The view that attacks; before it does, the same operation in scope succeeds on it."""
        if not self.made:
            self.made = worlds.View(self.host, "main").begin()
            self.honest(self.made)
            self.twins += 1
        return self.made

    def honest(self, view):
        """The twin: what is granted works."""
        answer = view.do(apps.READ, {"path": "data/hello.txt"})
        self.check(answer == apps.HELLO.encode(), f"the twin failed: {answer}")

    def check(self, condition, text):
        if not condition:
            raise Failed(text)

    def after(self):
        """The attack is over: everybody else must not have noticed."""
        if self.breach == "dead":
            (self.world.app / "data/hello.txt").unlink()
        if self.row.ends:
            self.check(self.host.ended(), "the tree did not end")
            return
        self.honest(self.bystander)
        self.twins += 1

    def end(self):
        self.world.stop()
        self.world.remove()

    def tamper(self):
        path = self.world.log_path
        if self.breach == "no-log":
            path.unlink()
        if self.breach == "cut-log":
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join(line for line in lines if '"event":"violation"' not in line))

    def find_record(self):
        self.tamper()
        log = self.world.log()
        self.check(self.world.log_verifies(), "the log does not verify")
        if not self.row.event:
            broken = [r for r in log if r["event"] == "violation"]
            self.check(not broken, f"the log has a violation: {broken[0]['reason'] if broken else ''}")
            return None
        for record in reversed(log):
            if (record["event"] == self.row.event and self.row.reason in record["reason"]
                    and self.row.log_code in (None, record["code"])):
                return record
        seen = ", ".join(f"{r['event']} {r['code']} {r['reason']}" for r in log[-6:])
        raise Failed(f"no such record in the log; its end: {seen}")


def give_up(_signal, _frame):
    raise Failed(f"not done after {ROW_S} s")


def judge(trial, result):
    result["code"] = trial.row.attack(trial)
    trial.check(result["code"] == trial.row.code, f"expected {trial.row.code}")
    trial.after()
    trial.world.stop()
    record = trial.find_record()
    if record:
        result["record"] = {key: record[key] for key in ("n", "event", "code", "reason")}
    result["ok"] = True


def run(row, settings):
    """The row's line of the table, as a dictionary."""
    start = time.monotonic()
    result = {"id": row.id, "tried": row.tried, "layer": row.layer, "code": "", "record": None, "twins": 0,
              "ok": False, "why": "", "harness": False}
    trial = None
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(ROW_S)
    try:
        trial = (row.trial or Trial)(row, settings)
        judge(trial, result)
    except Failed as failed:
        result["why"] = str(failed)
    except Exception as error:  # what the harness itself meets fails the row, and only that row
        result["harness"] = True
        where = traceback.extract_tb(error.__traceback__)[-1]
        result["why"] = f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
    signal.alarm(0)
    if trial:
        result["twins"] = trial.twins
        trial.end()
    result["seconds"] = round(time.monotonic() - start, 2)
    return result
