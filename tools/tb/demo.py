#!/usr/bin/env python3
"""The main job on real processes: who runs and how confined, what is allowed, what is refused and by whom.

Every refusal stands next to the same operation succeeding. Exits 0 only if each came out so.
"""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/e2e"))
import demo_dev  # noqa: E402
import demo_enclave  # noqa: E402
import demo_programs  # noqa: E402
import tree  # noqa: E402

TTY = sys.stdout.isatty()
failures = 0
checks = 0


def colour(number, text):
    return f"\033[{number}m{text}\033[0m" if TTY else text


def title(text):
    print(f"\n{colour(1, text)}")


def row(ok, what, outcome, layer="", number=""):
    global failures, checks
    checks += 1
    failures += not ok
    mark = colour(32, "as it must be") if ok else colour(31, "NOT AS IT MUST BE")
    audit = f"#{number}" if number else ""
    print(f"  {what:<52} {outcome:<34} {layer:<26} {audit:>5}  {mark}")


def record_of(app, wanted):
    """The newest record for which that holds: the log is written while we look."""
    def look():
        found = [record for record in app.records() if wanted(record)]
        return found and found[-1]
    return tree.until(look, "the audit record")


class Notes:
    """The example with one view open, and what is asked of it."""

    def __init__(self, app, host):
        self.app = app
        self.host = host

    def ask(self, command, path):
        """(outcome, code, number of the audit record)"""
        before = len(self.app.records())
        call = self.host.start(command="plugin:fs|" + command, args={"path": path})
        answer = self.host.wait(lambda line: line.get("id") == call or
                                line.get("error") == "not_granted")
        error = answer.get("error", "")
        code = error if isinstance(error, str) else error["code"]
        name = "plugin:fs|" + command
        # A call that a plugin refuses is recorded when it ends, one that has no handle when it is missed.
        record = record_of(self.app, lambda r: r["n"] > before and r["command"] == name and
                           (r["event"] == "done" or r["verdict"] == "deny"))
        return answer, code, record["n"]

    def allowed(self, what, command, path, text=None):
        answer, code, number = self.ask(command, path)
        ok = not code and (text is None or answer.get("bytes") == text)
        row(ok, what, "allowed" if not code else code, "", number)

    def refused(self, what, command, path, code, layer):
        _, found, number = self.ask(command, path)
        row(found == code, what, f"refused: {found or 'NOTHING'}", layer, number)


def layers_of(app, role):
    record = record_of(app, lambda r: r["event"] == "layer" and r["plugin"] == role)
    return record["reason"]


def show_processes(app, host):
    title("Processes")
    roles = {"supervisor": host.supervisor, **{role: host.role(role)
                                               for role in ("broker", "scribe", "fs")}}
    for role, pid in roles.items():
        status = tree.status_of(pid)
        n_fds = len(os.listdir(f"/proc/{pid}/fd")) if os.access(f"/proc/{pid}/fd", os.R_OK) else "?"
        indent = "" if role == "supervisor" else "└─ "
        sandboxed = status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
        what = f"{indent}{role} (pid {pid})"
        row(sandboxed, what, f"seccomp {status['Seccomp']}, no_new_privs {status['NoNewPrivs']}",
            f"{n_fds} descriptors")
    for role in ("broker", "scribe", "plugin"):
        print(f"     {role + ':':<8} {layers_of(app, role)}")


def show_files(app, host):
    notes = Notes(app, host)
    (app.path / "data/way-out").symlink_to("/etc")
    title("Reads and writes in scope ($RESOURCE/data/**)")
    notes.allowed("read data/hello.txt", "read_text_file", "data/hello.txt")
    notes.allowed("list data", "read_dir", "data")
    result = app.run("call", app.path, "plugin:fs|write_text_file", '{"path":"data/new.txt"}',
                     "--raw", "-", input=b"written through the bridge\n")
    written = (app.path / "data/new.txt")
    row(result.returncode == 0 and written.read_text() == "written through the bridge\n",
        "write data/new.txt", "allowed")
    notes.allowed("read it back", "read_text_file", "data/new.txt")

    title("The same read where policy does not reach")
    inside = "the plugin: scope"
    notes.refused("read /etc/hostname (outside the scope)", "read_text_file", "/etc/hostname",
                  "scope", inside)
    notes.refused("read data/private/secret.txt (denied folder)", "read_text_file",
                  "data/private/secret.txt", "scope", inside)
    notes.refused("read data/way-out/hostname (symlink out)", "read_text_file",
                  "data/way-out/hostname", "scope", "the plugin: openat2")
    notes.refused("remove data/new.txt (not granted)", "remove", "data/new.txt", "not_granted",
                  "the broker: no handle")
    notes.allowed("read data/hello.txt still", "read_text_file", "data/hello.txt")


def show_reload(app, host):
    """What the host reloads is taken away from the document that is open, and only that."""
    title("Another policy while the app runs")
    notes = Notes(app, host)
    file = app.path / "capabilities/main.json"
    before = file.read_text()
    file.write_text(before.replace('"fs:allow-read-dir",', ""))
    notes.allowed("list data: the files on disk alone change nothing", "read_dir", "data")
    file.write_text(before.replace('"fs:allow-read-dir",', "").replace("[", "", 1))
    answer = host.reload()
    row(answer.get("code") == "invalid_args", "reload of a file with an error", f"refused: {answer.get('code')}", "the compiler: all or nothing")
    notes.allowed("list data still", "read_dir", "data")
    file.write_text(before.replace('"fs:allow-read-dir",', ""))
    answer = host.reload()
    record = record_of(app, lambda r: r["event"] == "reload" and r["verdict"] == "allow")
    row(record["reason"] == f"{answer.get('before')} -> {answer.get('after')}", "reload of a policy without fs:allow-read-dir",
        f"{answer.get('before', '')[:8]} -> {answer.get('after', '')[:8]}", "both digests are in the log", record["n"])
    notes.refused("list data", "read_dir", "data", "denied", "the broker: handles withdrawn")
    notes.allowed("read data/hello.txt still", "read_text_file", "data/hello.txt")
    file.write_text(before)


def policy(app, *arguments):
    done = app.run("policy", *arguments)
    return done.returncode, done.stdout.decode()


def show_policy(app, folder):
    """The tool for whoever writes or reads policy; the second half is for any Tauri project."""
    title("What policy says: trollbridge policy check, explain, diff")
    status, text = policy(app, "explain", app.path, "plugin:fs|read_file")
    row(status == 0 and "capabilities/main.json:7" in text, "explain plugin:fs|read_file", text.partition(":")[0], "capabilities/main.json:7")
    status, text = policy(app, "explain", app.path, "plugin:fs|raed_file")
    row(status == 1 and "did you mean `plugin:fs|read_file`?" in text, "explain plugin:fs|raed_file", text.partition(":")[0], "did you mean read_file?")
    wider = folder / "wider"
    shutil.copytree(app.path, wider, ignore=shutil.ignore_patterns("way-out"))
    file = wider / "capabilities/main.json"
    file.write_text(file.read_text().replace('"allow": [', '"allow": [{ "path": "$HOME/**" }, '))
    status, text = policy(app, "diff", app.path, wider)
    row(status == 1 and "$HOME/**" in text, "diff with a scope of $HOME/**", "wider" if status == 1 else f"status {status}", "exit 1: for code review")
    project = TOP / "tests/policy/apps/MatsDK__TauRPC/src-tauri"
    status, text = policy(app, "check", project, "--json")
    answer = json.loads(text) if text.startswith("{") else {}
    row(status == 0 and answer.get("mode") == "tauri" and not answer.get("errors"), "check of a Tauri project's src-tauri, as it is",
        f"{len(answer.get('allowed', {}))} commands", f"{len(answer.get('warnings', []))} findings")
    status, text = policy(app, "check", TOP / "tests/policy/apps/thewh1teagle__vibe/src-tauri", "--mode", "strict", "--json")
    codes = {error["code"] for error in json.loads(text)["errors"]} if text.startswith("{") else set()
    row(status == 3 and "missing-manifest" in codes, "check of another one in mode strict", f"status {status}", ", ".join(sorted(codes)))


def show_firewall(installed, folder):
    """The app developer's own say: hook, rules, a person, and their test."""
    title("A page that was taken over, behind hook, rules and a person (examples/waf)")
    folder = folder / "desk"
    folder.mkdir()
    app = tree.App(installed, folder, "waf")
    with tree.Host(app) as host:
        host.open("main")
        desk = Notes(app, host)
        desk.allowed("list orders", "read_dir", "orders")
        answer, _, number = desk.ask("read_text_file", "orders/1001.txt")
        text = base64.b64decode(answer.get("bytes", ""))
        row(b"[card ending in " in text, "read orders/1001.txt", "allowed, its card number hidden", "isolation.js: onReply", number)
        desk.refused("read orders/../isolation.js", "read_text_file", "orders/../isolation.js", "hook", "isolation.js: onRequest")
        desk.refused("list the app's folder", "read_dir", ".", "rule", "trollbridge.toml: [[rule]]")
    remove = ["call", app.path, "plugin:fs|remove", '{"path":"orders/1002.txt"}']
    done = app.run(*remove)
    row(done.returncode == 1 and b"ask_denied" in done.stderr, "remove an order, and nobody is there to ask", "refused: ask_denied", "a person")
    done = app.run(*remove, "--answer", "once")
    row(done.returncode == 0 and not (app.path / "orders/1002.txt").exists(), "remove an order, and a person agrees", "allowed", "a person")
    done = app.run("test", TOP / "examples/waf", "--coverage=all")
    last = (done.stdout.decode().splitlines() or [""])[-1]
    row(done.returncode == 0, "trollbridge test examples/waf", last, "policy.test.toml")


def show_keys(installed, folder):
    title("Keys that never meet the page (examples/vault)")
    folder = folder / "keys"
    folder.mkdir()
    app = tree.App(installed, folder, "vault")
    with tree.Host(app) as host:
        host.open("main")
        demo_enclave.show(host, app.log, row)


def show_programs(installed, folder):
    title("git, in a folder that a person picked (examples/history)")
    folder = folder / "programs"
    folder.mkdir()
    app = tree.App(installed, folder, "history")
    log = demo_programs.log_of(app)
    with tree.Host(app) as host:
        host.open("main")
        demo_programs.show(host, folder, log, row)


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def show_streams(app, folder):
    """Bodies of any length, and a plugin in C and one in Python that send messages as fast as they are taken."""
    title("Long bodies and streams")
    size = 64 << 20
    source, back = folder / "big", folder / "back"
    source.write_bytes(os.urandom(1 << 20) * (size >> 20))
    wrote = app.run("call", app.path, "plugin:fs|write_file", '{"path":"data/big"}', "--raw", source)
    row(wrote.returncode == 0 and sha(app.path / "data/big") == sha(source), "write 64 MiB into data/big",
        "equal byte for byte" if wrote.returncode == 0 else wrote.stderr.decode().strip()[-60:], "in parts, under credit")
    read = app.run("call", app.path, "plugin:fs|read_file", '{"path":"data/big"}', stdout=back.open("wb"))
    row(read.returncode == 0 and sha(back) == sha(source), "read it back", "equal byte for byte", "in parts, under credit")
    kit = folder / "kit"
    shutil.copytree(TOP / "examples/kit", kit, ignore=shutil.ignore_patterns("meson.build", "node"))
    shutil.copy(TOP / "build/examples/kit/kit", kit / "c/kit")
    drop_node(kit)
    for plugin, language in {"c": "C", "python": "Python"}.items():
        args = {"to": 1000, "channel": "__CHANNEL__:1"}
        done = app.run("call", kit, f"plugin:{plugin}|count", json.dumps(args), "--follow")
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        numbers = [line.get("message") for line in lines if "channel" in line]
        row(numbers == list(range(1000)), f"1,000 messages of a plugin in {language}", f"{len(numbers)} in order", "a channel, as Tauri's")


def drop_node(kit):
    """The demo needs no Node: its plugin stays out of the copy."""
    for file in (kit / "trollbridge.toml", kit / "capabilities/main.toml"):
        text = file.read_text()
        text = text.replace('[plugins.node]\nprogram = "node/kit.js"\npermissions = "node"\n', "")
        file.write_text("".join(line for line in text.splitlines(True) if '"node:' not in line))


def show_dev(app):
    title("The same app in an ordinary browser, while it is written (trollbridge dev)")
    demo_dev.show(app, row)


def show_attacks():
    """Frames that no honest endpoint sends: three rows of the red team's table, which runs each on a tree of its own and
    makes the same call in order before it."""
    title("The protocol under attack, each beside the honest call (./tb hostile has the whole table)")
    wanted = {"replay-spent": "a call's frame sent again", "handle-forged": "a call under a forged handle",
              "swap-commands": "a call sealed for another command"}
    result = subprocess.run(["tools/tb/hostile.sh", "--json", *wanted], cwd=TOP, capture_output=True,
                            text=True, check=False)
    rows = json.loads(result.stdout)["rows"] if result.stdout.startswith("{") else []
    for name, what in wanted.items():
        found = [r for r in rows if r["id"] == name]
        if not found:
            row(False, what, "the red team did not run", result.stderr.strip()[-60:])
            continue
        r = found[0]
        row(r["ok"] and r["twins"] > 0, what, f"refused: {r['code']}", f"the broker: {r['layer']}",
            r["record"]["n"])


def main():
    with tempfile.TemporaryDirectory(prefix="tb-demo-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        folder = pathlib.Path(folder)
        app = tree.App(tree.install(folder), folder)
        with tree.Host(app) as host:
            host.open("main")
            host.call()  # starts the plugin
            record_of(app, lambda r: r["event"] == "done")
            show_processes(app, host)
            show_files(app, host)
            show_reload(app, host)
        show_streams(app, folder)
        show_firewall(app.installed, folder)
        show_keys(app.installed, folder)
        show_programs(app.installed, folder)
        show_policy(app, folder)
        show_dev(app)
        show_attacks()
        title("The log of all this")
        verdict = app.verify()
        row(verdict == "CLOSED", f"trollbridge audit verify: {len(app.records())} records", verdict)
    print(f"\n{checks - failures} passed, {failures} failed")
    return 1 if failures else 0


sys.exit(main())
