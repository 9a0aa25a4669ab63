"""The real scribe, driven from outside: kills, two instances, a full disk, an idle link."""

import contextlib
import json
import os
import pathlib
import random
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
SCRIBE = os.environ.get("TB_SCRIBE", str(TOP / "build/root/libexec/trollbridge/scribe"))
AUDIT = os.environ.get("TB_AUDIT", str(TOP / "build/root/bin/trollbridge") + " audit").split()

START, OPEN, CALL, DONE, RECOVERY, STOP = 1, 5, 6, 7, 15, 16
DENY, ALLOW = 0, 1
RECORD = 128


def pack(value):
    """msgpack, as much of it as settings need."""
    if isinstance(value, int):
        return bytes([value])
    if isinstance(value, bytes):
        return b"\xc4" + bytes([len(value)]) + value
    if isinstance(value, str):
        text = value.encode()
        return b"\xd9" + bytes([len(text)]) + text
    if isinstance(value, list):
        return bytes([0x90 | len(value)]) + b"".join(map(pack, value))
    return bytes([0x80 | len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())


def record(event, ref=0, verdict=ALLOW, reason=b"", args=b"", args_kind=0, view=b"main"):
    strings = [view, b"local", b"plugin:fs|read_file", b"fs", reason, b"cap", b"perm", b"file"]
    body = struct.pack("<BBBBQQQQQ8sI", event, verdict, 0, args_kind, time.monotonic_ns(), ref,
                       5, 6, 7, b"sessionX", 3)
    body += b"".join(struct.pack("<H", len(s)) + s for s in strings)
    body += struct.pack("<I", len(args)) + args
    return struct.pack("<IBBH", len(body), RECORD, 0, 0) + body


class Scribe:
    """One scribe process and the broker's end of its link."""

    def __init__(self, log, limit=None):
        settings = {"v": 1, "app": "com.example.notes", "digest": bytes(32), "resource": "/",
                    "require": [], "violations": "lock",
                    "audit": {"mode": "before", "file": str(log), "args": "digest"},
                    "answers": "", "states": "", "hook_file": "", "hook": b"", "facts": b""}
        memory = os.memfd_create("settings")
        os.write(memory, pack(settings))
        self.link, other = socket.socketpair()
        report, theirs = os.pipe()
        self.reader, reader = socket.socketpair()
        wanted = {3: other.fileno(), 4: memory, 5: reader.fileno(), 6: theirs}

        def arrange():
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            high = {fd: os.dup2(source, fd + 60) for fd, source in wanted.items()}
            for fd, source in high.items():
                os.dup2(source, fd)
                os.close(source)

        self.process = subprocess.Popen([SCRIBE], env={}, stderr=subprocess.PIPE,
                                        preexec_fn=arrange, close_fds=False)
        for fd in (memory, theirs):
            os.close(fd)
        other.close()
        reader.close()
        os.read(report, 4096)  # until then it is not in its sandbox
        os.close(report)

    def send(self, *records):
        self.link.sendall(b"".join(records))

    def finish(self):
        self.link.close()
        error = self.process.stderr.read().decode()
        self.process.stderr.close()
        return self.process.wait(20), error

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        self.link.close()


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true"
        select.select([], [], [], 0.002)


def lines_of(log):
    try:
        return log.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []


def verify(log):
    result = subprocess.run([*AUDIT, "verify", str(log), "--json"], capture_output=True, text=True)
    answer = json.loads(result.stdout)
    assert result.returncode == (0 if answer["verdict"] in ("OPEN", "CLOSED") else 1)
    return answer


@pytest.fixture
def log(tmp_path):
    return tmp_path / "state" / "trollbridge" / "app" / "audit.jsonl"


def test_writes_a_chain(log):
    scribe = Scribe(log)
    scribe.send(record(START), record(OPEN), record(CALL, 77), record(CALL, 78, DENY),
                record(CALL, 79), record(DONE, 79), record(DONE, 77), record(STOP))
    assert scribe.finish() == (0, "")
    records = [json.loads(line) for line in lines_of(log)]
    assert [r["n"] for r in records] == list(range(1, 9))
    assert [r["of"] for r in records] == [0, 0, 0, 0, 0, 5, 3, 0]
    assert [r["verdict"] for r in records] == ["allow"] * 3 + ["deny"] + ["allow"] * 4
    assert records[0]["app"] == "com.example.notes"
    assert records[0]["session"] == b"sessionX".hex()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", records[0]["time"])
    answer = verify(log)
    assert (answer["verdict"], answer["records"], answer["last"]) == ("CLOSED", 8, 8)


def test_the_wall_clock_is_right(log):
    before = time.time()
    scribe = Scribe(log)
    scribe.send(record(START))
    assert scribe.finish()[0] == 0
    text = json.loads(lines_of(log)[0])["time"]
    seconds = time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
    assert before - 1.5 <= seconds + float(text[19:26]) <= time.time() + 0.5


def test_the_log_is_private(log):
    old = os.umask(0)
    try:
        scribe = Scribe(log)
        scribe.send(record(START))
        assert scribe.finish()[0] == 0
    finally:
        os.umask(old)
    assert log.stat().st_mode & 0o777 == 0o600
    for folder in (log.parent, log.parent.parent, log.parent.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_numbers_go_on_after_a_restart(log):
    for start in range(3):
        scribe = Scribe(log)
        scribe.send(record(START), record(CALL, 1), record(DONE, 1), record(STOP))
        assert scribe.finish()[0] == 0
        assert verify(log)["verdict"] == "CLOSED"
        assert verify(log)["last"] == 4 * (start + 1)


@pytest.mark.parametrize("seed", range(5))
def test_survives_ten_kills(log, seed):
    """Killed at random instants: what was whole stays, and verifies after the next start."""
    shuffled = random.Random(seed)
    last = 0
    for _ in range(10):
        scribe = Scribe(log)
        until(lambda: log.exists() and select.select([], [scribe.link], [], 0)[1])
        burst = b"".join(record(CALL, ref, reason=b"r" * 300, args=b"\x80" * 900, args_kind=1)
                         for ref in range(1, 400))
        scribe.link.setblocking(False)
        deadline = time.monotonic() + shuffled.uniform(0.0, 0.02)
        left = burst
        while time.monotonic() < deadline:
            if select.select([], [scribe.link], [], max(0, deadline - time.monotonic()))[1]:
                try:
                    left = left[scribe.link.send(left):] or burst
                except BlockingIOError:
                    continue
        before = lines_of(log)
        scribe.kill()
        after = verify(log)
        assert after["verdict"] in ("EMPTY", "OPEN", "TORN"), after
        assert lines_of(log)[:len(before)] == before
        assert after["last"] >= last
        last = after["last"]
    scribe = Scribe(log)
    scribe.send(record(STOP))
    assert scribe.finish()[0] == 0
    answer = verify(log)
    assert answer["verdict"] == "CLOSED"
    assert answer["last"] > 10, "the kills came before anything was written"


@pytest.mark.parametrize("cut", [1, 2, 100, 400])
def test_a_torn_end_is_recorded_and_kept(log, cut):
    scribe = Scribe(log)
    scribe.send(record(START), record(OPEN))
    assert scribe.finish()[0] == 0
    whole = log.read_bytes()
    log.write_bytes(whole[:-cut])
    assert verify(log)["verdict"] == "TORN"
    scribe = Scribe(log)
    scribe.send(record(STOP))
    assert scribe.finish()[0] == 0
    answer = verify(log)
    assert answer["verdict"] == "CLOSED"
    # Without its newline alone the record is whole, and nothing is lost.
    assert answer["recoveries"] == (0 if cut == 1 else 1)
    assert log.read_bytes().startswith(whole[:-cut])
    events = [json.loads(line)["event"] for line in lines_of(log) if line.endswith(b"}")
              and line.startswith(b"{")]
    assert events == (["start", "open", "stop"] if cut == 1 else ["start", "recovery", "stop"])


def test_nuls_after_a_power_cut_are_torn(log):
    scribe = Scribe(log)
    scribe.send(record(START), record(OPEN))
    assert scribe.finish()[0] == 0
    with log.open("ab") as file:
        file.write(bytes(70000))
    assert verify(log)["verdict"] == "TORN"
    scribe = Scribe(log)
    scribe.send(record(STOP))
    assert scribe.finish()[0] == 0
    answer = verify(log)
    assert (answer["verdict"], answer["recoveries"]) == ("CLOSED", 1)


def test_two_instances_have_two_logs(log):
    first, second = Scribe(log), None
    first.send(record(START))
    until(lambda: len(lines_of(log)) == 1)
    second = Scribe(log)
    second.send(record(START), record(STOP))
    assert second.finish()[0] == 0
    first.send(record(STOP))
    assert first.finish()[0] == 0
    for name in (log, log.with_name("audit-2.jsonl")):
        answer = verify(name)
        assert (answer["verdict"], answer["last"]) == ("CLOSED", 2)


def test_the_seventeenth_instance_is_refused(log):
    held = []
    for i in range(16):
        held.append(Scribe(log))
        held[-1].send(record(START))
        name = log if i == 0 else log.with_name(f"audit-{i + 1}.jsonl")
        until(lambda: len(lines_of(name)) == 1)
    status, error = Scribe(log).finish()
    assert status == 1 and "cannot open the audit log" in error
    for scribe in held:
        assert scribe.finish()[0] == 0


def test_a_full_disk_ends_it_after_a_whole_line(log):
    """The limit on the file's size stands for a full disk: write fails in the middle of a line."""
    scribe = Scribe(log, limit=10000)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for ref in range(1, 200):
            scribe.send(record(CALL, ref, reason=b"r" * 200))
    status, error = scribe.finish()
    assert status == 1 and "cannot write the audit log" in error and "too large" in error
    size = log.stat().st_size
    assert 9000 < size <= 10000 and log.read_bytes().endswith(b"}\n")
    assert verify(log)["verdict"] == "OPEN"
    scribe = Scribe(log)
    scribe.send(record(STOP))
    assert scribe.finish()[0] == 0
    answer = verify(log)
    assert (answer["verdict"], answer["recoveries"]) == ("CLOSED", 0)


@pytest.mark.parametrize("bad", [
    record(RECOVERY),
    record(0),
    record(200),
    record(CALL)[:-1] + b"xx",
    struct.pack("<IBBH", 4, 4, 0, 0) + b"abcd",
    struct.pack("<IBBH", 1 << 20, RECORD, 0, 0),
])
def test_what_is_no_record_ends_it(log, bad):
    scribe = Scribe(log)
    scribe.send(record(START), bad, record(STOP), b"\0" * 70000)
    status, error = scribe.finish()
    assert status == 1 and "not in the format" in error
    answer = verify(log)
    assert (answer["verdict"], answer["last"]) == ("OPEN", 1)


def test_a_descriptor_ends_it(log):
    scribe = Scribe(log)
    scribe.send(record(START))
    until(lambda: len(lines_of(log)) == 1)
    socket.send_fds(scribe.link, [record(STOP)], [0])
    assert scribe.finish()[0] == 1
    assert verify(log)["last"] == 1


def test_a_log_that_is_a_link_is_refused(log):
    log.parent.mkdir(parents=True)
    target = log.with_name("target")
    target.write_bytes(b"")
    log.symlink_to(target)
    status, error = Scribe(log).finish()
    assert status == 1 and "cannot open the audit log" in error
    assert target.read_bytes() == b""


def switches(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M).group(1))


def waits_in_receive(pid):
    """In recvmsg: the number of the system call that a sleeping process is in."""
    text = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()
    return text[0] == "47"


def test_idle_has_no_wake_ups(log):
    scribe = Scribe(log)
    scribe.send(record(START))
    until(lambda: len(lines_of(log)) == 1 and waits_in_receive(scribe.process.pid))
    before = switches(scribe.process.pid)
    select.select([], [], [], 1.0)
    assert switches(scribe.process.pid) == before
    scribe.send(record(OPEN))
    until(lambda: len(lines_of(log)) == 2)
    assert switches(scribe.process.pid) > before
    assert scribe.finish()[0] == 0


def test_under_traffic_it_sleeps_by_the_clock(log):
    """A steady stream of small sends does not find it in recvmsg, where each would wake it."""
    scribe = Scribe(log)
    scribe.send(record(START))
    until(lambda: len(lines_of(log)) == 1)
    before = switches(scribe.process.pid)
    n = 2000
    at = time.monotonic()
    for ref in range(1, n + 1):
        at += 0.0002
        while time.monotonic() < at:
            pass
        scribe.send(record(CALL, ref))
    until(lambda: len(lines_of(log)) == n + 1)
    assert switches(scribe.process.pid) - before < n / 4
    assert scribe.finish()[0] == 0
    assert verify(log)["last"] == n + 1


def test_it_yields_to_the_broker(log):
    scribe = Scribe(log)
    scribe.send(record(START))
    until(lambda: len(lines_of(log)) == 1)
    assert os.sched_getscheduler(scribe.process.pid) == os.SCHED_BATCH
    assert scribe.finish()[0] == 0


def test_show_prints_a_safe_table(log):
    scribe = Scribe(log)
    scribe.send(record(START), record(CALL, 1, DENY, reason="\x1b[2J\u202e日本".encode()),
                record(CALL, 2), record(STOP))
    assert scribe.finish()[0] == 0
    with log.open("ab") as file:
        file.write(b"\x1b]0;owned\x07 torn")
    text = subprocess.run([*AUDIT, "show", str(log)], capture_output=True, check=True).stdout
    assert b"\x1b" not in text and b"\x07" not in text
    rows = text.decode().splitlines()
    assert [row.split()[0] for row in rows] == ["N", "1", "2", "3", "4", "?"]
    assert "\\u001b[2J\\u202e日本" in rows[2]
    assert {row.index("allow") for row in rows[1:5] if "allow" in row} == {rows[0].index("VERDICT")}
    denied = subprocess.run([*AUDIT, "show", "--denied", "--last", "1", "--json", str(log)],
                            capture_output=True, check=True).stdout
    assert [json.loads(line)["n"] for line in denied.splitlines()] == [2]
    last = subprocess.run([*AUDIT, "show", "--last", "2", "--json", str(log)],
                          capture_output=True, check=True).stdout
    assert [json.loads(line)["n"] for line in last.splitlines()] == [3, 4]


def test_tail_follows_until_interrupted(log):
    scribe = Scribe(log)
    scribe.send(*[record(CALL, i) for i in range(1, 13)])
    until(lambda: len(lines_of(log)) == 12)
    tail = subprocess.Popen([*AUDIT, "tail", "--last", "3", "--json", str(log)],
                            stdout=subprocess.PIPE)
    assert [json.loads(tail.stdout.readline())["n"] for _ in range(3)] == [10, 11, 12]
    for i in range(13, 20):
        scribe.send(record(CALL, i))
        assert json.loads(tail.stdout.readline())["n"] == i
    tail.send_signal(signal.SIGINT)
    assert tail.wait(20) == 0
    tail.stdout.close()
    assert scribe.finish()[0] == 0


@pytest.mark.parametrize("arguments, status", [
    ([], 2), (["--help"], 0), (["nothing"], 2), (["verify"], 2), (["verify", "--help"], 0),
    (["show", "--help"], 0), (["tail", "--help"], 0), (["verify", "a", "b"], 2),
    (["show", "--odd", "a"], 2), (["show", "--last", "x", "a"], 2), (["show", "--last"], 2),
    (["verify", "--denied", "a"], 2), (["verify", "/nothing/there"], 3), (["show", "/dev/null"], 3),
])
def test_usage(arguments, status):
    result = subprocess.run([*AUDIT, *arguments], capture_output=True, text=True)
    assert result.returncode == status
    if status == 0:
        assert "Example" in result.stdout and result.stderr == ""
    else:
        assert result.stdout == "" and result.stderr.startswith("trollbridge: ")
        assert len(result.stderr.splitlines()) == 1
