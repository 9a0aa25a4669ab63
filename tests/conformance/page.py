"""Runs the steps of a case: a page that gives credit as it takes, and sends no more than it was given."""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile"))
import wire  # noqa: E402
import world  # noqa: E402

SERIES = bytes(range(251)) * 2
CREDIT = 262144  # at first


def series(n, start=0):
    at = start % 251
    return (SERIES[at:at + 251] * (n // 251 + 1))[:n]


def body_of(what):
    return what.encode() if isinstance(what, str) else series(what["n"], what.get("from", 0))


class Call:
    """One call as the page sees it."""

    def __init__(self, handle, name, rest, each):
        self.handle, self.name = handle, name
        self.counter, self.credit, self.each, self.complete = 1, CREDIT, each, rest is None
        self.rest = memoryview(rest or b"")  # of which a part is no copy
        self.messages, self.parts, self.early, self.reply = [], [], None, None

    def result(self):
        message, raw = self.reply
        if "error" in message:
            return {"error": message["error"]["code"], "errno": message["error"].get("errno")}
        if "bytes" in message:
            whole = b"".join(self.parts) + raw
            assert message.get("total", len(whole)) == len(whole) and ("total" in message) == bool(self.parts), message
            return {"bytes": whole}
        return {"value": self.early[0] if self.early else message["value"]}


class Page(world.View):
    """A view whose calls may be streams."""

    def __init__(self, host, label="main", **document):
        super().__init__(host, label, **document)
        self.calls = {}
        self.begin()

    def send(self, call, kind, message, raw=b""):
        assert self.link.send(wire.seal(self.to_broker, kind, call.handle, call.counter, wire.pack(message), raw))
        call.counter += 1

    def start(self, name, args, body=None, rest=None, each=0):
        message = {"args": args} | ({"bytes": len(body)} if body is not None else {}) | ({"more": True} if rest is not None else {})
        handle, frame = self.call_frame(name, args, body, wire.pack(message))
        call = self.calls[handle] = Call(handle, name, rest, each)
        assert self.link.send(frame)
        self.go_on(call)
        return call

    def go_on(self, call):
        """Sends as much of the body as there is credit for."""
        while not call.complete and call.reply is None:
            raw = bytes(call.rest[:call.each])
            message = {"bytes": len(raw)} | ({"last": True} if len(raw) == len(call.rest) else {})
            cost = len(wire.pack(message)) + len(raw)
            if cost > call.credit:
                return
            call.credit -= cost
            call.rest, call.complete = call.rest[len(raw):], "last" in message
            self.send(call, wire.CHUNK, message, raw)

    def step(self):
        """Takes one frame."""
        self.heed(*self.link.receive())

    def expect(self, wanted, seconds=world.SECONDS):
        """Of that kind; what comes before it is of calls, and theirs."""
        while True:
            kind, header, body = self.link.receive(seconds)
            if kind == wanted:
                return header, body
            self.heed(kind, header, body)

    def heed(self, kind, header, body):
        if kind == wire.CLOSE:
            raise world.Lost(struct.unpack("<I", body)[0])
        handle, message, raw = wire.open_sealed(self.from_broker, header, body)
        call = self.calls.get(handle)
        if not call:
            return
        if "next" in message:
            self.handles[call.name].append(message.pop("next"))
        if kind == wire.REPLY:
            call.reply = (message, raw)
            del self.calls[handle]
        elif kind == wire.CREDIT:
            call.credit += message["bytes"]
            self.go_on(call)
        else:
            self.keep_chunk(call, message, raw)
            self.send(call, wire.CREDIT, {"bytes": len(body) - (48 if header[5] & wire.RAW_CLEAR else 44)})

    @staticmethod
    def keep_chunk(call, message, raw):
        if "value" in message:
            call.early = [message["value"]]
        elif "message" in message:
            call.messages.append((message.get("channel"), message["message"]))
        elif "channel" in message:
            call.messages.append((message["channel"], raw))
        else:
            call.parts.append(raw)

    def await_result(self, call):
        while call.reply is None:
            self.step()
        return call.result()

    def await_early(self, call):
        while not call.early:
            assert call.reply is None, call.reply
            self.step()
        return call.early[0]

    def await_messages(self, call, n):
        while len(call.messages) < n:
            self.step()
        return call.messages


class Runner:
    """The steps of one case, for one plugin."""

    def __init__(self, page, plugin):
        self.page, self.plugin = page, plugin
        self.saved, self.calls = {}, {}

    def run(self, case):
        for step in case["steps"]:
            if "call" in step:
                self.call(step)
            elif "await" in step:
                self.check(step, self.calls.pop(step["await"]))
            elif "listens" in step:
                self.page.await_early(self.calls[step["listens"]])
            elif "starts" in step:
                self.saved[step["save"]] = self.page.await_early(self.calls[step["starts"]])
            elif "hears" in step:
                wanted = self.filled(step["events"])
                heard = self.page.await_messages(self.calls[step["hears"]], len(wanted))
                assert [[event["event"], event["payload"]] for _, event in heard] == wanted
            else:
                self.page.send(self.calls[step["cancel"]], wire.CANCEL, {})
        assert not self.calls, "a call that no step awaits"

    def filled(self, value):
        if isinstance(value, dict):
            return self.saved[value["saved"]] if list(value) == ["saved"] else {k: self.filled(v) for k, v in value.items()}
        if isinstance(value, str):
            return value.replace("PLUGIN://", f"{self.plugin}://")
        return [self.filled(item) for item in value] if isinstance(value, list) else value

    def call(self, step):
        name = step["call"] if ":" in step["call"] else f"plugin:{self.plugin}|{step['call']}"
        if name not in self.page.granted:
            assert step["error"] == "not_granted", f"{name} is not granted"
            return
        body = body_of(step["body"]) if "body" in step else None
        parts = step.get("parts")
        rest, each = (series(parts["n"], parts["from"]), parts["each"]) if parts else (None, 0)
        call = self.page.start(name, self.filled(step.get("args", {})), body, rest, each)
        if "as" in step:
            self.calls[step["as"]] = call
        else:
            self.check(step, call)

    def check(self, step, call):
        result = self.page.await_result(call)
        if isinstance(step.get("value"), dict) and list(step["value"]) == ["save"]:
            assert isinstance(result.get("value"), int), result
            self.saved[step["value"]["save"]] = result["value"]
        elif "bytes" in step:
            assert result.get("bytes") == body_of(step["bytes"]), f"{str(result)[:200]}"
        elif "error" in step:
            assert result == {"error": step["error"], "errno": step.get("errno")}, result
        else:
            assert result == {"value": self.filled(step["value"])}, result
        wanted = step.get("messages", list(range(step["count"])) if "count" in step else None)
        if wanted is not None:
            assert [message for _, message in call.messages] == wanted
            assert len({channel for channel, _ in call.messages}) <= 1
