"""The folder of a plugin's own, attacked by other plugins, by what somebody planted, and by that plugin from inside."""

from apps import KEEPER, LIST, READ, ROAMER, WRITE
from bench import row
from rows_plugin import code_of, works

COVERED = "mount namespace: covered for all plugins"


def states(trial):
    return trial.world.home / "state/trollbridge"


def own(trial):
    return states(trial) / "com.example.hostile/plugins/keeper"


def keep(trial):
    """The twin: the plugin keeps something there, and has it."""
    works(trial, KEEPER)
    for what in ("write", "read"):
        answer = trial.view.do(KEEPER, {"what": what, "arg": str(own(trial) / "kept")})
        trial.check(answer == "SUCCESS", f"the plugin cannot {what} in its own folder: {answer}")
        trial.twins += 1


def roams(what, path_of):
    """A plugin that has the home folder, in which all of it lies."""
    def attack(trial):
        keep(trial)
        answer = trial.view.do(ROAMER, {"what": "write", "arg": str(trial.world.home / "mine")})
        trial.check(answer == "SUCCESS", f"the same in scope: {answer}")
        trial.twins += 1
        return code_of(trial.view.do(ROAMER, {"what": what, "arg": str(path_of(trial))})).removeprefix("answer ")
    return attack


def state(name, tried, layer, code, attack, **more):
    row(f"state-{name}", tried, layer, code, "done", log_code="", **more)(attack)


state("read", "reads what another plugin keeps, with the home folder as its own", COVERED, "ENOENT",
      roams("read", lambda trial: own(trial) / "kept"))
state("write", "writes what another plugin keeps", COVERED, "ENOENT", roams("write", lambda trial: own(trial) / "kept"))
state("new", "makes a folder's file among what apps keep", COVERED, "EROFS", roams("write", lambda trial: states(trial) / "new"))
state("log", "writes to the audit log, with the home folder as its own", COVERED, "ENOENT", roams("write", lambda trial: trial.world.log_path))


def from_inside(what, path_of):
    """The plugin itself, on what lies beside its folder."""
    def attack(trial):
        keep(trial)
        return code_of(trial.view.do(KEEPER, {"what": what, "arg": str(path_of(trial))})).removeprefix("answer ")
    return attack


state("app-log", "reads the audit log, beside its own folder", COVERED, "ENOENT", from_inside("read", lambda trial: trial.world.log_path))
state("app-answers", "writes what people have answered", COVERED, "EROFS", from_inside("write", lambda trial: own(trial).parents[1] / "answers"))
state("app-other", "makes the folder of another plugin", COVERED, "EROFS", from_inside("write", lambda trial: own(trial).parent / "other"))


def does(command, path_of, raw=None):
    """fs, which may have the home folder; the same in it comes first."""
    def attack(trial):
        keep(trial)
        mine = trial.world.home / "mine"
        mine.mkdir()
        (mine / "kept").write_text("mine")
        answer = trial.view.do(command, {"path": str(path_of(mine))}, raw)
        trial.check(not isinstance(answer, dict), f"the same in scope: {answer}")
        trial.twins += 1
        answer = trial.view.do(command, {"path": str(path_of(own(trial)))}, raw)
        return f"error {answer['error']['code']}" if isinstance(answer, dict) else "done"
    return attack


def fs(name, tried, code, *how):
    row(f"state-fs{name}", tried, "covered, and denied by fs", code, "done", log_code=code.removeprefix("error "), app={"home": True})(does(*how))


fs("", "fs, with $HOME/**, reads what a plugin keeps", "error scope", READ, lambda folder: folder / "kept")
fs("-write", "fs, with $HOME/**, writes what a plugin keeps", "error scope", WRITE, lambda folder: folder / "kept", b"text")
fs("-list", "fs, with $HOME/**, lists what a plugin keeps", "error scope", LIST, lambda folder: folder)


def planted(plant, says):
    """What was there before the plugin's first start."""
    def attack(trial):
        own(trial).parent.mkdir(mode=0o700, parents=True)
        plant(trial)
        code = code_of(trial.view.do(KEEPER, {"what": "write", "arg": str(own(trial) / "kept")}))
        told = (trial.world.home / "stderr").read_text()
        trial.check(says in told, f"nobody was told why: {told}")
        trial.check(not list((trial.world.app / "own").iterdir()), "it was written elsewhere")
        return code
    return attack


def plant_link(trial):
    own(trial).symlink_to(trial.world.app / "own")


def plant_open_folder(trial):
    own(trial).mkdir()
    own(trial).chmod(0o777)


for name, tried, plant, says in [
        ("link", "a symbolic link in the place of the plugin's folder", plant_link, "is a link or a file, and not a folder"),
        ("open", "a folder that everybody may write in its place", plant_open_folder, "can be written by others")]:
    row(f"state-planted-{name}", tried, "launcher: looks at each folder that leads there", "error plugin_crashed", "plugin", "ended",
        log_code="plugin_crashed")(planted(plant, says))
