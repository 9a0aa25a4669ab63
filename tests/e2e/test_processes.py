"""The live tree as the kernel shows it: each process is as confined as it should be, and the checks
find an ordinary process wanting in each point."""

import collections
import json
import os
import pathlib
import re
import subprocess
import tempfile

import pytest

import tree

ROLES = ["supervisor", "broker", "scribe", "fs"]
NAMESPACES = ["user", "mnt", "pid", "net", "ipc"]
CONFINED = ["broker", "scribe", "fs"]  # the supervisor makes namespaces, and has none of its own
SETFCAP = 1 << 31  # root's supervisor maps root into the namespaces of its children

SYSCALLS_MAX = 16
# As many capabilities as root's supervisor: who has fewer is refused whatever is looked at.
POOR = ["setpriv", "--inh-caps=-all", "--bounding-set=-all,+setfcap"]


class Process:
    """What /proc says of one process."""

    def __init__(self, pid):
        self.pid = pid
        self.path = pathlib.Path(f"/proc/{pid}")
        self.status = tree.status_of(pid)

    def number(self, field, base=10):
        return int(self.status[field], base)

    def limit(self, name):
        for line in (self.path / "limits").read_text().split("\n"):
            if line.startswith(name):
                return line[len(name):].split()[:2]
        raise AssertionError(name)

    def links(self):
        """What its descriptors are, without numbers that differ."""
        found = []
        for fd in os.listdir(self.path / "fd"):
            link = os.readlink(self.path / "fd" / fd)
            found.append(re.sub(r"^(socket|pipe):\[\d+\]$", r"\1", link))
        return collections.Counter(found)

    def sockets(self):
        """Families of its sockets, by the socket tables of its network namespace."""
        inodes = {}
        for name in ("unix", "tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet", "netlink"):
            with open(self.path / "net" / name) as table:
                header = table.readline().split()
                at = header.index("Inode") if "Inode" in header else header.index("inode")
                for line in table:
                    fields = line.split()
                    # tcp's header names "tx_queue rx_queue" and "tr tm->when" in two columns each
                    inodes[fields[at - 2 if "tx_queue" in header else at]] = name
        return inodes


# ---- the checks: each returns what is wrong, "" if nothing is ----

def seccomp(process):
    return "" if process.number("Seccomp") == 2 and process.number("Seccomp_filters") >= 1 \
        else "no seccomp filter"


def no_new_privs(process):
    return "" if process.number("NoNewPrivs") == 1 else "may gain privileges"


def empty_environment(process):
    return "" if (process.path / "environ").read_bytes() == b"" else "has an environment"


def not_dumpable(process):
    """Its own user, without capabilities and in its own user namespace, may not look into it. (From
    outside of a user namespace its maker always may: that is the kernel's rule.)"""
    uid = process.status["Uid"].split()[1]
    look = [*POOR, "head", "-c", "1", f"/proc/{process.pid}/auxv"]
    if os.readlink(process.path / "ns/user") != os.readlink("/proc/self/ns/user"):
        look = ["nsenter", "--preserve-credentials", "-U", "-t", str(process.pid), *look]
    elif os.getuid() != int(uid):
        look[1:1] = ["--reuid", uid, "--clear-groups"]
    result = subprocess.run(look, check=False, capture_output=True, text=True)
    if result.returncode == 0:
        return "is dumpable"
    assert "Permission denied" in result.stderr, result.stderr
    return ""


def namespaces(process):
    own = [name for name in NAMESPACES
           if os.readlink(process.path / "ns" / name) == os.readlink(f"/proc/self/ns/{name}")]
    return f"shares namespaces: {own}" if own else ""


def no_capabilities(process):
    held = {field for field in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")
            if process.number(field, 16) & ~(SETFCAP if process.name == "supervisor" else 0)}
    return f"holds capabilities: {sorted(held)}" if held else ""


def no_core_files(process):
    return "" if process.limit("Max core file size") == ["0", "0"] else "may dump core"


def empty_root(process):
    names = sorted(os.listdir(process.path / "root"))
    return f"sees {names}" if names else ""


def read_only_root(process):
    mounts = [line.split() for line in (process.path / "mountinfo").read_text().splitlines()]
    flags = {flag for fields in mounts if fields[4] == "/" for flag in fields[5].split(",")}
    missing = {"ro", "nosuid", "nodev", "noexec"} - flags
    return f"its root is not {sorted(missing)}" if missing else ""


def only_unix_sockets(process):
    tables = Process(process.pid).sockets()
    wrong = []
    for fd in os.listdir(process.path / "fd"):
        found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(process.path / "fd" / fd))
        if found and (family := tables.get(found.group(1), "made outside")) not in (
                "unix", "made outside"):
            wrong.append(family)
    return f"holds sockets of {wrong}" if wrong else ""


def one_thread(process):
    return "" if process.number("Threads") == 1 else "has threads"


def own_session(process):
    """No terminal to push characters into."""
    fields = (process.path / "stat").read_text().rsplit(")", 1)[1].split()
    return "" if fields[4] == "0" and int(fields[3]) != os.getsid(0) else "has the caller's session"


EVERY = [seccomp, no_new_privs, empty_environment, not_dumpable, no_capabilities, no_core_files,
         only_unix_sockets, one_thread, own_session]
OF_ROLE = {"supervisor": EVERY, "broker": [*EVERY, namespaces, empty_root, read_only_root],
           "scribe": [*EVERY, namespaces, empty_root, read_only_root],
           "fs": [*EVERY, namespaces, read_only_root]}


@pytest.fixture(scope="module")
def live(installed):
    """The processes of one tree after a call, by role; one view is open."""
    tree.needs_root()
    with tempfile.TemporaryDirectory(prefix="live-", dir=installed.parent) as folder:
        app = tree.App(installed, pathlib.Path(folder))
        with tree.Host(app) as host:
            host.open("main")
            assert host.code() == ""
            found = {role: Process(pid) for pid, role in tree.descendants(host.supervisor).items()}
            found["supervisor"] = Process(host.supervisor)
            assert sorted(found) == sorted(ROLES)
            for name, process in found.items():
                process.name = name
                process.app = app
            yield found


@pytest.mark.parametrize("role, check", [
    (role, check) for role in ROLES for check in OF_ROLE[role]],
                         ids=lambda value: getattr(value, "__name__", value))
def test_is_confined(live, role, check):
    assert check(live[role]) == ""


EXPECTED_LINKS = {
    # standard input and output, the lifeline, the supervisor link, snapshot and settings, a pidfd
    # for each child, the view's grant, by the view and by its plugin, the plugin's standard error;
    # the folder of the remembered answers, and what tells of changes in it
    "supervisor": {"/dev/null": 2, "LOG": 1, "socket": 2, "pipe": 1, "anon_inode:[pidfd]": 3,
                   "/memfd:trollbridge-snapshot (deleted)": 1,
                   "/memfd:trollbridge-settings (deleted)": 1,
                   "/memfd:trollbridge-grant (deleted)": 2,
                   "STATE": 1, "anon_inode:inotify": 1},
    # control, supervisor, scribe, view and plugin links
    # the plugin's pool too, and what is copied to it goes through
    "broker": {"/dev/null": 2, "socket": 5, "anon_inode:[eventpoll]": 1,
               "/memfd:trollbridge-through (deleted)": 1,
               "/memfd:trollbridge-pool (deleted)": 1},
    # the broker's link and the log
    "scribe": {"/dev/null": 2, "socket": 1, "LOG": 1},
    # its link, its standard error, which is not the host's; test_the_plugin_holds_its_folders_alone has the rest
    "fs": {"/null": 2, "socket": 1, "pipe": 1, "/": 1},
}


@pytest.mark.parametrize("role", ROLES)
def test_holds_only_its_descriptors(live, role):
    links = live[role].links()
    stderr = os.readlink(f"/proc/{live['supervisor'].pid}/fd/2")
    links[stderr] -= role != "fs"  # the host's standard error, where it says what is wrong
    folder = str(live[role].app.path)
    places = {"/audit.jsonl": "LOG", "/state/trollbridge/com.example.notes": "STATE"}
    found = {next((place for end, place in places.items() if name.endswith(end)), name): n for name, n in links.items()
             if n and not (role == "fs" and name.startswith(folder))}
    assert found == EXPECTED_LINKS[role]


def opened(process, ends_with):
    """(link, flags) of the descriptors whose link ends so."""
    for fd in os.listdir(process.path / "fd"):
        link = os.readlink(process.path / "fd" / fd)
        text = (process.path / "fdinfo" / fd).read_text()
        if link.endswith(ends_with):
            yield link, int(re.search(r"flags:\s+(\d+)", text).group(1), 8)


def test_the_log_is_open_for_appending_alone(live):
    (_, flags), = opened(live["scribe"], "/audit.jsonl")
    assert flags & os.O_ACCMODE == os.O_WRONLY
    assert flags & os.O_APPEND


def test_the_plugin_holds_its_folders_alone(live):
    """What it has open for good are places in the scope, not contents."""
    folder = str(live["fs"].app.path)
    held = [(link, flags) for link, flags in opened(live["fs"], "") if link.startswith(folder)]
    assert held
    for link, flags in held:
        assert link.startswith(folder + "/data") or link == folder, link
        assert flags & os.O_PATH, link


def test_the_plugin_sees_its_folders_alone(live, installed):
    """Its root holds the run-time libraries, its own program and the scope's folder; what is denied
    is covered."""
    root = live["fs"].path / "root"
    top = {"bin", "sbin", "lib", "lib32", "lib64", "usr", "etc", "dev", ".picked", ".denied-folder",
           ".denied-file", installed.parts[1]}
    assert set(os.listdir(root)) <= top
    assert set(os.listdir(root / "etc")) <= {"alternatives", "ld.so.cache", "localtime", "ssl"}
    notes = root / str(live["fs"].app.path)[1:]
    assert os.listdir(notes) == ["data"]
    assert sorted(os.listdir(notes / "data")) == sorted(os.listdir(tree.TOP / "examples/notes/data"))
    assert os.listdir(notes / "data/private") == []
    assert os.listdir(notes.parent) == ["notes"]


def test_namespaces_are_not_shared(live):
    """Nor among each other."""
    for name in NAMESPACES:
        links = {os.readlink(live[role].path / "ns" / name) for role in CONFINED}
        assert len(links) == len(CONFINED), name


def test_each_has_an_address_space_of_its_own(live):
    """fork and exec: the stack and the program lie elsewhere in each."""
    for name in ("[stack]", "libc.so.6"):
        places = set()
        for role in ROLES:
            for line in (live[role].path / "maps").read_text().split("\n"):
                if line.endswith(name):
                    places.add(line.split("-")[0])
                    break
        assert len(places) == len(ROLES), name


def test_nothing_is_writable_and_executable(live):
    for role in ROLES:
        maps = (live[role].path / "maps").read_text().split("\n")
        assert [line for line in maps if re.match(r"\S+ .wx", line)] == [], role


def test_no_process_can_be_killed_by_the_page(live):
    """The broker's own pid namespace holds nobody else: there is nothing to send a signal to."""
    for role in CONFINED:
        assert live[role].status["NSpid"].split()[1:] == ["1"], role


# ---- planted breaches: an ordinary process fails each check ----

@pytest.fixture(scope="module")
def careless():
    """A process with none of it: threads, an open file, a TCP socket, a root full of files."""
    code = ("import threading, socket, sys, time; a = socket.socket(); a.bind(('127.0.0.1', 0));"
            "a.listen(); threading.Thread(target=time.sleep, args=(1000,), daemon=True).start();"
            "print(flush=True); sys.stdin.read()")
    process = subprocess.Popen(["/usr/bin/python3", "-c", code], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, env={"A": "b"})
    process.stdout.readline()
    found = Process(process.pid)
    found.name = "careless"
    yield found
    process.kill()
    process.communicate()


def test_finds_a_process_that_may_leave_a_core(careless, monkeypatch):
    for limits, finding in [(["0", "0"], ""), (["0", "unlimited"], "may dump core"),
                            (["unlimited", "unlimited"], "may dump core")]:
        monkeypatch.setattr(careless, "limit", lambda name: limits, raising=True)
        assert no_core_files(careless) == finding


def test_finds_a_process_that_is_dumpable():
    prefix = POOR if os.getuid() == 0 else []
    process = subprocess.Popen([*prefix, "cat"], stdin=subprocess.PIPE)
    tree.until(lambda: tree.name_of(process.pid) == "cat", "it is there")
    try:
        assert not_dumpable(Process(process.pid)) == "is dumpable"
    finally:
        process.kill()
        process.communicate()


# Whether cores are allowed to begin with is not for a test to say: that check has a test of its own.
@pytest.mark.parametrize("check", [check for check in OF_ROLE["broker"]
                                   if check not in (not_dumpable, no_core_files)],
                         ids=lambda check: check.__name__)
def test_finds_an_ordinary_process_wanting(careless, check):
    assert check(careless) != ""


def test_finds_a_descriptor_too_many(careless):
    assert careless.links() != EXPECTED_LINKS["broker"]
    assert "socket" in careless.links()


# ---- the list of system calls ----

def test_the_brokers_system_calls(live, installed, capsys):
    """At most 16, as the product itself states them; try_syscall proves that the kernel agrees."""
    result = subprocess.run([installed / "bin/trollbridge", "doctor", "--json"], check=True,
                            capture_output=True, timeout=tree.PATIENCE_S)
    calls = json.loads(result.stdout)["roles"]["broker"]["syscalls"]
    with capsys.disabled():
        print(f"\nthe broker's {len(calls)} system calls: {' '.join(calls)}")
    assert 1 <= len(calls) <= SYSCALLS_MAX
    for refused in ("open", "openat", "socket", "connect", "execve", "clone", "ptrace", "kill"):
        assert refused not in calls
