"""What `policy check` shows to people: each view with what it may do, risks first."""
import json
import re

import pytest

import test_core_plugins
from policy_apps import TOP, app, policy

NOTES = TOP / "examples" / "notes"


def check(folder, *options):
    status, out, errors = policy("check", folder, *options)
    assert (status, errors) == (0, ""), errors
    return out


def views(out):
    """Without the warnings, which are as long as they have to be."""
    return re.sub(r"\nwarnings\n(  .*\n)*", "", out)


def blocks(out):
    """From the head of each view to its lines."""
    found = {}
    for block in out.split("\n\n"):
        head, *lines = block.splitlines()
        if "): " in head:
            found[head] = lines
    return found


def heads(out):
    return [head.split(": ")[0] for head in blocks(out)]


def score(out, view):
    return int(re.search(rf"^{re.escape(view)}: .* risk (\d+) of 100$", out, flags=re.M).group(1))


def scope(*allow):
    return {"identifier": "fs:allow-read-file", "allow": list(allow)}


def test_a_whole_default_set_is_one_line(tmp_path):
    out = check(app(tmp_path / "a", [{"permissions": ["core:default"]}]))
    assert len(views(out).splitlines()) < 12
    answered = len(test_core_plugins.OWN) + sum(
        len(set(test_core_plugins.implemented(key)) & test_core_plugins.table(key)[0].keys()) for key in test_core_plugins.KEYS)
    assert re.search(rf"^    core:default  +92 commands, {92 - answered} unimplemented  capabilities/all\.json:\d+$", out, flags=re.M)
    every = check(tmp_path / "a", "--all")
    assert "      plugin:menu|text, unimplemented\n" in every and "      plugin:window|title\n" in every and len(every.splitlines()) > 100


def test_columns_hold_long_names(tmp_path):
    names = ["core:window:allow-set-badge-count", "core:webview:allow-internal-toggle-devtools", "fs:allow-stat", "core:app:allow-set-app-theme",
             "core:window:allow-set-always-on-top"]
    lines = next(iter(blocks(check(app(tmp_path / "a", [{"permissions": names}]))).values()))
    granted = lines[lines.index("  granted") + 1:][:len(names)]
    assert {line.index("  plugin:") for line in granted} == {4 + max(map(len, names))}
    risks = [re.match(r" +\d+  \S+ +", line) for line in lines[:lines.index("  granted")]]
    assert {risk.end() for risk in risks} == {max(len(risk[0].rstrip()) for risk in risks) + 2}


def test_each_label_and_glob_is_a_view(tmp_path):
    out = check(app(tmp_path / "a", [
        {"windows": ["settings", "main"], "webviews": ["panel"], "permissions": ["fs:allow-stat"]},
        {"windows": ["editor-*", "[ab]?x"], "permissions": ["fs:allow-read-dir"]},
        {"windows": ["*"], "permissions": ["core:app:allow-name"]}]))
    assert heads(out) == ["settings, main, panel (local)", "editor-*, [ab]?x (local)", "* (local)"]
    assert re.search(r"\n6 views, 3 commands, \d+ warnings, mode narrow, target linux, policy [0-9a-f]{16}\n$", out)


def test_main_is_a_view_where_a_glob_matches_it(tmp_path):
    out = check(app(tmp_path / "a", [{"windows": ["m*"], "permissions": ["fs:allow-stat"]}]))
    assert heads(out) == ["m*, main (local)"]
    out = check(app(tmp_path / "b", [{"windows": ["x*"], "permissions": ["fs:allow-stat"]}]))
    assert heads(out) == ["x* (local)"]


def test_what_stands_for_a_glob_is_no_other_view(tmp_path):
    """The label of `any` is taken: it has more than `a*` alone."""
    out = check(app(tmp_path / "a", [{"windows": ["a*"], "permissions": ["fs:allow-stat"]},
                                     {"windows": ["aany"], "permissions": ["fs:allow-read-dir"]}]))
    assert heads(out) == ["a* (local)", "aany (local)"]
    assert "a* (local): 1 command," in out and "aany (local): 2 commands," in out


def test_a_view_that_is_asked_for(tmp_path):
    folder = app(tmp_path / "a", [{"windows": ["e-*"], "permissions": ["fs:allow-stat"]}])
    assert heads(check(folder, "--view", "e-1")) == ["e-1 (local)"]
    assert "f (local): nothing is granted\n" in check(folder, "--view", "f")


def test_remote_pages_are_views_of_their_own(tmp_path):
    remote = {"permissions": ["fs:allow-stat"], "remote": {"urls": ["https://a.example.com", "https://*.example.com"]}}
    out = check(app(tmp_path / "a", [remote, {"permissions": ["fs:allow-read-dir"], "local": False,
                                              "remote": {"urls": ["https://*.example.com"]}}]))
    assert heads(out) == ["main (local)", "main (https://a.example.com, https://*.example.com)"]
    # The wider pattern covers the narrower one.
    assert "main (local): 1 command," in out
    assert "main (https://a.example.com, https://*.example.com): 2 commands," in out
    assert score(out, "main (local)") < score(out, "main (https://a.example.com, https://*.example.com)")


def test_origins_of_which_the_same_is_true_stand_together(tmp_path):
    urls = ["https://a.example.com", "https://b.example.com"]
    remote = {"permissions": ["fs:allow-stat"], "remote": {"urls": urls}}
    out = check(app(tmp_path / "a", [remote, {"permissions": ["fs:allow-read-dir"], "remote": {"urls": ["https://c.example.com"]}}]))
    assert heads(out) == ["main (local)", "main (https://a.example.com, https://b.example.com)", "main (https://c.example.com)"]


def test_nothing_is_granted(tmp_path):
    out = check(app(tmp_path / "a", []))
    assert "no capability names a view: nothing is granted\n" in out
    assert "main (local): nothing is granted\n" in check(app(tmp_path / "b", [{}]))


def test_risks_come_first_and_in_order(tmp_path):
    out = check(app(tmp_path / "a", [{"permissions": [
        "core:default", {"identifier": "fs:allow-write-file", "allow": ["$HOME/**"]}, "fs:allow-read-text-file"]}]))
    lines = next(iter(blocks(out).values()))
    points = [int(line[:5]) for line in lines[:lines.index("  granted")]]
    assert points == sorted(points, reverse=True) and points[0] == 80
    assert "writes in the whole home folder" in lines[0] and re.search(r"capabilities/all\.json:\d+$", lines[0])
    assert score(out, "main (local)") > 80


def test_scopes_are_as_the_files_have_them(tmp_path):
    folder = app(tmp_path / "a", [{"permissions": [
        {"identifier": "fs:allow-read-file", "allow": [{"path": "$APPDATA/*"}, "$APPLOCALDATA/*"], "deny": ["$APPDATA/x"]}]}])
    out = check(folder)
    assert "      allow  $APPDATA/*  $APPLOCALDATA/*\n" in out and "      deny   $APPDATA/x\n" in out


def test_text_for_people_is_not_escaped_as_json_is(tmp_path):
    """The host of an IPv6 pattern needs backslashes, and so do validators."""
    where = {"urls": [r"http://[\:\:1]:*"]}
    out = check(app(tmp_path / "a", [{"permissions": [scope(r"$HOME/a\b")], "remote": where}]))
    assert r"main (http://[\:\:1]:*): " in out and "      allow  $HOME/a\\b\n" in out


def test_two_names_of_one_folder_stay_apart(tmp_path):
    """$APPDATA and $APPLOCALDATA are the same on Linux; each view shows what its own file says."""
    out = check(app(tmp_path / "a", [
        {"windows": ["a"], "permissions": [{"identifier": "fs:allow-read-file", "allow": ["$APPDATA/*"]}]},
        {"windows": ["b"], "permissions": [{"identifier": "fs:allow-read-file", "allow": ["$APPLOCALDATA/*"]}]}]))
    first, second = list(blocks(out).values())[:2]
    assert "      allow  $APPDATA/*" in first and "      allow  $APPLOCALDATA/*" in second


def test_long_scopes_are_cut_but_for_all(tmp_path):
    entries = [f"$RESOURCE/folder-{n}/**" for n in range(40)]
    folder = app(tmp_path / "a", [{"permissions": [{"identifier": "fs:allow-read-file", "allow": entries}]}])
    assert "and 37 more\n" in check(folder)
    every = check(folder, "--all")
    assert all(entry in every for entry in entries) and "more" not in views(every)


def test_what_mode_tauri_would_make_of_it(tmp_path):
    capabilities = [
        {"windows": ["main"], "permissions": ["core:window:allow-close", "fs:allow-read-file"]},
        {"windows": ["x"], "permissions": ["core:window:deny-close", {"identifier": "fs:scope", "allow": ["$HOME/**"]}]}]
    out = check(app(tmp_path / "a", capabilities))
    main = next(lines for head, lines in blocks(out).items() if head.startswith("main "))
    at = main.index("  mode tauri would deny")
    assert "plugin:window|close" in main[at + 1]
    at = main.index("  mode tauri would allow more in the scope of")
    assert main[at + 1:at + 3] == ["    plugin:fs|read_file", "      allow  $HOME/**"]
    assert "would let every view call the app's own commands" in out
    out = views(check(tmp_path / "a", "--mode", "tauri"))
    assert "mode tauri would" not in out and "close" not in "\n".join(
        line for line in out.splitlines() if "denied" not in line and "deny" not in line)


def test_names_cannot_command_the_terminal(tmp_path):
    evil = "\u001b]2;x\u202eevil\u0007\u0085\""
    out = check(app(tmp_path / "a", [{"windows": [evil], "identifier": evil, "permissions": [
        {"identifier": "allow-x", "allow": [evil]}]}],
        permissions='[[permission]]\nidentifier = "allow-x"\ncommands.allow = ["x"]\n'))
    assert not any(c in out for c in "\u001b\u202e\u0007\u0085")
    assert '\\u001b]2;x\\u202eevil\\u0007\\u0085" (local): 1 command,' in out


@pytest.mark.parametrize("mode", ["tauri", "narrow", "strict"])
def test_the_example(mode):
    out = check(NOTES, "--mode", mode)
    assert heads(out) == ["main (local)"] and f"mode {mode}," in out
    assert all(len(line) <= 100 for line in views(out).splitlines())
    assert "\u001b" not in out


def test_errors_are_lines_on_stderr(tmp_path):
    folder = app(tmp_path / "a", [{"permissions": ["fs:nope"]}])
    status, out, errors = policy("check", folder)
    assert (status, out) == (3, "")
    assert errors.startswith("trollbridge: unknown-permission: ") and errors.count("\n") == 1


def test_warnings_stand_in_the_table_and_may_fail(tmp_path):
    folder = app(tmp_path / "a", [{"permissions": ["core:window:deny-close"]}])
    status, out, errors = policy("check", folder, "--deny-warnings")
    assert (status, errors) == (1, "")
    assert "warnings\n  denies-nothing: no capability allows `plugin:window|close`" in out


def test_json_has_no_key_of_the_table():
    status, out, _ = policy("check", NOTES, "--json")
    assert status == 0 and '"views"' not in out and '"app_acl"' not in out


def test_a_policy_that_is_large(tmp_path):
    """Past the cap the rest is counted, and not silently left out."""
    folder = app(tmp_path / "a", [{"windows": [f"w{n}" for n in range(1500)], "permissions": ["fs:allow-stat"]}])
    out = check(folder)
    assert "476 more views with an origin are not shown: --view LABEL\n" in out
    assert "w1499 (local): 1 command," in check(folder, "--view", "w1499")


def test_warnings_that_differ_by_place_are_one_line(tmp_path):
    many = {"permissions": [{"identifier": "fs:allow-read-file", "allow": [{"path": "$RESOURCE/a", "odd": n}]} for n in range(9)]}
    folder = app(tmp_path / "a", [many])
    report = json.loads(policy("check", folder, "--json")[1])
    lines = [item["line"] for item in report["warnings"] if item["code"] == "unknown-key"]
    told = [line for line in check(folder).splitlines() if line.startswith("  unknown-key: ")]
    every = [line for line in check(folder, "--all").splitlines() if line.startswith("  unknown-key: ")]
    assert len(lines) == 9 and len(told) == len(every) == 1
    assert told[0].endswith("".join(f"capabilities/all.json:{line}, " for line in lines[:3])[:-2] + " and 6 more")
    assert all(f"capabilities/all.json:{line}" in every[0] for line in lines)
    assert f", {len(report['warnings'])} warnings, " in check(folder)
