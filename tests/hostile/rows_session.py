"""A hostile endpoint: opening a session, and what the manifest makes of violations."""

import os

import wire
from apps import EVIL, READ
from bench import row
from rows_frames import LOCKED, NEVER, PATH
from world import View, describe_close


def opened(trial, label="main", **how):
    """A view whose bootstrap has come and whose HELLO is still to be sent."""
    trial.view.close()
    return View(trial.host, label, document=2, **how).boot()


@row("hello-second", "a second HELLO on the same link", "session state", LOCKED, reason="a second HELLO")
def hello_second(trial):
    trial.view.link.send(trial.view.bootstrap.hello(wire.key_pair()[1]))
    return trial.view.end()


@row("hello-ticket-reuse", "the ticket of an earlier document on a new link", "ticket", LOCKED,
     reason="HELLO with a ticket that is not this link's")
def hello_ticket_reuse(trial):
    old = trial.view.bootstrap.ticket_id
    view = opened(trial)
    view.link.send(view.bootstrap.hello(wire.key_pair()[1], ticket_id=old))
    return view.end()


@row("hello-ticket-other", "the ticket of another view's link", "ticket", LOCKED,
     reason="HELLO with a ticket that is not this link's")
def hello_ticket_other(trial):
    other = View(trial.host, "third").boot()
    view = opened(trial)
    view.link.send(view.bootstrap.hello(wire.key_pair()[1], ticket_id=other.bootstrap.ticket_id))
    other.hello()
    trial.honest(other)
    return view.end()


@row("hello-no-secret", "a HELLO with the right ticket id, by one who does not know its secret", "key schedule", LOCKED,
     reason="CALL under a handle that was never issued")
def hello_no_secret(trial):
    view = opened(trial)
    view.bootstrap.secret = os.urandom(32)
    try:
        view.hello()
        return "WELCOME could be opened"
    except ValueError:
        view.link.send(wire.seal(view.to_broker, wire.CALL, os.urandom(16), 0, wire.pack({"args": PATH})))
        return view.end()


@row("hello-version", "a HELLO of version 2", "version check", "CLOSE 4 version", "close", "HELLO of an unknown version")
def hello_version(trial):
    view = opened(trial)
    view.link.send(view.bootstrap.hello(wire.key_pair()[1], version=2))
    return view.end()


@row("hello-never", "no HELLO at all, and waiting", "HELLO's time limit", "CLOSE 3 timeout", "close",
     "no HELLO within 10 s", slow=True)
def hello_never(trial):
    return opened(trial).end()


@row("call-before-hello", "a CALL before HELLO", "session state", LOCKED, reason="a frame before HELLO")
def call_before_hello(trial):
    view = opened(trial)
    view.link.send(wire.frame(wire.CALL, bytes(64)))
    return view.end()


@row("hello-chunked", "a HELLO one byte at a time, then a CALL in the same breath", "session state", LOCKED, reason=NEVER)
def hello_chunked(trial):
    view = opened(trial)
    for byte in view.bootstrap.hello(wire.key_pair()[1]):
        view.link.send(bytes([byte]))
    view.link.send(wire.frame(wire.CALL, bytes(64)))
    return view.end()


# Every point of low order that X25519 has, with the encodings that are not canonical (RFC 7748, cr.yp.to/ecdh.html).
P = 2**255 - 19
ORDER_8 = (325606250916557431795983626356110631294008115727848805560023387167927233504,
           39382357235489614581723060781553021112529911719440698176882885853963445705823)
LOW_ORDER = [0, 1, *ORDER_8, P - 1, P, P + 1]
LOW_ORDER += [point + 2**255 for point in LOW_ORDER]

for number, point in enumerate(LOW_ORDER):
    @row(f"hello-low-order-{number}", f"a public key of low order: {point:#x}"[:60], "check for an all-zero secret",
         LOCKED, reason="HELLO with a public key of low order")
    def hello_low_order(trial, point=point):
        view = opened(trial)
        view.link.send(view.bootstrap.hello(point.to_bytes(32, "little")))
        return view.end()


# ---- what is not granted ----

@row("miss", "a command that was not granted, asked for as an honest endpoint does", "grant: it has no handle",
     "no handle", "call", "asked for without a handle", log_code="not_granted")
def miss(trial):
    trial.view.link.send(trial.view.zero(wire.MISS, {"name": "plugin:shell|execute"}))
    trial.honest(trial.view)
    return "no handle" if "plugin:shell|execute" not in trial.view.handles else "a handle"


@row("want-unknown", "a WANT for a command index that WELCOME did not name", "grant", LOCKED,
     reason="WANT for a command that WELCOME did not name")
def want_unknown(trial):
    trial.view.link.send(trial.view.zero(wire.WANT, {"command": len(trial.view.granted), "count": 1}))
    return trial.view.end()


@row("view-without-grant", "a view to which no capability grants anything", "grant", "no commands", "open", "0 commands")
def view_without_grant(trial):
    view = View(trial.host, "main", document=2, origin="https://evil.example").begin()
    trial.view.close()
    return "no commands" if not view.granted else f"{len(view.granted)} commands"


# ---- other ways to use a link ----

@row("view-fd", "a descriptor sent over a view link", "receiving without room for any", LOCKED,
     reason="a descriptor sent over a view link")
def view_fd(trial):
    trial.view.link.send(trial.view.call_frame(READ, PATH)[1], [0])
    return trial.view.end()


@row("view-fd-many", "250 descriptors with one byte", "receiving without room for any", LOCKED,
     reason="a descriptor sent over a view link")
def view_fd_many(trial):
    before = open_files(trial)
    trial.view.link.send(b"x", [0] * 250)
    end = trial.view.end()
    trial.check(open_files(trial) <= before, "descriptors stayed open in the broker")
    return end


def open_files(trial):
    """How many descriptors the broker has: the kernel's number, which needs no right to look inside."""
    status = open(f"/proc/{trial.host.children()['broker']}/status").read()
    return int(status.split("FDSize:")[1].split()[0])


# ---- locks ----

def forge(view):
    view.link.send(view.call_frame(READ, PATH, handle=os.urandom(16))[1])
    return view.end()


@row("lock-out", "three violations within a minute, then one more document", "lock-out of the view",
     "OPEN refused: violation", reason=NEVER)
def lock_out(trial):
    forge(trial.view)
    for document in (2, 3):
        forge(View(trial.host, "main", document=document).begin())
    answer = View(trial.host, "main", document=4).opened
    trial.check("error" in answer, "the fourth OPEN was accepted")
    trial.host.say(wire.RESET, "main")
    trial.honest(View(trial.host, "main", document=5).begin())
    return f"OPEN refused: {answer['error']['code']}"


@row("action-deny", "forged CALLs where the manifest says to drop them", "[violations] action = deny",
     "dropped", reason=NEVER, app={"action": "deny"})
def action_deny(trial):
    for _ in range(5):
        trial.view.link.send(trial.view.call_frame(READ, PATH, handle=os.urandom(16))[1])
    trial.honest(trial.view)
    return "dropped"


@row("action-deny-header", "a broken header where the manifest says to drop", "frame header: nothing to go on with",
     LOCKED, reason="a frame header that is not in the format", app={"action": "deny"})
def action_deny_header(trial):
    trial.view.link.send(wire.frame(77, bytes(64)))
    return trial.view.end()


@row("action-exit", "a forged CALL where the manifest says to end the app", "[violations] action = exit",
     LOCKED, reason=NEVER, app={"action": "exit"}, ends=True)
def action_exit(trial):
    return forge(trial.view)


@row("host-is-told", "a violation that the host should hear of", "ALERT", "ALERT locked", reason=NEVER)
def host_is_told(trial):
    forge(trial.view)
    alert = trial.host.await_alert("locked")
    return f"ALERT {alert['event']}" if alert["view"] == "main" else "ALERT of another view"


@row("old-calls-end", "a call left live by a locked session: its plugin must end", "session's end stops its plugins",
     "ended", "close", "never issued")
def old_calls_end(trial):
    trial.view.link.send(trial.view.call_frame(EVIL, {"what": "hang"})[1])
    trial.view.link.send(trial.view.call_frame(READ, PATH, handle=os.urandom(16))[1])
    trial.check(trial.view.end() == describe_close(1), "not locked")
    for _ in range(2000):
        if "evil" not in trial.host.children():
            return "ended"
    return "still running"
