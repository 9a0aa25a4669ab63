"""A session bus of the app's user, with a file manager on it."""

import contextlib
import subprocess

import tree

MANAGER = tree.ROOT.parent / "tests/webkit/opener/manager"
SECONDS = 60
# It starts nothing by itself, unlike the system's own.
CONFIG = """<busconfig><type>session</type><listen>unix:path={path}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def as_user(app, *words):
    """What app.command says of the installed program, of another one."""
    command = app.command()
    return [*command[:-1], *map(str, words)]


@contextlib.contextmanager
def started(app, *words):
    process = subprocess.Popen(as_user(app, *words), env=app.environment, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait(SECONDS)
        process.stdout.close()


@contextlib.contextmanager
def bus(app):
    """app.environment has its address."""
    config = app.folder / "bus.conf"
    config.write_text(CONFIG.format(path=app.home / "run/bus"))
    with started(app, "/usr/bin/dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address") as daemon:
        app.environment["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().strip()
        yield


@contextlib.contextmanager
def file_manager(app, *words):
    """On that bus; a function that reads the next line of what it is to show."""
    program = app.installed / "bin/manager"
    if not program.exists():
        program.write_bytes(MANAGER.read_bytes())
        program.chmod(0o755)
    with started(app, program, *words) as manager:
        assert manager.stdout.readline() == "ready\n"
        yield lambda: manager.stdout.readline().rstrip("\n")
