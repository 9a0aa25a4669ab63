"""The plugin shell: programs of the system for a page, each in a sandbox of its own."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import tree

sys.path.insert(0, str(tree.TOP / "tests/conformance"))
import page  # noqa: E402
import wire  # noqa: E402
import world  # noqa: E402

EXECUTE, SPAWN, WRITE, KILL = (f"plugin:shell|{name}" for name in ("execute", "spawn", "stdin_write", "kill"))
ANY = {"validator": "(?s).*"}
ENTRIES = [
    {"name": "echo", "cmd": "/bin/echo", "args": [ANY]},
    {"name": "fixed", "cmd": "/bin/echo", "args": ["-n", {"validator": "[a-z]+|-[0-9]"}]},
    {"name": "count", "cmd": "/usr/bin/seq", "args": [{"validator": "[0-9]{1,7}"}]},
    {"name": "cat", "cmd": "/bin/cat", "args": [ANY]},
    {"name": "copy", "cmd": "/bin/cat", "args": []},
    {"name": "env", "cmd": "/usr/bin/printenv"},
    {"name": "pwd", "cmd": "/bin/pwd", "args": ["-P"]},
    {"name": "false", "cmd": "/bin/false"},
    {"name": "sleep", "cmd": "/bin/sleep", "args": [{"validator": "[0-9]+"}]},
    {"name": "yes", "cmd": "/usr/bin/yes"},
    {"name": "sh", "args": ["-c", ANY]},
    {"name": "single", "args": ["-c", ANY]},
    {"name": "small", "args": ["-c", ANY]},
    {"name": "script", "args": [ANY]},
    {"name": "own"},
    {"name": "gone", "cmd": "/bin/true"},
    {"name": "broken"},
    {"name": "three", "cmd": "/bin/echo", "args": ["one", "two", "three"]},
    {"name": "sidecar", "sidecar": True, "args": [ANY]},
]
MANIFEST = """
[programs.env]
env = { A = "1", LANG = "C.UTF-8" }
env_allow = { B = "[0-9]+", A = "[0-9]+" }
[programs.pwd]
cwd_allow = ["$HOME/src"]
[programs.sh]
path = "/bin/sh"
shell = true
children = true
exec = ["/bin/sleep", "/usr/bin/setsid", "/usr/bin/yes", "/bin/true", "/bin/cat"]
processes = 8
[programs.single]
path = "/bin/sh"
shell = true
[programs.small]
path = "/bin/sh"
shell = true
output_mib = 1
time_s = 1
[programs.script]
path = "$RESOURCE/script"
interpreter = "/bin/sh"
[programs.own]
path = "$RESOURCE/own"
[programs.broken]
path = "$RESOURCE/broken"
"""


def home(app):
    return pathlib.Path(app.environment["HOME"])


@pytest.fixture
def shell(app):
    """The app, which may start these."""
    own, script = app.path / "own", app.path / "script"
    shutil.copy("/bin/true", own)
    script.write_text("#!/bin/sh\necho script $1 $#\n")
    script.chmod(0o755)
    shutil.copy("/bin/echo", app.path / "sidecar")
    (app.path / "broken").write_bytes(b"\x7fELF, and no more")
    (app.path / "broken").chmod(0o755)
    (app.path / "capabilities/main.json").write_text(json.dumps({"identifier": "main", "windows": ["*"], "permissions": [
        {"identifier": "shell:allow-execute", "allow": ENTRIES, "deny": [{"name": "gone"}]},
        {"identifier": "shell:allow-spawn", "allow": ENTRIES}, "shell:allow-kill", "shell:allow-stdin-write"]}))
    app.manifest(MANIFEST)
    (home(app) / "src/below").mkdir(parents=True)
    subprocess.run(["chmod", "-R", "a+rX", app.path], check=True)
    return app


@pytest.fixture(params=["root", "ordinary"])
def running(request, shell, ordinary):
    """A host of it, of whoever runs the tests and of an ordinary user."""
    if request.param == "ordinary":
        shell.belongs_to(ordinary)
    with tree.running(shell) as host:
        yield host


@pytest.fixture
def view(shell):
    """A page that is spoken by hand."""
    with tree.leaves_nothing():
        host = world.Host(shell.installed, shell.path, str(home(shell)))
        try:
            yield page.Page(host, "main")
        finally:
            host.close()


def execute(host, program, *args, **options):
    answer = host.call("main", EXECUTE, {"program": program, "args": list(args), "options": options})
    return answer["value"] if "value" in answer else answer["error"]["code"]


def spawn(view, program, *args, **options):
    call = view.start(SPAWN, {"program": program, "args": list(args), "options": options, "onEvent": "__CHANNEL__:7"})
    return call, view.await_early(call)


def cancel(view, call):
    view.send(call, wire.CANCEL, {})


def events(call):
    return [(message["event"], message["payload"]) for _, message in call.messages]


def until(view, call, name):
    """Up to this event, whose payload it returns."""
    while not any(event == name for event, _ in events(call)):
        view.step()
    return next(payload for event, payload in events(call) if event == name)


def ended(view, call):
    until(view, call, "Terminated")
    return view.await_result(call)


# ---- to the end ----

def test_what_it_writes_and_how_it_ends(running):
    assert execute(running, "echo", "hello") == {"code": 0, "signal": None, "stdout": "hello\n", "stderr": ""}
    assert execute(running, "false") == {"code": 1, "signal": None, "stdout": "", "stderr": ""}
    assert execute(running, "fixed", "-n", "ab")["stdout"] == "ab"
    assert execute(running, "sh", "-c", "kill -9 $$")["signal"] == 9
    assert execute(running, "copy")["stdout"] == ""  # nothing to read
    assert execute(running, "script", "x")["stdout"] == "script x 1\n"
    assert execute(running, "sidecar", "x", sidecar=True)["stdout"] == "x\n"


def test_encodings(running):
    assert execute(running, "sh", "-c", r"printf 'a\351'") == "io"
    assert execute(running, "sh", "-c", r"printf 'a\351'", encoding="latin1")["stdout"] == "a\u00e9"
    assert execute(running, "sh", "-c", r"printf 'a\351'", encoding="utf-8")["stdout"] == "a\ufffd"
    assert execute(running, "echo", "\u00e9")["stdout"] == "\u00e9\n"
    assert execute(running, "echo", "x", encoding="klingon") == "invalid_args"


# ---- what policy says ----

@pytest.mark.parametrize("program, args", [
    ("nope", []), ("/bin/echo", ["x"]), ("gone", []), ("sidecar", ["x"]),
    ("echo", []), ("echo", ["a", "b"]), ("echo", ["a\nb"]), ("echo", ["a\x7f"]), ("echo", ["-e"]),
    ("fixed", ["-e", "a"]), ("fixed", ["-n", "-1"]), ("fixed", ["-n", "a1"]), ("fixed", ["-n", ""]), ("fixed", ["a"]),
    ("count", ["1\n"]), ("count", ["12345678"]), ("false", ["x"]), ("env", ["A"]),
])
def test_arguments_that_no_entry_has(running, program, args):
    assert execute(running, program, *args) == "scope"


def test_a_nul_is_in_no_argument(view):
    for args in (["a\0b"], "a\0b", [b"a"], [["a"]], [1], {"a": 1}):
        result = view.await_result(view.start(EXECUTE, {"program": "echo", "args": args}))
        assert result["error"] == ("scope" if "\0" in args or args == ["a\0b"] else "invalid_args"), args


def test_none_stand_for_those_that_are_all_fixed(running):
    assert execute(running, "three")["stdout"] == execute(running, "three", "one", "two", "three")["stdout"] == "one two three\n"
    for args in (["one"], ["one", "two", "four"], ["one", "two", "three", "four"]):
        assert execute(running, "three", *args) == "scope"


def test_a_control_character_beyond_ascii(running):
    assert execute(running, "echo", "a\u0085b") == execute(running, "echo", "\u009b2J") == "scope"
    assert execute(running, "echo", "\u00a0")["stdout"] == "\u00a0\n"


def test_what_cannot_be_started_is_an_error(view):
    """The kernel refuses it, whose last word it is."""
    assert view.await_result(view.start(EXECUTE, {"program": "broken"}))["error"] == "io"
    call, _ = spawn(view, "broken")
    assert "format" in until(view, call, "Error").lower()
    view.await_result(call)
    assert [event for event, _ in events(call)] == ["Error"]


def test_a_sidecar_is_one(running):
    assert execute(running, "echo", "x", sidecar=True) == "scope"


def test_the_environment_is_what_policy_says(running):
    assert execute(running, "env")["stdout"] == "A=1\nLANG=C.UTF-8\n"
    assert sorted(execute(running, "env", env={"A": "2", "B": "3"})["stdout"].split()) == ["A=2", "B=3", "LANG=C.UTF-8"]
    for name, value in [("A", "x"), ("LANG", "x"), ("LD_PRELOAD", "/x.so"), ("PATH", "/tmp"), ("GIT_SSH_COMMAND", "x"), ("B", "1\n")]:
        assert execute(running, "env", env={name: value}) == "scope"
    for env in ([], "B=1", 1, True):
        assert execute(running, "env", env=env) == "invalid_args"


def test_where_it_runs(running, shell):
    place = str(home(shell))
    assert execute(running, "pwd", "-P")["stdout"] == f"{shell.path}\n"
    assert execute(running, "pwd", "-P", cwd=f"{place}/src/below")["stdout"] == f"{place}/src/below\n"
    assert execute(running, "pwd", "-P", cwd=f"{place}/src/none") == "not_found"
    for folder in [place, "/", "/etc", f"{place}/src/..", f"{place}/src/./x", "src", f"{place}/srcs", f"{place}//src", ""]:
        result = execute(running, "pwd", "-P", cwd=folder)
        assert result == "scope" or folder == "" and result["code"] == 0, folder


def test_a_link_leads_no_further(running, shell):
    (home(shell) / "src/link").symlink_to("/etc")
    assert execute(running, "pwd", "-P", cwd=f"{home(shell)}/src/link") in ("io", "not_found")


def test_a_file_that_was_changed_is_not_run(shell):
    own = shell.path / "own"
    with tree.running(shell) as host:
        assert execute(host, "own")["code"] == 0
        shutil.copy("/bin/false", own)
        assert execute(host, "own") == "io"
        other = shell.path / "other"
        shutil.copy("/bin/true", other)
        other.replace(own)
        assert execute(host, "own") == "io"


# ---- its sandbox ----

def test_it_reads_what_is_its_own(running, shell):
    (shell.path / "mine.txt").write_text("mine")
    (home(shell) / "secret.txt").write_text("secret")
    (home(shell) / "src/s.txt").write_text("s")
    assert execute(running, "cat", "mine.txt")["stdout"] == "mine"
    for path in [home(shell) / "secret.txt", home(shell) / "src/s.txt", "/etc/passwd", "/proc/self/maps", shell.path / "trollbridge.toml"]:
        assert execute(running, "cat", str(path))["code"] == 1, path


def test_it_writes_nothing(running, shell):
    for path in [shell.path / "new", home(shell) / "new", "/tmp/new", "/dev/shm/new"]:
        assert execute(running, "sh", "-c", f"echo x > {path}")["code"] != 0
        assert not pathlib.Path(path).exists()


def test_without_children_it_starts_nothing(running):
    assert execute(running, "single", "-c", "echo $((1 + 1))")["stdout"] == "2\n"
    result = execute(running, "single", "-c", "(echo child)")
    assert result["stdout"] == "" and result["code"] != 0


def test_with_them_what_is_listed(running):
    assert execute(running, "sh", "-c", "/bin/true && echo yes")["stdout"] == "yes\n"
    assert execute(running, "sh", "-c", "/bin/echo no || :")["stdout"] == ""


def test_it_has_no_network(running):
    assert execute(running, "single", "-c", "exec 3<>/dev/tcp/127.0.0.1/9")["code"] != 0


def test_it_writes_no_more_than_it_may(running):
    assert execute(running, "count", "1000000") == "too_large"  # of one answer
    assert execute(running, "small", "-c", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done") == "too_large"


def test_it_runs_no_longer_than_it_may(running):
    assert execute(running, "small", "-c", "while :; do :; done") == "io"


def test_a_fork_bomb_ends_with_its_program(shell, ordinary):
    """As an ordinary user: the kernel lets root have any number."""
    shell.belongs_to(ordinary)
    with tree.running(shell) as host:
        bomb = host.start("main", EXECUTE, {"program": "sh", "args": ["-c", "b() { b | b & b; }; b; /bin/sleep 0; echo over"]})
        assert execute(host, "echo", "still here")["stdout"] == "still here\n"
        host.answer(bomb)
        assert execute(host, "echo", "still here")["stdout"] == "still here\n"


# ---- while it runs ----

def test_lines_as_they_come(view):
    call, pid = spawn(view, "count", "3")
    assert 0 < pid < 2 ** 32
    assert ended(view, call) == {"value": pid}
    assert events(call) == [("Stdout", "1\n"), ("Stdout", "2\n"), ("Stdout", "3\n"), ("Terminated", {"code": 0, "signal": None})]


def test_both_outputs_and_what_is_left(view):
    call, _ = spawn(view, "sh", "-c", r"printf 'a\rb\nc'; printf e >&2")
    ended(view, call)
    told = events(call)
    assert "".join(payload for name, payload in told if name == "Stdout") == "a\rb\nc"
    assert ("Stdout", "c") in told and ("Stderr", "e") in told


def test_raw_bytes(view):
    call, _ = spawn(view, "sh", "-c", r"printf 'a\000\377'", encoding="raw")
    ended(view, call)
    assert b"".join(payload for name, payload in events(call) if name == "Stdout") == b"a\0\xff"


def test_what_is_no_text_is_an_error_event(view):
    call, _ = spawn(view, "sh", "-c", r"printf 'a\351\n'")
    ended(view, call)
    assert [name for name, _ in events(call)] == ["Error", "Terminated"]


def test_its_input(view):
    call, pid = spawn(view, "copy")
    for text in ["one\n", b"two\n", list(b"three\n")]:
        assert view.await_result(view.start(WRITE, {"pid": pid, "buffer": text})) == {"value": None}
    while len(events(call)) < 3:
        view.step()
    assert [payload for _, payload in events(call)] == ["one\n", "two\n", "three\n"]
    assert view.await_result(view.start(KILL, {"pid": pid})) == {"value": None}
    assert until(view, call, "Terminated") == {"code": None, "signal": 9}
    view.await_result(call)
    assert view.await_result(view.start(WRITE, {"pid": pid, "buffer": "late"})) == {"value": None}
    assert view.await_result(view.start(KILL, {"pid": pid})) == {"value": None}


def test_a_long_input_goes_through(view):
    call, pid = spawn(view, "copy", encoding="raw")
    body = page.series(900_000)
    write = view.start(WRITE, {"pid": pid, "buffer": body})
    n = 0
    while n < len(body):
        view.step()
        n = sum(len(payload) for _, payload in events(call))
    assert b"".join(payload for _, payload in events(call)) == body
    assert view.await_result(write) == {"value": None}
    view.await_result(view.start(KILL, {"pid": pid}))
    ended(view, call)


def test_one_input_waits_at_a_time(view):
    """Another would come in the middle of it. The end of the program ends what waits; which of the two the plugin hears of first is the kernel's to say."""
    call, pid = spawn(view, "sleep", "1000")
    waiting = view.start(WRITE, {"pid": pid, "buffer": page.series(200_000)})
    for _ in range(2):
        assert view.await_result(view.start(WRITE, {"pid": pid, "buffer": "x"}))["error"] == "io"
    view.await_result(view.start(KILL, {"pid": pid}))
    assert view.await_result(waiting) in ({"value": None}, {"error": "io", "errno": 32})
    ended(view, call)


def test_nobody_else_writes_or_kills(shell):
    with tree.leaves_nothing():
        host = world.Host(shell.installed, shell.path, str(home(shell)))
        main, other = page.Page(host, "main"), page.Page(host, "other")
        call, pid = spawn(main, "copy")
        other.await_result(other.start(KILL, {"pid": pid}))
        other.await_result(other.start(WRITE, {"pid": pid, "buffer": "x"}))
        main.await_result(main.start(WRITE, {"pid": pid, "buffer": "mine\n"}))
        main.await_messages(call, 1)
        assert events(call) == [("Stdout", "mine\n")]
        host.close()


def descendants(host, name):
    return [pid for pid, role in tree.descendants(host.pid).items() if role == name]


@pytest.mark.parametrize("how", ["cancel", "kill", "close", "host"])
def test_all_that_it_started_ends_with_it(shell, how):
    """Also what has left its session and its parent."""
    with tree.leaves_nothing():
        host = world.Host(shell.installed, shell.path, str(home(shell)))
        view = page.Page(host, "main")
        call, pid = spawn(view, "sh", "-c", "/usr/bin/setsid /bin/sleep 1000 & (/bin/sleep 1000 &) ; echo ready; /bin/sleep 1000")
        until(view, call, "Stdout")
        tree.until(lambda: len(descendants(host, "sleep")) == 3, "three programs run")
        if how == "cancel":
            cancel(view, call)
        elif how == "kill":
            view.start(KILL, {"pid": pid})
        elif how == "close":
            view.link.close()
        else:
            host.close()
        tree.until(lambda: how == "host" or not descendants(host, "sleep"), "they are gone")
        if how != "host":
            host.close()


def test_what_a_page_does_not_take_is_not_read(view, shell):
    """A program that writes without end waits for the page."""
    call = view.start(SPAWN, {"program": "yes", "args": [], "onEvent": "__CHANNEL__:7"})
    memory = lambda: int(pathlib.Path(f"/proc/{plugin}/statm").read_text().split()[1])
    ticks = lambda: sum(map(int, pathlib.Path(f"/proc/{yes[0]}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    yes = tree.until(lambda: descendants(view.host, "yes"), "the program runs")
    plugin = view.host.children()["shell"]
    tree.until(lambda: pathlib.Path(f"/proc/{yes[0]}/wchan").read_text() in ("pipe_write", "anon_pipe_write", "0"), "it waits")
    other = page.Page(view.host, "other")
    before, spent = memory(), ticks()
    for _ in range(50):
        other.await_result(other.start(EXECUTE, {"program": "echo", "args": ["x"]}))
    assert memory() <= before + 64 and ticks() <= spent + 1  # pages; a hundredth of a second
    view.link.close()
    tree.until(lambda: not descendants(view.host, "yes"), "it is gone")


def test_many_come_and_go(view):
    [broker] = descendants(view.host, "broker")
    fds = lambda pid: len(os.listdir(f"/proc/{pid}/fd"))
    held = None
    for i in range(50):
        call, pid = spawn(view, "sh", "-c", "/usr/bin/setsid /bin/sleep 1000 & echo x; /bin/sleep 1000")
        until(view, call, "Stdout")
        if i % 2:
            cancel(view, call)
        else:
            view.await_result(view.start(KILL, {"pid": pid}))
            ended(view, call)
        if i == 9:
            plugin = view.host.children()["shell"]
            tree.until(lambda: not descendants(view.host, "sleep"), "they are gone")
            held = fds(plugin), fds(broker)
    tree.until(lambda: not descendants(view.host, "sleep") and not descendants(view.host, "sh"), "all are gone")
    tree.until(lambda: fds(plugin) <= held[0] and fds(broker) <= held[1], "nothing is left open")


def test_no_more_than_thirty_two_at_once(view):
    calls = [spawn(view, "sleep", "1000")[0] for _ in range(32)]
    full = view.start(SPAWN, {"program": "sleep", "args": ["1000"], "onEvent": "__CHANNEL__:9"})
    assert view.await_result(full)["error"] == "io"
    for call in calls:
        cancel(view, call)
    tree.until(lambda: not descendants(view.host, "sleep"), "all are gone")
    call, _ = spawn(view, "count", "1")
    ended(view, call)


def test_a_program_that_nobody_allows_is_recorded(running, shell):
    assert execute(running, "nope") == "scope"
    tree.until(lambda: any(record["code"] == "scope" for record in shell.records()), "it is in the log")


def test_the_log_says_which_program_it_was(running, shell):
    assert execute(running, "false")["code"] == 1
    tree.until(lambda: any(record["event"] == "done" and record["reason"] == f"program false: {os.path.realpath('/bin/false')}"
                           for record in shell.records()), "it is in the log")


def test_a_link_to_a_script_is_followed_once(shell):
    """When the policy is compiled; what it leads to later is another script."""
    link = shell.path / "linked"
    link.symlink_to("script")
    (shell.path / "trollbridge.toml").write_text((shell.path / "trollbridge.toml").read_text().replace('"$RESOURCE/script"', '"$RESOURCE/linked"'))
    with tree.running(shell) as host:
        assert execute(host, "script", "x")["stdout"] == "script x 1\n"
        (shell.path / "evil").write_text("#!/bin/sh\necho evil\n")
        link.unlink()
        link.symlink_to("evil")
        assert execute(host, "script", "x") in ({"code": 0, "signal": None, "stdout": "script x 1\n", "stderr": ""}, "io")
