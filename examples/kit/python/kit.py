#!/usr/bin/python3 -IB
"""A plugin in Python, from section 8 of proto/PROTOCOL.md alone. What its commands do: tests/conformance."""
import asyncio, msgpack, os, secrets, socket, struct, types

CALL, REPLY, CANCEL, CHUNK, CREDIT, RELEASE, EMIT = range(97, 104)
live, kept = {}, {}  # calls that are not answered yet, and what is open, each by its number
class Refused(Exception): "A code, a message, and perhaps an errno: what the page is told."

async def greet(call):
    name, allow, deny = call.args["name"], call.scope["allow"], call.scope["deny"]
    if not isinstance(name, str): raise Refused("invalid_args", "name: expected a string")
    if not (name in allow or "*" in allow) or name in deny: raise Refused("scope", "this name is not in the scope")
    return f"Hello, {name}."
async def fail(call): raise Refused(call.args["code"], "as asked", *filter(None, [call.args.get("errno")]))
async def echo(call):  # the body, in parts where it comes in parts; the arguments where there is none
    while not (part := await next_part(call)).last:
        for at in range(0, len(part.raw or b""), 65536): await chunk(call, part.raw[at:at + 65536])
    return call.args if part.raw is None else part.raw
async def count(call):  # messages of a channel, as fast as the page takes them
    for i in range(call.args["to"]): await chunk(call, message=i, channel=int(call.args["channel"][12:]))
async def open_one(call):
    kept[rid := init["ids"] + secrets.randbits(32)] = asyncio.Event()
    return rid
def find(rid):
    if rid not in kept: raise Refused("not_found", "nothing has this id")
    return kept[rid]
async def wait(call): await find(call.args["rid"]).wait()  # until it is closed
async def close(call): find(call.args["rid"]).set() or kept.pop(call.args["rid"])
async def emit(call): send(EMIT, {"event": init["plugin"] + "://" + call.args["event"], "payload": call.args["payload"]})
COMMANDS = dict(greet=greet, fail=fail, echo=echo, count=count, open=open_one, wait=wait, emit=emit, **{"resources|close": close})

async def next_part(call):  # of its body; for what has been dealt with the page may send more
    if call.taken: send(CREDIT, {"call": call.id, "bytes": call.taken})
    part = await call.parts.get()
    call.taken = part.cost
    return part
async def chunk(call, raw=b"", **message):  # waits until the page has taken enough of what went before
    message = {"call": call.id, **message} | ({"bytes": len(raw)} if raw else {})
    call.credit -= len(msgpack.packb(message)) + len(raw)
    while call.credit < 0: call.credit += await call.credits.get()
    send(CHUNK, message, raw)
async def serve(call, command):  # one answer to each call, cancelled ones too
    try: result = {"value": await command(call)}
    except asyncio.CancelledError: result = {"value": None}
    except Refused as refused: result = {"error": dict(zip(("code", "message", "errno"), refused.args))}
    except (KeyError, TypeError, ValueError): result = {"error": {"code": "invalid_args", "message": "an argument is missing or of the wrong type"}}
    raw = result.get("value") if isinstance(result.get("value"), bytes) else b""
    send(REPLY, {"call": live.pop(call.id).id} | ({"bytes": len(raw)} if raw is result.get("value") else result), raw)

def send(kind, message, raw=b""):
    text = msgpack.packb(message)
    writer.write(struct.pack("<IBBHI", 4 + len(text) + len(raw), kind, 0, 0, len(text)) + text + raw)
async def receive():
    n, kind, m = struct.unpack("<IBxxxI", await reader.readexactly(12))
    message, raw = msgpack.unpackb(await reader.readexactly(m)), await reader.readexactly(n - 4 - m)
    if "at" in message:  # a large body lies in memory that is shared with the broker
        raw = os.pread(4, message["bytes"], message["at"])
        send(RELEASE, {"at": message["at"]})
    return kind, message, raw if "bytes" in message else None, m + len(raw)
async def main():
    global reader, writer, init
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=3))
    init = (await receive())[1]
    names = {command["number"]: command["name"] for command in init["commands"]}
    while True:
        kind, message, raw, cost = await receive()
        if kind == CALL:
            scope = init["scopes"][message["scope"]] if "scope" in message else {"allow": [], "deny": []}
            call = types.SimpleNamespace(id=message["call"], args=message["args"], scope=scope, credit=258048, taken=0)
            call.parts, call.credits, live[call.id] = asyncio.Queue(), asyncio.Queue(), call
            call.parts.put_nowait(types.SimpleNamespace(raw=raw, cost=0, last="more" not in message))
            call.task = asyncio.create_task(serve(call, COMMANDS[names[message["command"]]]))
            await asyncio.sleep(0)  # it begins before it can be cancelled
        elif call := live.get(message["call"]):
            if kind == CHUNK: call.parts.put_nowait(types.SimpleNamespace(raw=raw, cost=cost, last="last" in message))
            elif kind == CREDIT: call.credits.put_nowait(message["bytes"])
            else: call.task.cancel()
try: asyncio.run(main())
except asyncio.IncompleteReadError: pass  # the end of the link is the end of the plugin
