"""A hostile plugin whose sandbox has more than folders: what `network`, `exec`, `jit` and `cpu_s` do not open."""

import os
import pathlib
import signal
import socket
import time

from apps import JITTER, ONLINE, RUNNER
from bench import row
from rows_plugin import code_of, works
from rows_sandbox import (ANSWER, EXEC_ONCE, FILTER, KILLED, NO_EXEC, ROOT, app, listener, log_file, neighbour, pid_of,
                          sandbox)
from world import SECONDS

LANDLOCK = "Landlock: no right to execute it"
PID = "pid namespace: there is no such process"


# ---- network ----
def tcp_port(trial):
    trial.twin = trial.twin if hasattr(trial, "twin") else socket.create_server(("127.0.0.1", 0))
    return trial.twin.getsockname()[1]


def online(name, tried, layer, code, what, arg=""):
    sandbox(f"online-{name}", f"`network`: {tried}", layer, code, what, arg, ONLINE, ("tcp", tcp_port))


online("listen", "listens on a TCP port", ANSWER, "EPERM", "listen")
online("bind", "takes a UDP port", ANSWER, "EPERM", "bind")
online("abstract", "connects to an abstract socket", ANSWER, "EPERM", "abstract",
       lambda trial: listener(trial, socket.AF_UNIX, address=f"\0{trial.world.base.name}")[1:].decode())
online("unix", "connects to a socket in the file system", ANSWER, "EPERM", "unix",
       lambda trial: listener(trial, socket.AF_UNIX, address=f"{trial.world.base}/socket"))
online("netlink", "opens a netlink socket", ANSWER, "EPERM", "family", "16")
online("vsock", "opens a socket to the virtual machine's host", ANSWER, "EPERM", "family", "40")
online("crypto", "opens a socket to the kernel's ciphers", ANSWER, "EPERM", "family", "38")
online("raw", "opens a raw socket", FILTER, KILLED, "raw")
online("sctp", "has the kernel load SCTP", FILTER, KILLED, "protocol", "132")
online("mptcp", "opens a multipath socket", FILTER, KILLED, "protocol", "262")
online("ulp", "has the kernel load a protocol on top of TCP", ANSWER, "ENOPROTOOPT", "ulp")
online("linger", "makes a socket that whoever closes it waits for", ANSWER, "EPERM", "linger")
online("pair", "makes a datagram pair, which can be pointed anywhere", FILTER, KILLED, "pair")
online("passwd", "reads /etc/passwd", ROOT, "ENOENT", "read", "/etc/passwd")
online("manifest", "reads the app's manifest", ROOT, "ENOENT", "read", app("trollbridge.toml"))
online("kill-broker", "signals the broker", ANSWER, "EPERM", "kill", pid_of("broker"))
online("peek", "reads the broker's memory", FILTER, KILLED, "peek", pid_of("broker"))
online("fork", "forks", ANSWER, "EPERM", "fork")
online("shell", "becomes /bin/sh", EXEC_ONCE, "EACCES", "shell", "true")


# ---- exec ----
def runner(name, tried, layer, code, what, arg=""):
    sandbox(f"exec-{name}", f"`exec`: {tried}", layer, code, what, arg, RUNNER, ("spawn", "/usr/bin/true"))


runner("other", "starts a program that is not listed", LANDLOCK, "EACCES", "spawn", "/usr/bin/id")
runner("shell-other", "starts /bin/sh", LANDLOCK, "EACCES", "spawn", "/bin/sh")
runner("loader", "has the loader start one", NO_EXEC, "EIO", "loader", "/usr/bin/id")
runner("program-written", "writes a program into its folder and starts it", LANDLOCK, "EACCES", "exec-written",
       app("own/program"))
runner("map", "writes a program into its folder and maps it as code", NO_EXEC, "EPERM", "map-written", app("own/program"))
runner("child-manifest", "a listed program reads the app's manifest", ROOT, "EIO", "spawn-with",
       lambda trial: f"/usr/bin/cat {trial.world.app}/trollbridge.toml")
runner("child-passwd", "a listed program reads /etc/passwd", ROOT, "EIO", "spawn-with", "/usr/bin/cat /etc/passwd")
runner("bomb", "forks without end", "RLIMIT_NPROC", "EAGAIN", "fork-bomb")
runner("kill-broker", "signals the broker", PID, "ESRCH", "kill", pid_of("broker"))
runner("kill-host", "signals the host", PID, "ESRCH", "kill", lambda trial: os.getpid())
runner("kill-neighbour", "signals another plugin", PID, "ESRCH", "kill", neighbour)
runner("kill-all", "signals everything", PID, "ESRCH", "kill", "-1")
runner("ptrace", "traces the broker", FILTER, KILLED, "ptrace", pid_of("broker"))
runner("userns", "makes a user namespace", FILTER, KILLED, "userns")
runner("tcp", "connects to a TCP port of this machine", ANSWER, "EPERM", "tcp", lambda trial: listener(trial)[1])
runner("log", "writes to the audit log", ROOT, "ENOENT", "write", log_file)
runner("memory", "takes 4 GiB of memory", "RLIMIT_DATA", "ENOMEM", "memory", "4096")


def processes_called(name):
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and (folder / "comm").read_text() == name + "\n":
                found.append(int(folder.name))
        except OSError:
            pass  # it has just ended
    return found


@row("sandbox-exec-orphan", "`exec`: leaves a process behind, in a session of its own", "pid namespace: all end with the plugin",
     "gone", "plugin", "ended", log_code="plugin_crashed")
def orphan(trial):
    works(trial, RUNNER)
    name = f"tb{trial.host.pid}"
    made = trial.view.do(RUNNER, {"what": "orphan", "arg": name})
    trial.check(made == "SUCCESS", f"it could not be made: {made}")
    while not processes_called(name):
        trial.honest(trial.bystander)
    trial.twins += 1
    code = code_of(trial.view.do(RUNNER, {"what": "crash"}))
    trial.check(code == "error plugin_crashed", code)
    end = time.monotonic() + SECONDS  # the link ends before the namespace does
    while processes_called(name):
        if time.monotonic() > end:
            for pid in processes_called(name):
                os.kill(pid, signal.SIGKILL)
            return "alive"
        trial.honest(trial.bystander)
    return "gone"


# ---- jit, cpu_s ----
def jitter(name, tried, layer, code, what, arg="", **more):
    sandbox(f"jit-{name}", tried, layer, code, what, arg, JITTER, ("written-code", ""), **more)


jitter("memory", "`jit`: takes 4 GiB of memory", "RLIMIT_DATA", "ENOMEM", "memory", "4096")
jitter("shared-memory", "`jit`: takes 4 GiB of shared memory", ANSWER, "EPERM", "shared-memory", "4096")
jitter("exec-written", "`jit`: writes a program into its folder and runs it", EXEC_ONCE, "EACCES", "exec-written",
       app("own/program"))
jitter("map-written", "`jit`: … and maps it as code", NO_EXEC, "EPERM", "map-written", app("own/program"))
jitter("memfd", "`jit`: makes a program in memory", ANSWER, "EPERM", "memfd")
jitter("peek", "`jit`: reads the broker's memory", FILTER, KILLED, "peek", pid_of("broker"))
jitter("cpu", "`cpu_s`: computes without end", "RLIMIT_CPU", KILLED, "spin", slow=True)
