"""The sandbox's own tests again, as root and as an ordinary user, on a machine that lets users have
namespaces and on one that does not."""

import ctypes
import json
import os
import pathlib
import pwd
import shutil
import subprocess

import pytest

BUILD = pathlib.Path(os.environ.get("TB_BUILD", pathlib.Path(__file__).parents[2] / "build"))
PROGRAMS = {
    "try_syscall": BUILD / "tests/sandbox/try_syscall",
    "test_enter": BUILD / "tests/sandbox/test_enter",
    "test_confine": BUILD / "tests/sandbox/test_confine",
    "test_spawn": BUILD / "tests/unit/test_sandbox_spawn",
    "confine": BUILD / "confine/confine",
    "probe_plugin": BUILD / "tests/sandbox/probe_plugin",
    "trollbridge": BUILD / "cli/trollbridge",
}
SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "sandbox"
PROGRAMS |= {name: SCRIPTS / name for name in ("plugin.py", "plugin.js")}
USER = "tb-test-user"
NO_USERNS = ["unshare", "-U", "-r", "sh", "-c",
             'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Copies that any user can run: a checkout may lie in a folder that is closed to others."""
    folder = pathlib.Path("/tmp") / f"tb-levels-{os.getpid()}"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    for name, path in PROGRAMS.items():
        shutil.copy(path, folder / name)
        (folder / name).chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ordinary():
    """An ordinary user: a new one if this is root, else whoever runs the tests."""
    if os.getuid() != 0:
        yield pwd.getpwuid(os.getuid())
        return
    subprocess.run(["userdel", "-r", USER], stderr=subprocess.DEVNULL, check=False)
    subprocess.run(["useradd", "-m", USER], check=True)
    yield pwd.getpwnam(USER)
    subprocess.run(["userdel", "-r", USER], stderr=subprocess.DEVNULL, check=True)


@pytest.fixture(params=["as-it-is", "ordinary"])
def who(request, ordinary):
    if request.param == "as-it-is" or os.getuid() != 0:
        return [], pwd.getpwuid(os.getuid()).pw_dir
    return (["setpriv", "--reuid", str(ordinary.pw_uid), "--regid", str(ordinary.pw_gid),
             "--clear-groups"], ordinary.pw_dir)


@pytest.fixture(params=["full", "no-userns"])
def level(request):
    return request.param


def run(who, level, *command, **options):
    prefix, home = who
    if level == "no-userns":
        prefix = prefix + NO_USERNS
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home}
    return subprocess.run([*prefix, *map(str, command)], env=environment, cwd="/", text=True,
                          capture_output=True, timeout=200, check=False, **options)


def passed(result):
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 failed" in result.stdout


def test_every_system_call(programs, who, level):
    passed(run(who, level, programs / "try_syscall"))


def test_entering(programs, who, level):
    passed(run(who, level, programs / "test_enter"))


def test_spawning(programs, who, level):
    passed(run(who, level, programs / "test_spawn"))


def test_launcher(programs, who, level):
    passed(run(who, level, programs / "test_confine", programs / "confine",
               programs / "probe_plugin", programs / "plugin.py", programs / "plugin.js"))


def test_doctor_names_the_level(programs, who, level):
    result = run(who, level, programs / "trollbridge", "doctor", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    states = {layer["name"]: layer["state"] for layer in report["layers"]}
    expected = "held" if level == "full" else "missing"
    assert report["level"] == level
    assert {states[name] for name in ("userns", "mount", "pid", "net", "ipc")} == {expected}
    assert states["seccomp"] == states["landlock"] == "held"
    assert 1 <= len(report["roles"]["broker"]["syscalls"]) <= 16
    for role in report["roles"].values():
        assert {"name": "seccomp", "state": "held"}.items() <= role["layers"][0].items()


def test_doctor_fails_for_a_required_layer(programs, who, level):
    result = run(who, level, programs / "trollbridge", "doctor", "--require", "seccomp,pid")
    assert result.returncode == (0 if level == "full" else 4)
    assert ("sandbox: cannot be had here: pid" in result.stderr) == (level != "full")


def without_seccomp():
    """What a kernel without seccomp answers, for this process and its children."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    add = library.seccomp_rule_add_array
    add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]

    class Compare(ctypes.Structure):
        _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64),
                    ("b", ctypes.c_uint64)]

    allow, errno_of, equal, set_seccomp = 0x7fff0000, 0x00050000, 4, 22
    context = library.seccomp_init(ctypes.c_uint32(allow))
    call = library.seccomp_syscall_resolve_name
    assert add(context, errno_of | 38, call(b"seccomp"), 0, None) == 0
    first = Compare(0, equal, set_seccomp, 0)
    assert add(context, errno_of | 22, call(b"prctl"), 1, ctypes.byref(first)) == 0
    assert library.seccomp_load(context) == 0


def test_doctor_fails_without_seccomp(programs, who):
    result = run(who, "full", programs / "trollbridge", "doctor", preexec_fn=without_seccomp)
    assert result.returncode == 4, result.stderr
    assert "sandbox: cannot be had here: seccomp" in result.stderr
