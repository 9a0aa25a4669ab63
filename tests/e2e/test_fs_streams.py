"""Contents above what one frame holds, to and from the fs plugin, over its link."""

import os

import pytest

from plugin_link import CANCEL, CHUNK, CREDIT, CREDIT_FIRST, CREDIT_FIRST_PLUGIN, REPLY, Plugin, frame
from test_fs_plugin import PROGRAM, app, code, error  # noqa: F401

COMMANDS = ["copy_file", "read_file", "read_text_file", "stat", "write_file", "write_text_file"]
MIB = 1 << 20
MOST_KIB = 32 * 1024  # of memory, whatever goes through


@pytest.fixture
def plugin(app):  # noqa: F811
    data = str(app / "data")
    running = Plugin(PROGRAM, COMMANDS, [([data + "/**"], [data + "/private/**"])], {"RESOURCE": str(app)})
    yield running
    assert running.end() == 0


def peak_kib(plugin):
    with open(f"/proc/{plugin.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def begin(plugin, command, args, **more):
    plugin.link.sendall(plugin.call_frame(command, args, **more))
    return plugin.next - 1


def credit(plugin, call, n):
    plugin.link.sendall(frame(CREDIT, {"call": call, "bytes": n}))


def parts(plugin, call):
    """The parts of a result, credit given as they come; after them the answer."""
    owed = 0
    while True:
        kind, message, raw, cost = plugin.read_frame()
        assert message.pop("call") == call
        if kind == REPLY:
            yield {**message, "raw": raw}
            return
        assert kind == CHUNK and message == {"bytes": len(raw)} and 0 < len(raw) <= 65536
        yield raw
        owed += cost
        if owed >= 128 * 1024:
            credit(plugin, call, owed)
            owed = 0


def content(found):
    *chunks, answer = found
    assert set(answer) == {"bytes", "raw"} and chunks, answer
    return b"".join(chunks) + answer["raw"]


@pytest.mark.parametrize("command", ["read_file", "read_text_file"])
@pytest.mark.parametrize("size", [MIB + 1, 5 * MIB + 12345])
def test_reads_what_no_frame_holds(plugin, app, command, size):  # noqa: F811
    data = os.urandom(size)
    (app / "data/big").write_bytes(data)
    call = begin(plugin, command, {"path": "data/big"})
    assert content(parts(plugin, call)) == data
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


def test_reads_and_writes_in_little_memory(plugin, app):  # noqa: F811
    size = 256 * MIB
    with open(app / "data/big", "wb") as file:
        file.truncate(size)
        file.seek(size // 2)
        file.write(b"middle")
    seen, middle = 0, False
    for part in parts(plugin, begin(plugin, "read_file", {"path": "data/big"})):
        if isinstance(part, bytes):
            seen += len(part)
            middle |= b"middle" in part
    assert (seen, middle) == (size, True)
    assert write_parts(plugin, (bytes(65536) for _ in range(size // 65536))) == {"value": None}
    assert (app / "data/new").stat().st_size == size
    assert peak_kib(plugin) < MOST_KIB


def test_a_reader_that_stops_costs_nothing(plugin, app):  # noqa: F811
    (app / "data/big").write_bytes(bytes(64 * MIB))
    calls = [begin(plugin, "read_file", {"path": "data/big"}) for _ in range(8)]
    cost = dict.fromkeys(calls, 0)
    answer = begin(plugin, "stat", {"path": "data/big"})
    # All the credit that there is, and nothing above it; other calls are answered meanwhile.
    answered = False
    while not answered or any(CREDIT_FIRST_PLUGIN - spent > 128 for spent in cost.values()):
        kind, message, _, spent = plugin.read_frame()
        if kind == REPLY:
            answered = message["call"] == answer
        else:
            cost[message["call"]] += spent
            assert cost[message["call"]] <= CREDIT_FIRST_PLUGIN
    assert peak_kib(plugin) < MOST_KIB
    for call in calls:
        plugin.link.sendall(frame(CANCEL, {"call": call}))
        kind, message, _, _ = plugin.read_frame()
        assert kind == REPLY and message["call"] == call and "error" in message
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


def test_rounds_of_reading_and_cancelling_leave_nothing(plugin, app):  # noqa: F811
    (app / "data/big").write_bytes(bytes(2 * MIB))
    for _ in range(200):
        call = begin(plugin, "read_file", {"path": "data/big"})
        kind, message, _, _ = plugin.read_frame()
        assert (kind, message["call"]) == (CHUNK, call)
        plugin.link.sendall(frame(CANCEL, {"call": call}))
        while kind == CHUNK:
            kind, message, _, _ = plugin.read_frame()
        assert kind == REPLY and message["call"] == call and "error" in message
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20 and peak_kib(plugin) < MOST_KIB


def test_a_file_that_shrinks_while_it_is_read(plugin, app):  # noqa: F811
    (app / "data/big").write_bytes(b"x" * 4 * MIB)
    found = parts(plugin, begin(plugin, "read_file", {"path": "data/big"}))
    first = next(found)
    os.truncate(app / "data/big", 100)
    assert set(first + content([first, *found])) == {ord("x")}


# ---- writing ----

def write_parts(plugin, chunks, first=b"", path="data/new", end=True, **options):
    """Writes as a stream, within the credit that comes; the answer."""
    call = begin(plugin, "write_file", {"path": path, "options": options}, raw=first, more=True)
    room, reply = CREDIT_FIRST, None

    def hear():
        nonlocal room, reply
        kind, message, _, _ = plugin.read_frame()
        assert message.pop("call") == call
        if kind == CREDIT:
            room += message["bytes"]
        else:
            assert kind == REPLY
            reply = message

    def send(chunk, **last):
        nonlocal room
        data = frame(CHUNK, {"call": call, "bytes": len(chunk), **last}, chunk)
        while reply is None and room < len(data) - 12:
            hear()
        if reply is None:
            room -= len(data) - 12
            plugin.link.sendall(data)

    for chunk in chunks:
        send(chunk)
    if end:
        send(b"", last=True)
    else:
        plugin.link.sendall(frame(CANCEL, {"call": call}))
    while reply is None:
        hear()
    return reply


def test_writes_what_comes_in_parts(plugin, app):  # noqa: F811
    target = app / "data/new"
    data = os.urandom(3 * MIB)
    assert write_parts(plugin, [data[i:i + 50000] for i in range(1000, len(data), 50000)], first=data[:1000]) == {"value": None}
    assert target.read_bytes() == data
    assert write_parts(plugin, [], first=b"short") == {"value": None} and target.read_bytes() == b"short"
    assert write_parts(plugin, [b"er"], append=True) == {"value": None} and target.read_bytes() == b"shorter"
    assert "error" in write_parts(plugin, [b"x"], createNew=True) and target.read_bytes() == b"shorter"
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


def test_what_was_written_before_a_cancel_stays(plugin, app):  # noqa: F811
    answer = write_parts(plugin, [b"y" * 1000], first=b"x" * 10, end=False)
    assert "error" in answer
    assert (app / "data/new").read_bytes() == b"x" * 10 + b"y" * 1000
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


def test_a_refusal_comes_before_the_content(plugin, app):  # noqa: F811
    for path, expected in (("outside.txt", "scope"), ("data/private/new", "scope"), ("data/none/new", "not_found")):
        answer = write_parts(plugin, (bytes(65536) for _ in range(100)), path=path)
        assert answer["error"]["code"] == expected
    assert (app / "outside.txt").read_text() == "outside"


# ---- copying ----

def test_a_long_copy_lets_others_pass_and_can_be_cancelled(plugin, app):  # noqa: F811
    size = 64 * MIB
    with open(app / "data/big", "wb") as file:
        file.truncate(size)
    args = {"fromPath": "data/big", "toPath": "data/copy"}
    copy, look = plugin.next, plugin.next + 1
    plugin.link.sendall(plugin.call_frame("copy_file", args) + plugin.call_frame("stat", {"path": "data/big"}))
    answers = [plugin.read_reply()[0] for _ in range(2)]
    assert [answer["call"] for answer in answers] == [look, copy] and answers[1]["value"] is None
    assert (app / "data/copy").stat().st_size == size
    copy = plugin.next
    plugin.link.sendall(plugin.call_frame("copy_file", args) + frame(CANCEL, {"call": copy}))
    answer, _ = plugin.read_reply()
    assert answer["call"] == copy and "error" in answer
    assert (app / "data/copy").stat().st_size < size
    assert code(plugin.call("copy_file", {"fromPath": "data/none", "toPath": "data/copy"})) == "not_found"
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20
