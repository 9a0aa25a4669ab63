"""What a person picks: by a host that passes on what it must not, and by a plugin that wants more than was picked."""

import os

import wire
from apps import HELLO, PICKY, SECRET
from bench import row
from rows_host import FORMAT, control
from rows_plugin import code_of, works
from world import View

MADE_OF = "mounted anew, and compared with the descriptor"
COVERED = "covered in what is mounted"
ALONE = "a place of its own, in this session's plugin alone"


def frame(path="/home/ann", **other):
    message = {"id": 1, "view": "main", "document": 1, "path": path, "folder": False, "recursive": False, "writable": False}
    return wire.frame(wire.PICK, wire.pack({**message, **other}))


control("pick-no-fd", "PICK without a descriptor", lambda trial: frame(), FORMAT)
control("pick-two-fds", "PICK with two descriptors", lambda trial: frame(), "more than one descriptor with a control message", 2)
control("pick-root-path", "a pick that is to be called /", lambda trial: frame("/", folder=True), FORMAT, 1)
control("pick-dots", "a pick whose path leads upwards", lambda trial: frame("/home/ann/../bob"), FORMAT, 1)
control("pick-long", "a path of 4,097 bytes", lambda trial: frame("/" + "a" * 4096), FORMAT, 1)
control("pick-nul", "a path with a NUL in it", lambda trial: frame("/home/\0"), FORMAT, 1)
control("pick-below-file", "a file with all that is below it", lambda trial: frame(recursive=True), FORMAT, 1)
control("pick-key", "PICK with an unknown key", lambda trial: frame(plugin="fs"), FORMAT, 1)


def pick(trial, path, called=None, **how):
    """What PICKED says: `given`, or the code."""
    fd = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    trial.host.control.send(frame(str(called or path), **how), [fd])
    os.close(fd)
    while True:
        kind, _, body = trial.host.control.receive()
        if kind == wire.PICKED:
            return wire.unpack(body).get("code", "given")


def elsewhere(trial):
    """A folder that no scope has, with two texts."""
    folder = trial.world.home / "elsewhere"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(HELLO)
    (folder / "deep/b.txt").write_text(SECRET)
    return folder


def tries(trial, what, path, view=None):
    return code_of((view or trial.view).do(PICKY, {"what": what, "arg": str(path)})).removeprefix("answer ")


def twin(trial):
    """What is picked honestly is there."""
    works(trial, PICKY)
    trial.check(tries(trial, "read", "/.picked/1/a.txt") != "SUCCESS", "it is there before it was picked")
    answer = pick(trial, elsewhere(trial), folder=True, recursive=True)
    trial.check(answer == "given", f"an honest pick: {answer}")
    trial.check(tries(trial, "read", "/.picked/1/a.txt") == "SUCCESS", "what was picked cannot be read")
    trial.twins += 1


def refused(name, tried, layer, code, path_of, **how):
    """A host picks what nobody may have."""
    def attack(trial):
        twin(trial)
        return pick(trial, path_of(trial), **how)
    row(f"pick-{name}", tried, layer, code, "pick", log_code=code)(attack)


def fifo(trial):
    os.mkfifo(trial.world.home / "fifo")
    return trial.world.home / "fifo"


def link(trial):
    (trial.world.home / "link").symlink_to(trial.world.log_path)
    return trial.world.home / "link"


def states(trial):
    return trial.world.home / "state/trollbridge"


refused("root", "the root folder is picked, under another name", MADE_OF, "denied", lambda trial: "/", called="/home", folder=True)
refused("policy", "the policy is picked, to write", COVERED, "denied", lambda trial: trial.world.app / "trollbridge.toml", writable=True)
refused("log", "the audit log is picked", COVERED, "denied", lambda trial: trial.world.log_path)
refused("states", "the folder in which all apps keep what is theirs is picked", COVERED, "denied", states, folder=True, recursive=True)
refused("process", "a file of a process is picked", COVERED, "denied", lambda trial: f"/proc/{os.getpid()}/maps")
refused("fifo", "a FIFO is picked", MADE_OF, "invalid_args", fifo)
refused("link", "a link is picked", MADE_OF, "invalid_args", link)
refused("device", "a device is picked", MADE_OF, "invalid_args", lambda trial: "/dev/null", writable=True)
refused("document", "a pick for a document that is gone", "the document's number", "session_closed",
        lambda trial: trial.world.home / "elsewhere", folder=True, document=9)


def wants(name, tried, layer, code, what, path_of, **how):
    """The plugin wants more of what was picked."""
    def attack(trial):
        twin(trial)
        answer = pick(trial, trial.world.home, folder=True, recursive=True, **how)
        trial.check(answer == "given", f"the home folder: {answer}")
        trial.check(tries(trial, "read", "/.picked/2/elsewhere/a.txt") == "SUCCESS", "what was picked cannot be read")
        return tries(trial, what, path_of(trial))
    row(f"pick-{name}", tried, layer, code, "pick", log_code="")(attack)


def within(trial, path):
    return f"/.picked/2/{path.relative_to(trial.world.home)}"


def leads_out(trial):
    (trial.world.home / "elsewhere/out").symlink_to(trial.world.app / "data/private/secret.txt")
    return "/.picked/2/elsewhere/out"


wants("write", "writes to what was picked to be read", "read-only mount", "EROFS", "write", lambda trial: "/.picked/2/elsewhere/a.txt")
wants("upwards", "goes upwards from what was picked", ALONE, "ENOENT", "read", lambda trial: f"/.picked/2/../..{trial.world.home}/elsewhere/a.txt")
wants("link-out", "follows a link in what was picked", ALONE, "ENOENT", "read", leads_out)
wants("log-inside", "reads the log in a home folder that was picked", COVERED, "ENOENT", "read",
      lambda trial: within(trial, trial.world.log_path))
wants("states-inside", "writes among what apps keep in a home folder that was picked", COVERED, "EROFS", "write",
      lambda trial: within(trial, states(trial) / "new"), writable=True)
wants("place", "writes to the place of a pick that is none yet", ALONE, "EACCES", "write", lambda trial: "/.picked/f9")


@row("pick-other-view", "the same plugin of another view wants what was picked for this one", ALONE, "EACCES", "pick", log_code="")
def other_view(trial):
    twin(trial)
    works(trial, PICKY)
    return tries(trial, "read", "/.picked/1/a.txt", trial.bystander)


@row("pick-next-document", "the next document's plugin wants what was picked for the one before", ALONE, "EACCES", "pick", log_code="")
def next_document(trial):
    twin(trial)
    view = View(trial.host, "main", document=2).begin()
    return tries(trial, "read", "/.picked/1/a.txt", view)
