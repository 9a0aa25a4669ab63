"""What the other tests here stand on: the display, the environment, the servers of other origins."""

import errno
import os
import socket
import subprocess
import urllib.request

import apps


def geometry(environment):
    return subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True, text=True, check=False,
                          env={"PATH": os.environ["PATH"], **environment})


def test_the_display_takes_whoever_has_the_cookie(display):
    assert geometry(display.environment).stdout == "1280 1024\n"


def test_and_nobody_else(display):
    assert geometry(display.environment | {"XAUTHORITY": "/dev/null"}).returncode != 0


def test_the_display_listens_on_no_port(display):
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", 6000 + display.number)) == errno.ECONNREFUSED


def test_an_app_sees_nothing_of_who_runs_the_tests(make_app, display):
    environment = make_app().environment
    assert "DBUS_SESSION_BUS_ADDRESS" not in environment
    assert environment["HOME"] != os.environ["HOME"]
    assert environment["DISPLAY"] == f":{display.number}"


def test_an_app_is_run_by_an_ordinary_user(make_app, ordinary):
    app = make_app()
    assert ordinary.pw_uid != 0
    code, _, errors = app.run("policy", "check", app.path)
    assert (code, errors) == (0, "")
    assert apps.ID in (app.path / "trollbridge.toml").read_text()


def test_another_origin_serves_what_it_was_given(elsewhere):
    server = elsewhere({"/": "a page", "/away": (302, {"location": "/"}, "")})
    with urllib.request.urlopen(server.origin + "/away") as answer:
        assert answer.read() == b"a page"
    assert server.asked == ["/away", "/"]
