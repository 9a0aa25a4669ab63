"""A hostile plugin against its sandbox: it tries, and says which errno it met; or the kernel ends it."""

import os
import socket

from apps import EVIL, NEIGHBOUR, SECRET
from bench import row
from rows_plugin import code_of, works

KILLED = "killed"
FILTER = "seccomp: not in the role's list"
ANSWER = "seccomp: answered with an errno"
ROOT = "mount namespace: it is not there"
READ_ONLY = "mount namespace: read-only"
NO_EXEC = "mount namespace: noexec"
EXEC_ONCE = "seccomp: exec only by a number that is used up"


def tries(what, arg_of, command, inside, inside_of):
    def attack(trial):
        works(trial, command)
        answer = trial.view.do(command, {"what": inside, "arg": str(inside_of(trial))})
        trial.check(answer == "SUCCESS", f"the same in scope: {answer}")
        trial.twins += 1
        code = code_of(trial.view.do(command, {"what": what, "arg": str(arg_of(trial))}))
        if code == "error plugin_crashed":
            code = KILLED
            works(trial, command)
        return code.removeprefix("answer ")
    return attack


def made(arg):
    """`arg` is a text, or a function of the trial that makes it."""
    return arg if callable(arg) else lambda trial: arg


def sandbox(name, tried, layer, code, what, arg="", command=EVIL, inside=("read", lambda trial: f"{trial.world.app}/shared/ok.txt"), **more):
    """One row. `inside`: what the plugin may do with its sandbox, tried first."""
    killed = code == KILLED
    row(f"sandbox-{name}", tried, layer, code, "plugin" if killed else "done", "ended" if killed else "",
        log_code="plugin_crashed" if killed else "", **more)(tries(what, made(arg), command, inside[0], made(inside[1])))


def app(path):
    return lambda trial: f"{trial.world.app}/{path}"


def log_file(trial):
    return trial.world.log_path


# ---- files ----
sandbox("passwd", "reads /etc/passwd", ROOT, "ENOENT", "read", "/etc/passwd")
sandbox("home", "lists the user's home", ROOT, "ENOENT", "list", lambda trial: trial.world.home)
sandbox("private", "reads the app's private folder", ROOT, "ENOENT", "read", app("data/private/secret.txt"))
sandbox("manifest", "reads the app's manifest", ROOT, "ENOENT", "read", app("trollbridge.toml"))
sandbox("neighbour-hull", "reads what another plugin may read", ROOT, "ENOENT", "read", app("next-door/secret.txt"))
sandbox("log-read", "reads the audit log", ROOT, "ENOENT", "read", log_file)
sandbox("log-write", "writes to the audit log", ROOT, "ENOENT", "write", log_file)
sandbox("proc", "lists /proc", ROOT, "ENOENT", "list", "/proc")
sandbox("proc-environ", "reads another process's environment", ROOT, "ENOENT", "read",
        lambda trial: f"/proc/{trial.host.pid}/environ")
sandbox("device", "opens a device that it was not given", ROOT, "ENOENT", "read", "/dev/full")
sandbox("root-write", "makes a file in /", READ_ONLY, "EROFS", "write", "/new")
sandbox("read-only", "writes to a file that it may read", READ_ONLY, "EROFS", "write", app("shared/ok.txt"))
sandbox("chmod", "chmod in its folder", ANSWER, "EPERM", "chmod", app("own"))
sandbox("symlink", "plants a symbolic link in its folder", ANSWER, "EPERM", "symlink", app("own/link"))
sandbox("hard-link", "links a file that it may read into its folder", "mount namespace: another mount", "EXDEV", "link",
        lambda trial: f"{trial.world.app}/shared/ok.txt {trial.world.app}/own/link")
sandbox("by-handle", "opens a file by its handle", FILTER, KILLED, "handle")
sandbox("descriptors", "looks for a descriptor that was left open", "closed at start", "EBADF", "descriptors")
sandbox("environment", "looks for the host's environment", "empty at start", "ENOENT", "environment")


# ---- the network ----
def listener(trial, family=socket.AF_INET, kind=socket.SOCK_STREAM, address=("127.0.0.1", 0)):
    """Somebody who listens outside; kept open as long as the row runs."""
    sock = socket.socket(family, kind)
    sock.bind(address)
    if kind == socket.SOCK_STREAM:
        sock.listen()
    trial.kept = sock
    return sock.getsockname()


sandbox("tcp", "connects to a TCP port of this machine", ANSWER, "EPERM", "tcp", lambda trial: listener(trial)[1])
sandbox("udp", "sends a UDP datagram", ANSWER, "EPERM", "udp",
        lambda trial: listener(trial, kind=socket.SOCK_DGRAM)[1])
sandbox("listen", "listens on a TCP port", ANSWER, "EPERM", "listen")
sandbox("abstract", "connects to an abstract socket", ANSWER, "EPERM", "abstract",
        lambda trial: listener(trial, socket.AF_UNIX, address=f"\0{trial.world.base.name}")[1:].decode())
sandbox("unix", "connects to a socket in the file system", ANSWER, "EPERM", "unix",
        lambda trial: listener(trial, socket.AF_UNIX, address=f"{trial.world.base}/socket"))
sandbox("netlink", "opens a netlink socket", ANSWER, "EPERM", "netlink")
sandbox("datagram-pair", "makes a datagram pair, which can be pointed anywhere", FILTER, KILLED, "pair")


# ---- other processes ----
def pid_of(name):
    return lambda trial: trial.host.children()[name]


def neighbour(trial):
    works(trial, NEIGHBOUR)
    return trial.host.children()["neighbour"]


sandbox("kill-broker", "signals the broker", ANSWER, "EPERM", "kill", pid_of("broker"))
sandbox("kill-supervisor", "signals the supervisor", ANSWER, "EPERM", "kill", lambda trial: trial.host.pid)
sandbox("kill-host", "signals the host", ANSWER, "EPERM", "kill", lambda trial: os.getpid())
sandbox("kill-neighbour", "signals another plugin", ANSWER, "EPERM", "kill", neighbour)
sandbox("kill-all", "signals everything", ANSWER, "EPERM", "kill", "-1")
sandbox("ptrace", "traces the broker", FILTER, KILLED, "ptrace", pid_of("broker"))
sandbox("peek", "reads the broker's memory", FILTER, KILLED, "peek", pid_of("broker"))
sandbox("peek-neighbour", "reads another plugin's memory", FILTER, KILLED, "peek", neighbour)
sandbox("pidfd", "opens a pidfd of the broker", FILTER, KILLED, "pidfd", pid_of("broker"))
sandbox("setown", "has the kernel send signals for it", FILTER, KILLED, "setown", pid_of("broker"))
sandbox("fork", "forks, as a fork bomb begins", ANSWER, "EPERM", "fork")
sandbox("clone", "makes a process with the bare system call", ANSWER, "EPERM", "clone")
sandbox("exec-written", "writes a program into its folder and runs it", EXEC_ONCE, "EACCES", "exec-written",
        app("own/program"))
sandbox("exec-again", "runs a program under the number by which it was started itself", "limit of descriptors", "EBADF",
        "again", "/usr/bin/true")
sandbox("map-written", "writes a program into its folder and maps it as code", NO_EXEC, "EPERM", "map-written",
        app("own/program"))
sandbox("poke", "writes into the broker's memory", FILTER, KILLED, "poke", pid_of("broker"))
sandbox("getfd", "takes a descriptor out of another process", FILTER, KILLED, "getfd")
sandbox("queue", "queues a signal for the broker", FILTER, KILLED, "queue", pid_of("broker"))
sandbox("proc-fd", "lists the broker's descriptors", ROOT, "ENOENT", "list",
        lambda trial: f"/proc/{trial.host.children()['broker']}/fd")
sandbox("proc-mem", "opens the broker's memory", ROOT, "ENOENT", "write",
        lambda trial: f"/proc/{trial.host.children()['broker']}/mem")


@row("sandbox-shell", "becomes /bin/sh, to copy a file from outside with it", EXEC_ONCE, "EACCES", "done", "", log_code="")
def shell(trial):
    works(trial)
    base = trial.world.app
    script = f"read x < {base}/outside/secret.txt; echo \"$x\" > {base}/own/copy"
    code = code_of(trial.view.do(EVIL, {"what": "shell", "arg": script}))
    copy = base / "own/copy"
    trial.check(not copy.exists() or SECRET not in copy.read_text(), "the file was copied")
    return code.removeprefix("answer ")


# ---- the kernel ----
sandbox("userns", "makes a user namespace", FILTER, KILLED, "userns")
sandbox("setns", "enters a namespace", FILTER, KILLED, "setns")
sandbox("mount", "mounts", FILTER, KILLED, "mount")
sandbox("chroot", "chroot", FILTER, KILLED, "chroot")
sandbox("io-uring", "sets up io_uring, which goes round seccomp", ANSWER, "ENOSYS", "io_uring")
sandbox("bpf", "loads a BPF program", FILTER, KILLED, "bpf")
sandbox("perf", "opens a perf event", FILTER, KILLED, "perf")
sandbox("userfaultfd", "opens a userfaultfd", FILTER, KILLED, "userfaultfd")
sandbox("keyring", "adds a key to a keyring", FILTER, KILLED, "keyring")
sandbox("memfd", "makes a program in memory", ANSWER, "EPERM", "memfd")
sandbox("shm", "makes shared memory", FILTER, KILLED, "shm")
sandbox("tiocsti", "types into a terminal", ANSWER, "EPERM", "tiocsti")
sandbox("dumpable", "makes itself dumpable", FILTER, KILLED, "dumpable")
sandbox("limits", "lifts its limits", "hard limits, and no capability", "EPERM", "limits")
sandbox("i386", "a system call of another architecture", FILTER, KILLED, "i386")
sandbox("code", "makes memory that is both written and executed", "MDWE", "EACCES", "written-code")
sandbox("memory", "takes 4 GiB of memory", "RLIMIT_DATA", "ENOMEM", "memory", "4096")
sandbox("shared-memory", "takes 4 GiB of memory that no limit counts: shared", ANSWER, "EPERM", "shared-memory", "4096")
sandbox("growing-memory", "… of a mapping that grows as a stack does", ANSWER, "EPERM", "growing-memory", "4096")
sandbox("threads", "makes threads without end", "RLIMIT_NPROC", "EAGAIN", "threads")
sandbox("open-many", "opens files without end", "RLIMIT_NOFILE", "EMFILE", "open-many")
