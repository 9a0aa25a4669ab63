"""Against the programs that a page may start: which, with what arguments, in what environment and folder; and what a program that
was taken over does with its sandbox."""

import os
import pathlib
import signal
import time

from bench import row
from rows_options import processes_called
from rows_plugin import code_of
from rows_sandbox import READ_ONLY, ROOT, app, listener, log_file, made, pid_of
from world import SECONDS, View

EXECUTE, SPAWN, KILL = (f"plugin:shell|{name}" for name in ("execute", "spawn", "kill"))
SCOPE, INVALID = "error scope", "error invalid_args"
NAMES = "shell plugin: programs by the policy's names"
INTERPRETER = "policy compiler: interpreters by their real path"
PATTERN = "shell plugin: a pattern matches the whole argument"
OPTION = "shell plugin: a pattern gives no options"
BYTES = "shell plugin: what an argument may hold"
ENVIRONMENT = "shell plugin: the environment is the policy's"
FOLDER = "shell plugin: the folder is the policy's"
FILE = "shell plugin: by descriptor, and its inode's times"
SECCOMP, LANDLOCK, PID = "the program's seccomp list", "the program's Landlock rules", "the program's pid namespace"


def execute(view, program, args=(), **options):
    return view.do(EXECUTE, {"program": program, "args": list(args), "options": options})


def told(answer):
    """What a program said; else how it ended, or that it never began."""
    if "error" in answer:
        return code_of(answer)
    if answer["signal"] is not None:
        return f"signal {answer['signal']}"
    return (answer["stdout"] or answer["stderr"]).strip() or f"exit {answer['code']}"


def says(trial, words="hello there", program="say"):
    """The twin: a program that the page may start."""
    answer = told(execute(trial.view, program, [words]))
    trial.check(answer == words, f"the program that it may start: {answer}")
    trial.twins += 1


def programs(name, tried, layer, code, **more):
    failed = code.removeprefix("error ") if code.startswith("error ") else ""
    return row(f"program-{name}", tried, layer, code, "done", log_code=failed, app={"programs": "narrow"}, **more)


def asks(name, tried, layer, code, program, *args, prepare=None, **options):
    """One call of a page."""
    @programs(name, tried, layer, code)
    def attack(trial):
        says(trial)
        if prepare:
            prepare(trial)
        value = {key: made(option)(trial) for key, option in options.items()}
        return told(execute(trial.view, program, args, **value))


# ---- which program ----
asks("other", "a program that no policy names", NAMES, SCOPE, "id")
asks("path", "the path of one in place of its name", NAMES, SCOPE, "/usr/bin/echo", "hello")
asks("name-nul", "a name with a NUL behind it", NAMES, SCOPE, "say\0", "hello")
asks("sh", "sh, which the page's capability names", INTERPRETER, SCOPE, "shell", "-c", "id")
asks("loader", "the loader, to start any program", INTERPRETER, SCOPE, "loader", "/usr/bin/id")
asks("link", "a link of another name to sh", INTERPRETER, SCOPE, "innocent", "-c", "id")
asks("script", "a script without its interpreter listed", "policy compiler: scripts and their interpreters", SCOPE, "script")
asks("search", "a program by its bare name, of which there is another in the app's folder", "policy compiler: three folders, no PATH",
     "hello", "bare", "hello")


def replaced(trial):
    other = trial.world.app / "programs/other"
    other.write_bytes(pathlib.Path("/usr/bin/printf").read_bytes())
    other.chmod(0o755)
    other.rename(trial.world.app / "programs/tool")


def written(trial):
    """The same bytes and times: only the inode's own time tells."""
    tool = trial.world.app / "programs/tool"
    before = tool.stat()
    tool.write_bytes(tool.read_bytes())
    os.utime(tool, ns=(before.st_atime_ns, before.st_mtime_ns))


asks("replaced", "another file has taken the program's place", FILE, "error io", "tool", "hello", prepare=replaced)
asks("written", "the program's file was written, its times set back", FILE, "error io", "tool", "hello", prepare=written)


# ---- arguments ----
asks("more", "one argument more than there may be", PATTERN, SCOPE, "say", "hello", "--help")
asks("fewer", "one argument fewer", PATTERN, SCOPE, "say")
asks("part", "an argument of which a part matches", PATTERN, SCOPE, "say", "hello; id")
asks("either", "a pattern `^a|b$`, and what begins or ends with one of them", PATTERN, SCOPE, "either", "a; id")
asks("either-end", "the same from behind", PATTERN, SCOPE, "either", "id; b")
asks("slow", "an argument on which a pattern would think for ever", "shell plugin: limits of matching", SCOPE, "slow", "a" * 60)
asks("option", "an option, where a pattern takes everything", OPTION, SCOPE, "any", "--version")
asks("option-short", "one letter of an option", OPTION, SCOPE, "any", "-n")
asks("option-alone", "a dash, which is stdin to many", OPTION, SCOPE, "any", "-")
asks("newline", "a line break in an argument", BYTES, SCOPE, "any", "a\nb")
asks("newline-end", "a line break at its end, where `$` would match", BYTES, SCOPE, "say", "hello\n")
asks("nul", "an argument cut short by a NUL", BYTES, SCOPE, "any", "hello\0; id")
asks("escape", "a terminal's escape sequence", BYTES, SCOPE, "any", "\x1b[2J")
asks("many", "a thousand arguments, where any may stand", BYTES, INVALID, "list", *["a"] * 1000)
asks("long", "256 KiB in one argument", BYTES, "error too_large", "any", "a" * (256 << 10))
asks("type-list", "an argument that is a list", BYTES, INVALID, "any", ["hello"])


# ---- environment and folder ----
VARIABLES = {"LD_PRELOAD": "/tmp/evil.so", "LD_LIBRARY_PATH": "/tmp", "LD_AUDIT": "/tmp/evil.so", "GCONV_PATH": "/tmp", "GLIBC_TUNABLES": "glibc.malloc.check=3",
             "PATH": "/tmp", "IFS": "/", "BASH_ENV": "/tmp/x", "GIT_SSH_COMMAND": "id", "PYTHONPATH": "/tmp", "NODE_OPTIONS": "--require /tmp/x"}
for variable, value in VARIABLES.items():
    asks(f"env-{variable}".lower().replace("_", "-"), f"sets {variable}", ENVIRONMENT, SCOPE, "environment", env={variable: value})
asks("env-fixed", "sets a variable that policy has set", ENVIRONMENT, SCOPE, "environment", env={"FIXED": "no"})
asks("env-pattern", "a value that its pattern does not match", ENVIRONMENT, SCOPE, "environment", env={"GREETING": "$(id)"})
asks("env-name", "a variable whose name has an equals sign", ENVIRONMENT, SCOPE, "environment", env={"GREETING=a\0LD_PRELOAD": "/tmp/evil.so"})
asks("env-own", "looks at the environment that it has from others", ENVIRONMENT, "FIXED=yes", "environment")
asks("cwd", "a folder that policy does not name", FOLDER, SCOPE, "here", cwd="/etc")
asks("cwd-up", "one above those that it names", FOLDER, SCOPE, "here", cwd=lambda trial: f"{trial.world.app}/shared/../private")
asks("cwd-link", "a link out of one that it names", FOLDER, "error io", "here", cwd=lambda trial: f"{trial.world.app}/shared/out")
asks("cwd-nul", "a folder's name cut short by a NUL", FOLDER, SCOPE, "here", cwd=lambda trial: f"{trial.world.app}/shared/a\0/..")


# ---- a program that was taken over ----
def tries(name, tried, layer, code, what, arg="x", program="tried"):
    @programs(name, tried, layer, code)
    def attack(trial):
        says(trial)
        answer = told(execute(trial.view, program, ["nothing", "x"]))
        trial.check(answer == "SUCCESS", f"the program's honest work: {answer}")
        trial.twins += 1
        return told(execute(trial.view, program, [what, str(made(arg)(trial))]))


SYS = f"signal {int(signal.SIGSYS)}"
tries("passwd", "reads /etc/passwd", ROOT, "ENOENT", "read", "/etc/passwd")
tries("log-read", "reads the audit log", ROOT, "ENOENT", "read", log_file)
tries("log-write", "writes to the audit log", ROOT, "ENOENT", "write", log_file)
tries("root-write", "makes a file in the folder that it runs in", READ_ONLY, "EROFS", "write", app("new"))
tries("other-read", "reads what another program may read", LANDLOCK, "EACCES", "read", lambda trial: f"{trial.world.home}/beside/secret.txt")
tries("other-write", "writes where another program may write", LANDLOCK, "EACCES", "write", app("own/new"))
tries("tcp", "connects to a port of this machine, as another program may", SECCOMP, "EPERM", "tcp", lambda trial: listener(trial)[1])
tries("kill-broker", "signals the broker", PID, "ESRCH", "kill", pid_of("broker"))
tries("kill-host", "signals the host", PID, "ESRCH", "kill", lambda trial: os.getpid())
tries("ptrace", "traces another process", SECCOMP, "EPERM", "ptrace", pid_of("broker"))
tries("peek", "reads the broker's memory", SECCOMP, "EPERM", "peek", pid_of("broker"))
tries("fork", "forks, without `children`", SECCOMP, "EPERM", "fork")
tries("exec", "becomes sh", LANDLOCK, "EACCES", "shell")
tries("start", "starts a program that is not listed", LANDLOCK, "EACCES", "spawn", "/usr/bin/id", "forker")
tries("userns", "makes a user namespace", SECCOMP, SYS, "userns")
tries("mount", "mounts", SECCOMP, "EPERM", "mount")
tries("keyring", "asks for the kernel's keyring", SECCOMP, "ENOSYS", "keyring")
tries("io-uring", "makes a ring for calls that no filter sees", SECCOMP, "ENOSYS", "io_uring")
tries("i386", "calls the kernel by its 32-bit numbers", SECCOMP, SYS, "i386")
tries("terminal", "types into the terminal of whoever started the app", SECCOMP, "EPERM", "tiocsti")
tries("memory", "takes more memory than it may", "RLIMIT_DATA", "ENOMEM", "memory", "256")
tries("bomb", "forks without end", "RLIMIT_NPROC in a namespace of its own", "EAGAIN", "fork-bomb", "x", "forker")


def becomes(trial, wanted):
    """Whether that comes true while others go on."""
    end = time.monotonic() + SECONDS
    while not wanted():
        if time.monotonic() > end:
            return False
        trial.honest(trial.bystander)
    return True


def gone(trial, name):
    if becomes(trial, lambda: not processes_called(name)):
        return "gone"
    for pid in processes_called(name):
        os.kill(pid, signal.SIGKILL)
    return "alive"


@programs("orphan", "leaves a process behind, in a session of its own", PID, "gone")
def orphan(trial):
    says(trial)
    name = f"tb{trial.host.pid}"
    made_it = told(execute(trial.view, "forker", ["orphan", name]))
    trial.check(made_it == "SUCCESS", f"it could not be made: {made_it}")
    return gone(trial, name)


# ---- programs of others ----
def spawn(view, program, *args):
    """What `spawn` returns at once: the program's number in this session."""
    handle, data = view.call_frame(SPAWN, {"program": program, "args": list(args), "options": {}, "onEvent": "__CHANNEL__:1"})
    view.link.send(data)
    _, message, _ = view.heard(handle)
    return message["value"]


def ancestors(pid):
    found = []
    while pid > 1:
        try:
            text = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            break
        pid = int(text[text.rindex(")") + 2:].split()[1])
        found.append(pid)
    return found


def mine(trial, name):
    """The processes of that name that this tree has started."""
    return [pid for pid in processes_called(name) if trial.host.pid in ancestors(pid)]


def runs(trial, name, *args):
    """Starts a program, and waits until it is there; its number for the page."""
    number = spawn(trial.view, name, *args)
    trial.check(becomes(trial, lambda: mine(trial, name)), f"{name} does not run")
    return number


@programs("kill-of-other", "ends a program of another view", "shell plugin: numbers hold in their session", "answer None, and it lives")
def kill_of_other(trial):
    """As Tauri's, it answers nil of a number that nobody has."""
    says(trial)
    number = runs(trial, "cat")
    code = code_of(View(trial.host, "other").begin().do(KILL, {"pid": number, "cmd": "killChild"}))
    says(trial)
    return code + (", and it lives" if mine(trial, "cat") else ", and it has ended")


@programs("reload", "goes on when its page has gone", "a session's end ends its programs", "gone")
def reload(trial):
    says(trial)
    runs(trial, "sleep", "600")
    View(trial.host, "main", document=2).begin()
    return "gone" if becomes(trial, lambda: not mine(trial, "sleep")) else "alive"
