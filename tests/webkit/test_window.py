"""Tauri's window, webview and app commands, called by a page and seen from outside; and a window's events in its page."""

import json
import subprocess

import pytest

import apps
import tree
from test_run import started, visible, window

ALL = ["core:window:default", "core:webview:default", "core:app:default", "core:event:default",
       *(f"core:window:allow-{name}" for name in (
           "set-title set-size set-min-size set-max-size set-fullscreen set-resizable set-always-on-top set-focus maximize unmaximize "
           "toggle-maximize minimize unminimize show hide close destroy center").split())]
WINDOWS = 'version = "1.2.3"\n[[window]]\nlabel = "main"\ntitle = "First"\nwidth = 500\nheight = 400\n[[window]]\nlabel = "other"\ntitle = "Second"\n'
CALL = """
const call = (name, args) => trollbridge.invoke(`plugin:window|${name}`, args);
const failed = (promise) => promise.then(() => "done", (error) => error.code);
const until = async (condition) => { while (!(await condition())) await new Promise(requestAnimationFrame) };
"""


@pytest.fixture
def page(make_app, run_app):
    """page(script): what it returned, in a view that may all; the app is page.app."""
    def run(script):
        return run_app(run.app, CALL + script)
    run.app = make_app(manifest=WINDOWS, capabilities=[apps.capability(ALL)])
    return run


def test_what_a_window_is(page):
    got = page("""const out = {};
      for (const name of ["title", "inner_size", "outer_size", "scale_factor", "is_fullscreen", "is_maximized", "is_minimized",
                          "is_visible", "is_resizable", "is_decorated", "is_closable", "is_always_on_top", "theme"])
        out[name] = await call(name, {label: "main"});
      out.get_all_windows = (await call("get_all_windows")).sort();
      return out;""")
    size = {"width": 500, "height": 400}
    assert got == {"title": "First", "inner_size": size, "outer_size": size, "scale_factor": 1, "is_fullscreen": False,
                   "is_maximized": False, "is_minimized": False, "is_visible": True, "is_resizable": True, "is_decorated": True,
                   "is_closable": True, "is_always_on_top": False, "theme": "light", "get_all_windows": ["main", "other"]}


def test_what_an_app_is(page):
    assert page("""const out = [];
      for (const name of ["name", "version", "identifier", "tauri_version"]) out.push(await trollbridge.invoke(`plugin:app|${name}`));
      return out;""") == ["Page", "1.2.3", apps.ID, "2.12.5"]


def test_sizes_of_either_kind(page):
    assert page("""
      const sizes = [];
      for (const value of [{Logical: {width: 300, height: 200}}, {Physical: {width: 320, height: 210.4}}]) {
        await call("set_size", {label: "main", value});
        const wanted = Object.values(value)[0];
        await until(async () => innerWidth === wanted.width);
        sizes.push(await call("inner_size"));
      }
      return sizes;""") == [{"width": 300, "height": 200}, {"width": 320, "height": 210}]


def test_limits_of_sizes(page):
    assert page("""
      await call("set_min_size", {value: {Logical: {width: 400, height: 300}}});
      await call("set_max_size", {value: {Logical: {width: 600, height: 500}}});
      await call("set_size", {value: {Logical: {width: 100, height: 100}}});
      await until(() => innerWidth === 400);
      await call("set_size", {value: {Logical: {width: 2000, height: 2000}}});
      await until(() => innerWidth === 600);
      await call("set_max_size", {value: null});
      await call("set_size", {value: {Logical: {width: 700, height: 600}}});
      await until(() => innerWidth === 700);
      return [innerWidth, innerHeight];""") == [700, 600]


WRONG = ["{value: 1}", "{}", "{value: {}}", "{value: {Logical: {width: 0, height: 1}}}", "{value: {Logical: {width: 1, height: 1e9}}}",
         "{value: {Logical: {width: NaN, height: 1}}}", "{value: {Physical: {width: '1', height: 1}}}", "{value: {Logical: {width: 1}}}",
         "{label: 3, value: {Logical: {width: 300, height: 300}}}"]


def test_sizes_that_are_none(page):
    script = f"return Promise.all([{', '.join(f'failed(call(`set_size`, {wrong}))' for wrong in WRONG)}])"
    assert page(script) == ["invalid_args"] * len(WRONG)


def test_a_title_is_one_line(page):
    assert page("""
      const out = [await failed(call("set_title", {value: "a\\nb"})), await failed(call("set_title", {value: "x".repeat(257)})),
                   await failed(call("set_title", {value: 7}))];
      for (const turned of ["\\u0085", "\\u2028", "\\u202e", "\\u2066"])
        out.push(await failed(call("set_title", {value: `Other${turned}program`})));
      await call("set_title", {label: "main", value: "N\\u00e4me"});
      return [...out, await call("title"), document.title];""") == ["invalid_args"] * 7 + ["N\u00e4me", "Page"]


def test_another_window_is_not_for_this_page(page):
    assert page("""return Promise.all(["title", "close", "set_title", "hide"].map(
      (name) => failed(call(name, {label: "other", value: "taken"}))))""") == ["denied"] * 4


def test_what_is_not_granted_is_not_there(make_app, run_app):
    app = make_app(capabilities=[apps.capability(["core:window:default"])])
    # The last one goes the same way behind it: once it is answered, the broker has heard of what was missed.
    script = "return [await failed(call('title')), await failed(call('set_title', {value: 'a'})), await failed(call('title'))]"
    assert run_app(app, CALL + script) == ["done", "not_granted", "done"]
    assert any(record["event"] == "violation" or "set_title" in json.dumps(record) for record in app.records())


def test_what_tauri_has_and_this_host_has_not(make_app, run_app):
    app = make_app(capabilities=[apps.capability(["core:window:allow-set-cursor-grab"])])
    assert run_app(app, CALL + "return failed(call('set_cursor_grab', {value: true}))") == "unimplemented"


def test_a_fixed_window_keeps_its_size_and_can_be_given_another(page):
    assert page("""
      await call("set_resizable", {value: false});
      const fixed = await call("is_resizable");
      await call("set_size", {value: {Logical: {width: 350, height: 250}}});
      await until(() => innerWidth === 350);
      return [fixed, innerWidth, innerHeight];""") == [False, 350, 250]


def test_a_window_that_the_manifest_fixes(make_app, run_app):
    app = make_app(manifest='[[window]]\nlabel = "main"\nwidth = 500\nheight = 400\nresizable = false\n',
                   capabilities=[apps.capability(ALL)])
    assert run_app(app, CALL + """
      const before = [innerWidth, innerHeight, await call("is_resizable")];
      await call("set_size", {value: {Logical: {width: 300, height: 200}}});
      await until(() => innerWidth === 300);
      const after = await call("is_resizable");
      await call("set_resizable", {value: true});
      return [...before, after, await call("is_resizable")];""") == [500, 400, False, False, True]


def test_devtools_only_where_they_are_on(page):
    assert page("return failed(trollbridge.invoke('plugin:webview|internal_toggle_devtools'))") == "denied"


ACT = """
document.addEventListener("click", async () => {
  await trollbridge.invoke("plugin:window|COMMAND", {label: "main"});
});
"""


def clicked(make_app, command):
    """An app whose first window makes the call when it is clicked at."""
    files = {"dist/index.html": "<!doctype html><script src=act.js></script>", "dist/act.js": ACT.replace("COMMAND", command)}
    return make_app(manifest=WINDOWS, capabilities=[apps.capability(ALL)], files=files)


def click_until(app, found, condition, what):
    def tried():
        # Each time: the other window may have come above this one meanwhile.
        subprocess.run(["xdotool", "windowraise", found, "mousemove", "--window", found, "30", "30", "click", "1"],
                       env=app.environment, check=False)
        return condition()

    tree.until(tried, what)


@pytest.mark.parametrize("command", ["hide", "close", "destroy"])
def test_the_window_goes(make_app, command):
    app = clicked(make_app, command)
    with tree.leaves_nothing(), started(app) as process:
        click_until(app, window(app, "First"), lambda: not visible(app, "First"), f"the window is gone by {command}")
        assert visible(app, "Second") and process.poll() is None


def test_a_title_is_seen_outside(make_app, run_app):
    app = make_app(manifest=WINDOWS, capabilities=[apps.capability(ALL)],
                   files={"dist/index.html": "<!doctype html><script src=act.js></script>",
                          "dist/act.js": "trollbridge.invoke('plugin:window|set_title', {value: 'Renamed'})"})
    with started(app):
        tree.until(lambda: len(visible(app, "Renamed")) == 2, "each window has the title that its page gave it")


def test_the_page_hears_of_its_window(make_app):
    """resize, move and focus, in the page whose window it is and in no other."""
    script = """
      const heard = {};
      for (const name of ["resize", "move", "focus", "blur"])
        await trollbridge.listen(`tauri://${name}`, (event) => { heard[name] = event.payload });
      await trollbridge.invoke("plugin:window|set_title", {value: "Listening"});
      while (!("resize" in heard && "move" in heard)) await new Promise((done) => setTimeout(done, 20));
      return heard;"""
    app = make_app(manifest=WINDOWS, capabilities=[apps.capability(ALL)])
    (app.folder / "eval.js").write_text(script)
    with tree.leaves_nothing(), started(app, "--eval", app.folder / "eval.js") as process:
        found = window(app, "Listening")
        subprocess.run(["xdotool", "windowsize", found, "333", "222"], env=app.environment, check=True)
        subprocess.run(["xdotool", "windowmove", found, "44", "55"], env=app.environment, check=True)
        heard = json.loads(process.stdout.read())
        assert heard["resize"] == {"width": 333, "height": 222}
        assert heard["move"] == {"x": 44, "y": 55}
        assert process.wait(apps.SECONDS) == 0
