"""docs/lint.md says what each finding means, with a bad and a good example; here each is an app.

A line that ends with a colon names the file of the block below it in backticks. It begins with
"Bad, line N of" or "Good", or goes on with "and"; before the first finding it is a file that every
example has.
"""

import json
import os
import re
import subprocess

import pytest

from policy_apps import ROOT, TOP, policy

PAGE = (TOP / "docs/lint.md").read_text()
SOURCES = [path.read_text() for path in (TOP / "policy/compiler").rglob("*.c")]
ROW = re.compile(r"^\| \[`([a-z-]+)`\]\(#\1\) \| .* \| (.*) \|$", re.M)
MARKS = {code: set(re.findall(r"\*\*(\w+)\*\*", marks)) for code, marks in ROW.findall(PAGE)}


class Section:
    def __init__(self, text):
        self.code, self.text = text.split("\n", 1)
        self.files = {"Bad": {}, "Good": {}, "": {}}
        self.place = None
        also = re.search(r"^Told as well in these examples: (.*)\.$", text, re.M)
        self.also = set(re.findall(r"`([a-z-]+)`", also[1])) if also else set()
        mode = re.search(r"^In mode `(\w+)`\.$", text, re.M)
        self.mode = mode[1] if mode else None
        self.read_blocks()

    def read_blocks(self):
        kind = ""
        for lead, content in re.findall(r"^([^\n]*`):\n\n```\w*\n(.*?)^```$", self.text, re.M | re.S):
            paths = re.findall(r"`([^`]+)`", lead)
            begins = re.match(r"(Bad|Good), ", lead)
            kind = begins[1] if begins else kind
            place = re.match(r"Bad, (?:line (\d+)|all) of `([^`]+)`", lead)
            if place:
                self.place = (place[2], int(place[1] or 0))
            assert paths[-1] not in self.files[kind], lead
            self.files[kind][paths[-1]] = content


BASE, *SECTIONS = [Section(text) for text in re.split(r"^## ", PAGE, flags=re.M)[1:]]
SECTIONS = [section for section in SECTIONS if section.code != "Errors"]
BY_NAME = {section.code: section for section in SECTIONS}
BY_CODE = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.code)


def make_app(folder, section, kind):
    files = section.files[kind]
    base = {} if "tauri.conf.json" in files else BASE.files[""]
    app = folder / kind.lower()
    for name, content in {**base, **files}.items():
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "home").mkdir(exist_ok=True)
    return app


def findings(folder, app, mode=None):
    options = ["--mode", mode] if mode else []
    status, out, errors = policy("check", app, "--json", *options, env={"HOME": str(folder / "home")})
    answer = json.loads(out)
    assert status == (3 if answer["errors"] else 0) and errors == ""
    return answer


def start(folder, app, mode=None):
    """What a start tells, as lines, and its status."""
    with open(os.devnull, "wb") as nothing:
        command = [ROOT / "libexec/trollbridge/policy", "compile", "--app", app, "--libexec", ROOT / "libexec/trollbridge",
                   "--plugins", ROOT / "share/trollbridge/plugins", "--var", f"HOME={folder / 'home'}",
                   f"--snapshot-fd={nothing.fileno()}", f"--settings-fd={nothing.fileno()}"]
        command += ["--mode", mode] if mode else []
        done = subprocess.run(command, env={}, pass_fds=[nothing.fileno()], capture_output=True, timeout=60, check=False)
    return done.returncode, done.stderr.decode().splitlines()


def codes(items):
    return {item["code"] for item in items}


@BY_CODE
def test_bad_example(section, tmp_path):
    answer = findings(tmp_path, make_app(tmp_path, section, "Bad"), section.mode)
    found = [*answer["errors"], *answer["warnings"]]
    assert codes(found) - section.also == {section.code}, found
    places = {(item["file"], item["line"]) for item in found if item["code"] == section.code}
    assert section.place in places, places


@BY_CODE
def test_good_example(section, tmp_path):
    answer = findings(tmp_path, make_app(tmp_path, section, "Good"), section.mode)
    assert answer["errors"] == []
    assert codes(answer["warnings"]) <= section.also


@BY_CODE
def test_told_as_well(section, tmp_path):
    """What the page says is told besides is told in one of the two examples."""
    answers = [findings(tmp_path, make_app(tmp_path, section, kind), section.mode) for kind in ("Bad", "Good")]
    assert section.also <= set().union(*(codes(answer["warnings"]) for answer in answers))


def is_project(app):
    return (app / "tauri.conf.json").exists()


@BY_CODE
def test_strict(section, tmp_path):
    if section.mode == "tauri":
        assert not MARKS[section.code] & {"strict", "error"}
        return
    app = make_app(tmp_path, section, "Bad")
    answer = findings(tmp_path, app, "strict")
    refused = bool(MARKS[section.code] & {"strict", "error"})
    assert (section.code in codes(answer["errors"])) == refused
    assert codes(answer["errors"]) <= {code for code, marks in MARKS.items() if marks & {"strict", "error"}}
    status, lines = start(tmp_path, app, "strict")
    assert status == (3 if answer["errors"] or is_project(app) else 0), lines


@BY_CODE
def test_not_strict(section, tmp_path):
    """Outside of strict only those are errors that the page says are."""
    answer = findings(tmp_path, make_app(tmp_path, section, "Bad"), section.mode or "narrow")
    assert (section.code in codes(answer["errors"])) == ("error" in MARKS[section.code])
    answer = findings(tmp_path, make_app(tmp_path, section, "Bad"), "tauri")
    assert answer["errors"] == []


@BY_CODE
def test_mode_tauri(section, tmp_path):
    """The traps are Tauri's: its own mode finds them all, and nothing of them in the good example."""
    answer = findings(tmp_path, make_app(tmp_path, section, "Bad"), "tauri")
    assert section.code in codes(answer["warnings"])
    answer = findings(tmp_path, make_app(tmp_path, section, "Good"), "tauri")
    assert section.code not in codes(answer["warnings"])


@BY_CODE
def test_start(section, tmp_path):
    """A start tells some findings, and leaves the others to `check`."""
    app = make_app(tmp_path, section, "Bad")
    status, lines = start(tmp_path, app, section.mode)
    if is_project(app):
        assert status == 3 and "this is a Tauri project, which cannot be started" in lines[-1]
        assert "start" not in MARKS[section.code]
        return
    told = {re.match(r"trollbridge: (?:warning: )?([a-z-]+): ", line)[1] for line in lines}
    assert (section.code in told) == ("start" in MARKS[section.code]), lines
    assert all("start" in MARKS[code] for code in told), lines
    assert status == (3 if "error" in MARKS[section.code] else 0)


def told_by_source():
    calls = "\n".join(SOURCES)
    return set(re.findall(r'tb_(?:report_(?:warning|error)|program_tell)\(\s*[^,]+,\s*"([a-z-]+)"', calls))


def test_every_code_is_on_the_page():
    errors = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.M))
    assert set(MARKS) == {section.code for section in SECTIONS}
    assert set(MARKS) | errors == told_by_source()
    assert not set(MARKS) & errors


def test_the_list_of_strict_codes():
    text = (TOP / "policy/compiler/data/code.c").read_text()
    listed = set(re.findall(r'"([a-z-]+)"', text.split("codes[] = {")[1].split("}")[0]))
    assert listed == {code for code, marks in MARKS.items() if "strict" in marks}


def test_a_plain_app_is_quiet(tmp_path):
    """Tauri's default set and commands of the app: the two powers of that set, and what nobody answers."""
    capability = {"identifier": "main", "windows": ["main"], "permissions": ["core:default", "allow-greet"]}
    permission = {"permission": [{"identifier": "allow-greet", "commands": {"allow": ["greet"]}}]}
    for name, content in {"capabilities/main.json": json.dumps(capability), "permissions/greet.json": json.dumps(permission),
                          "trollbridge.toml": '[app]\nid = "com.example.plain"\n', "home/.keep": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    answer = findings(tmp_path, tmp_path)
    assert sorted(item["code"] for item in answer["warnings"]) == ["devtools", "image-from-path", "unimplemented"]
    assert start(tmp_path, tmp_path) == (0, [])


@pytest.mark.parametrize("lines,found", [("commands.allow = ['greet']", True), ("scope.allow = ['x']", True),
                                         ("commands.deny = ['greet']", False), ("scope.deny = ['x']", False)])
def test_a_denial_by_name_alone(lines, found, tmp_path):
    files = {"capabilities/main.json": '{"identifier": "main", "windows": ["main"], "permissions": ["allow-greet", "deny-greet"]}',
             "permissions/greet.toml": "[[permission]]\nidentifier = 'allow-greet'\ncommands.allow = ['greet']\n"
                                       f"[[permission]]\nidentifier = 'deny-greet'\n{lines}\n",
             "trollbridge.toml": '[app]\nid = "com.example.denial"\n'}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    places = [(item["file"], item["line"]) for item in findings(tmp_path, tmp_path)["warnings"] if item["code"] == "denies-nothing"]
    assert places == [("permissions/greet.toml", 4)] * found
    status, told = start(tmp_path, tmp_path, "strict")
    assert (status, any("denies-nothing" in line for line in told)) == ((3, True) if found else (0, False))


@pytest.mark.parametrize("mode,where,found", [("narrow", "main", False), ("narrow", "other", True), ("tauri", "main", False), ("tauri", "other", False)])
def test_a_power_that_is_denied(mode, where, found, tmp_path):
    """Denied in the same capability it is gone; in another one, in Tauri alone."""
    permissions = {"main": ["core:webview:default"], "other": ["core:app:default"]}
    permissions[where].append("core:webview:deny-internal-toggle-devtools")
    (tmp_path / "capabilities").mkdir()
    (tmp_path / "trollbridge.toml").write_text('[app]\nid = "com.example.denial"\n')
    for name, entries in permissions.items():
        capability = {"identifier": name, "windows": [name], "permissions": entries}
        (tmp_path / f"capabilities/{name}.json").write_text(json.dumps(capability))
    assert ("devtools" in codes(findings(tmp_path, tmp_path, mode)["warnings"])) == found


# ---- tables: one case in each line of a capability ----

def lines_with(code, folder, capability, mode="narrow"):
    """The lines of a capability file in which the code is found."""
    for name, content in {**BASE.files[""], "capabilities/main.json": capability}.items():
        path = folder / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "home").mkdir(exist_ok=True)
    answer = findings(folder, folder / "app", mode)
    assert answer["errors"] == []
    return {item["line"] for item in answer["warnings"] if item["code"] == code and item["file"] == "capabilities/main.json"}


def cases_found(code, folder, cases, head, tail, mode="narrow"):
    text = head + "".join(f"{json.dumps(case)}{',' if i + 1 < len(cases) else ''}\n" for i, case in enumerate(cases)) + tail
    return [cases[line - 2] for line in sorted(lines_with(code, folder, text, mode)) if line >= 2]


def remote_found(code, folder, urls):
    head = '{"identifier": "main", "windows": ["main"], "local": false, "permissions": ["notes:allow-list"], "remote": {"urls": [\n'
    return cases_found(code, folder, urls, head, "]}}\n")


def entries_found(code, folder, entries, mode="narrow"):
    head = '{"identifier": "main", "windows": ["main"], "permissions": [\n'
    return cases_found(code, folder, entries, head, "]}\n", mode)


ALL_URLS = ["https://*", "https://*:*", "*://example.com", "https://tauri.*", "https://*.*", "https://*example.com", "https://*.com",
            "http://*:*", "https://:any", "https://*.example.com", "https://:one.example.com", "https://example.com", "http://localhost:*",
            "https://ex(a|b).com", "http://*.localhost:1420", "tauri://localhost"]


def test_remote_hosts(tmp_path):
    assert remote_found("remote-wildcard", tmp_path, ALL_URLS) == ALL_URLS[:11]


def test_remote_ports(tmp_path):
    wrong = ["https://*", "http://localhost", "http://127.0.0.1", "http://[\\:\\:1]"]
    right = ["https://*:*", "http://localhost:1420", "https://example.com", "https://example.com:8443"]
    assert remote_found("remote-port", tmp_path, wrong + right) == wrong


def test_remote_paths(tmp_path):
    wrong = ["https://example.com/api", "https://example.com/api/*", "https://example.com/:page"]
    right = ["https://example.com", "https://example.com/", "https://example.com/*"]
    assert remote_found("remote-path", tmp_path, wrong + right) == wrong


def test_remote_clear_text(tmp_path):
    wrong = ["http://example.com", "http{s}?://example.com", "*://example.com"]
    right = ["https://example.com", "http://localhost:1420", "http://127.0.0.1:*", "tauri://localhost"]
    assert remote_found("remote-http", tmp_path, wrong + right) == wrong


def test_http_hosts(tmp_path):
    def entry(url):
        return {"identifier": "http:allow-fetch", "allow": [url]}
    wrong = [entry({"url": url}) for url in ("https://*", "http://*:*", "https://**", "*://**:*/**", "https://api.*")] + [entry("https://*")]
    right = [entry({"url": url}) for url in ("https://example.com", "https://*.example.com/*", "nonsense")] + [entry(1), entry({})]
    assert entries_found("http-any", tmp_path, wrong + right) == wrong


def shell(**program):
    return {"identifier": "shell:allow-execute", "allow": [{"name": "x", "cmd": "x"} | program]}


def test_interpreters(tmp_path):
    wrong = [shell(cmd=cmd) for cmd in ("sh", "/bin/bash", "python3", "python3.11", "node18", "PowerShell.exe", "C:\\x\\cmd.exe", "/usr/bin/env", "sudo")]
    right = [shell(cmd=cmd) for cmd in ("git", "shfmt", "pythonic", "/sh/ls", "nodemon", "")] + [shell(cmd="node", sidecar=True), shell(cmd=1)]
    assert entries_found("interpreter", tmp_path, wrong + right) == wrong


def test_interpreters_in_exec(tmp_path):
    wrong, right = ["/bin/sh", "/usr/bin/python3.11"], ["/usr/bin/git", "$RESOURCE/tools"]
    app = make_app(tmp_path, BY_NAME["interpreter"], "Good")
    write = {"trollbridge.toml": f'[app]\nid = "com.example.lint"\n[plugins.fs.sandbox]\nexec = {json.dumps(wrong + right)}\n',
             "capabilities/main.json": '{"identifier": "main", "windows": ["main"], "permissions": ["fs:allow-stat"]}'}
    for name, text in write.items():
        (app / name).write_text(text)
    found = [w["message"] for w in findings(tmp_path, app)["warnings"] if w["code"] == "interpreter"]
    assert [message.split("`")[1] for message in found] == wrong


def test_alternations(tmp_path):
    def arg(validator):
        return shell(args=["-x", {"validator": validator}])
    wrong = [arg(regex) for regex in ("a|b", "(a)|b", "a\\\\|b", "[a]|b", "a)|b", "|")]
    right = [arg(regex) for regex in ("(a|b)", "(?:a|(b|c))", "a\\|b", "[a|b]", "[\\]|]", "", "(")] + [shell(args=True), shell(args="a|b")]
    assert entries_found("validator-alternation", tmp_path, wrong + right) == wrong


def fs(path, identifier="fs:allow-read-text-file", **more):
    return {"identifier": identifier, "allow": [{"path": path}]} | more


def test_broad_paths(tmp_path):
    wrong = [fs(path) for path in ("**", "/**", "/**/*.txt", "$HOME/**", str(tmp_path) + "/**", "$HOME/**/*.md", "$CONFIG/**", "$DATA/*", "$HOME/.ssh/id", "$HOME/.ssh/**",
                                   "$HOME/.bashrc")] + [fs("$HOME/*", "fs:allow-write-text-file")]
    right = [fs(path) for path in ("$HOME/notes/**", "$HOME/*", "$APPDATA/**", "$APPCONFIG/*", "$HOME/.sshx", "$RESOURCE/**", "$CONFIG/other/**", "$HOME")]
    assert entries_found("broad-scope", tmp_path, wrong + right) == wrong


def test_coarse_paths(tmp_path):
    wrong = [fs(path) for path in ("$APPDATA/*", "$APPDATA/*.md", "$APPDATA/?/x", "$APPDATA/**/*.md", "/srv/[ab]/**")]
    right = [fs(path) for path in ("$APPDATA/**", "$APPDATA/x.md", "$APPDATA/**/*", "$APPDATA/[*]/**")]
    both = {"identifier": "fs:allow-read-text-file", "allow": ["$APPDATA/n/*.md", "$APPDATA/n/**"]}
    assert entries_found("kernel-coarser", tmp_path, [*wrong, *right, both]) == wrong


def test_missing_folders(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    wrong = [fs(f"{tmp_path}/{path}") for path in ("gone", "gone/**", "there/gone/*", "file/x")] + [fs("$RESOURCE/gone/**")]
    right = [fs(f"{tmp_path}/{path}") for path in ("there", "there/**", "file", "there/*")] + [fs("$APPDATA/gone/**"), fs("$APPLOG/**")]
    assert entries_found("scope-root-missing", tmp_path, wrong + right) == wrong


def test_denied_app_data(tmp_path):
    def denies(path):
        return fs("$APPDATA/x", deny=[path])
    wrong = [denies(path) for path in ("$APPDATA", "$APPDATA/*", "$APPDATA/**", "$APPLOCALDATA/**", "$DATA/**", "/**")]
    right = [denies(path) for path in ("$APPDATA/y/**", "$APPDATA/*.md", "$APPCONFIG/**", "$DATA/other/**")]
    assert entries_found("denies-app-data", tmp_path, wrong + right) == wrong


def test_denied_app_data_that_nobody_allows(tmp_path):
    assert entries_found("denies-app-data", tmp_path, [fs("$HOME/**", deny=["$APPDATA/**"])]) == []


@pytest.mark.parametrize("mode", ["tauri", "narrow"])
def test_empty_lists(mode, tmp_path):
    wrong = [{"identifier": "notes:allow-list", "allow": []}, {"identifier": "fs:allow-read-text-file", "allow": []}]
    right = [{"identifier": "notes:allow-save", "deny": []}, {"identifier": "notes:allow-save", "allow": ["x"]}]
    assert entries_found("empty-scope", tmp_path, wrong + right, mode) == wrong
