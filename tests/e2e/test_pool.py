"""Large bodies between page and plugin, whole trees, spoken by hand (tests/hostile/world.py) to a plugin that is spoken by
hand too (mirror.py)."""

import os
import pathlib
import re
import shutil
import sys
import threading

import pytest

import tree

sys.path.insert(0, str(tree.TOP / "tests/hostile"))
import wire  # noqa: E402
import world  # noqa: E402

MIB = 1024 * 1024
MIRROR, OTHER = "plugin:mirror|give", "plugin:other|give"
LARGEST = wire.FRAME_MAX - 256
POOLED_FROM = 16384
MANIFEST = '[app]\nid = "com.example.mirror"\n[limits."*"]\ndeadline_ms = 60000\n'
PLUGIN = 'name = "{0}"\nprogram = "mirror.py"\ncommands = ["give"]\n[sandbox]\nread = ["$RESOURCE/{0}"]\n'
PERMISSION = '[[permission]]\nidentifier = "allow-give"\ncommands.allow = ["give"]\n'


def add(app, name):
    here = pathlib.Path(__file__).parent
    (app / name / "permissions").mkdir(parents=True)
    for program in ("mirror.py", "msgpack_lite.py"):
        shutil.copy(here / program, app / name / program)
    (app / name / "mirror.py").chmod(0o755)
    (app / name / "plugin.toml").write_text(PLUGIN.format(name))
    (app / name / "permissions/all.toml").write_text(PERMISSION)
    with open(app / "trollbridge.toml", "a") as manifest:
        manifest.write(f'[plugins.{name}]\nprogram = "{name}/mirror.py"\npermissions = "{name}"\n')


@pytest.fixture
def host(installed, tmp_path):
    app, home = tmp_path / "app", tmp_path / "home"
    (app / "capabilities").mkdir(parents=True)
    home.mkdir()
    (app / "trollbridge.toml").write_text(MANIFEST)
    (app / "capabilities/main.json").write_text(
        '{"identifier": "main", "windows": ["*"], "permissions": ["mirror:allow-give", "other:allow-give"]}')
    add(app, "mirror")
    add(app, "other")
    host = world.Host(installed, app, str(home))
    yield host
    host.close()


@pytest.fixture(params=["direct", "relay"])
def view(host, request):
    return world.View(host, relay=request.param == "relay").begin()


def prepare(view, how, body, command=MIRROR):
    """(handle, frame) of a call; over a direct link with its body in clear."""
    if view.relay:
        return view.call_frame(command, {"how": how}, body)
    text = wire.pack({"args": {"how": how}, "bytes": len(body)})
    return view.call_frame(command, {}, text=text, raw_clear=body)


def ask(view, how, body, command=MIRROR):
    """The handle of a call that is under way."""
    handle, data = prepare(view, how, body, command)
    view.link.send(data)
    return handle


def give(view, how, body, command=MIRROR):
    message, content = view.await_reply(ask(view, how, body, command), 30)
    assert "error" not in message, message
    return content if "bytes" in message else message["value"]


@pytest.mark.parametrize("n", [0, 1, POOLED_FROM - 1, POOLED_FROM, 65535, 65536, 65537, LARGEST])
@pytest.mark.parametrize("how", ["pool", "plain"])
def test_a_body_comes_back_byte_for_byte(view, how, n):
    for _ in range(3):  # the first is there before the plugin's memory is
        body = os.urandom(n)
        assert give(view, how, body) == body


def test_bodies_from_16_KiB_on_go_through_the_pool(view):
    give(view, "tell", b"")
    assert give(view, "tell", bytes(POOLED_FROM - 1)) is False
    assert give(view, "tell", bytes(POOLED_FROM)) is True
    assert give(view, "tell", bytes(LARGEST)) is True


def give_together(view, bodies):
    """What comes back of calls that are under way at the same time: it is read while they are sent."""
    calls = [prepare(view, "pool" if i % 3 else "plain", body) for i, body in enumerate(bodies)]
    sender = threading.Thread(target=lambda: view.link.send(b"".join(data for _, data in calls)))
    sender.start()
    replies = [view.await_reply(handle, 30)[1] for handle, _ in calls]
    sender.join()
    return replies


def test_many_at_a_time_are_not_mixed_up(view):
    for _ in range(4):
        bodies = [os.urandom(20_000 + 7919 * i) for i in range(40)]
        assert give_together(view, bodies) == bodies


def peak_kib(pid):
    return int(re.search(r"VmHWM:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def test_256_MiB_there_and_back_and_no_process_grows_large(host):
    if tree.SANITIZED:
        return  # whose own memory is many times that
    view = world.View(host).begin()
    bodies = [os.urandom(MIB) for _ in range(8)]
    for _ in range(32):
        assert give_together(view, bodies) == bodies
    peaks = {name: peak_kib(pid) for name, pid in host.children().items()}
    assert len(peaks) == 3, peaks  # broker, scribe, plugin
    assert max(peaks.values()) < 64 * 1024, peaks


def test_a_plugin_that_hangs_with_many_bodies_is_in_nobody_elses_way(host):
    view = world.View(host).begin()
    give(view, "tell", b"", OTHER)
    held = [ask(view, "hang", bytes(LARGEST)) for _ in range(64)]  # more than its pool has room for
    body = os.urandom(300_000)
    for _ in range(10):
        assert give(view, "pool", body, OTHER) == body
    assert not set(held) & set(view.replies)


def test_nothing_is_left_of_a_pool_when_its_plugin_is_gone(host):
    def shared():
        maps = pathlib.Path(f"/proc/{host.children()['broker']}/maps").read_text()
        return maps.count("memfd:trollbridge-pool")

    view = world.View(host).begin()
    assert shared() == 0
    give(view, "tell", b"")
    assert shared() == 1
    [plugin] = [pid for name, pid in host.children().items() if name not in ("broker", "scribe")]
    tree.kill(plugin)
    tree.until(lambda: shared() == 0, "the broker lets go of the pool")
    body = os.urandom(LARGEST)
    tree.until(lambda: "error" not in view.await_reply(ask(view, "tell", body))[0], "the plugin runs again")
    assert give(view, "pool", body) == body
    assert shared() == 1
    view.close()
    tree.until(lambda: shared() == 0, "the broker lets go of the pool")
