#!/usr/bin/env python3
"""Man pages and programs say the same: options, commands, functions and manifest keys, in both
directions."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
ROOT = pathlib.Path(os.environ.get("TB_ROOT", TREE / "build/root")).resolve()
PROGRAM = ROOT / "bin/trollbridge"
OPTION = r"--[a-z][a-z-]*"

passed, problems = 0, []


def same(what, said, known):
    """Counts each name of both sides; a name that only one of them has is a problem."""
    global passed
    if not known:
        problems.append(f"{what}: the program names nothing")
    for name in sorted(said - known):
        problems.append(f"{what}: the man page has {name}, the program does not")
    for name in sorted(known - said):
        problems.append(f"{what}: the program has {name}, the man page does not")
    passed += len(said & known)


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], text=True, capture_output=True, check=False,
                          env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"})
    return done.stdout + done.stderr


def source(page):
    return (TREE / "docs/man" / f"{page}.scd").read_text(encoding="utf-8")


def section(text, title):
    return re.search(rf"^# {title}\n(.*?)(?=^# |\Z)", text, flags=re.S | re.M).group(1)


def bold_terms(text):
    """What the lines above indented explanations name: *--view* _LABEL_ is --view."""
    return {term for line in text.splitlines() if line.startswith("*")
            for term in re.findall(r"\*([^*]+)\*", line)}


def commands():
    return set(re.findall(r"^  (\w+) ", run("help"), flags=re.M))


def audit_commands():
    return re.findall(r"^  (\w+)  ", run("audit", "--help").split("Examples")[0], flags=re.M)


def policy_commands():
    return re.findall(r"^(?:usage:|      ) trollbridge policy (\w+)", run("policy", "--help"), flags=re.M)


def check_commands():
    """Every command has a page, and every page a command."""
    same("trollbridge(1)", bold_terms(section(source("trollbridge.1"), "COMMANDS")), commands())
    pages = {path.name.removeprefix("trollbridge-").removesuffix(".1.scd")
             for path in (TREE / "docs/man").glob("trollbridge-*.1.scd")}
    same("pages", pages, commands() - {"help", "version"})


def check_options():
    for command in commands() - {"help", "version"}:
        known = {"--help"} | set(re.findall(OPTION, run(command, "--help")))
        if command == "audit":
            for name in audit_commands():
                known |= set(re.findall(OPTION, run("audit", name, "--help")))
            same("audit", bold_terms(section(source("trollbridge-audit.1"), "DESCRIPTION"))
                 & set(audit_commands()), set(audit_commands()))
        if command == "policy":
            for name in policy_commands():
                known |= set(re.findall(OPTION, run("policy", name, "--help")))
            same("policy", bold_terms(section(source("trollbridge-policy.1"), "DESCRIPTION"))
                 & set(policy_commands()), set(policy_commands()))
        page = source(f"trollbridge-{command}.1")
        said = {term for term in bold_terms(section(page, "OPTIONS")) if term.startswith("--")}
        same(f"trollbridge-{command}(1)", said, known)
        for option in set(re.findall(OPTION, section(page, "SYNOPSIS"))) - said:
            problems.append(f"trollbridge-{command}(1): {option} is in the synopsis alone")


def check_installed():
    installed = {path.name for path in (ROOT / "share/man").rglob("*") if path.is_file()}
    same("share/man", {path.name.removesuffix(".scd") for path in (TREE / "docs/man").glob("*.scd")},
         installed)
    for path in (ROOT / "share/man").rglob("*.[1-9]"):
        same(path.name, {path.parent.name}, {"man" + path.name[-1]})


def check_functions():
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include/trollbridge.h").read_text(encoding="utf-8"),
                    flags=re.S)
    page = source("libtrollbridge.3")
    functions = set(re.findall(r"^TROLLBRIDGE_API [^(;]*?\*?(\w+)\(", header, flags=re.M))
    same("libtrollbridge(3)", set(re.findall(r"(trollbridge_\w+)\(", section(page, "SYNOPSIS"))),
         functions)
    for title, name in (("RETURN VALUE", "trollbridge_result"), ("ANSWERS", "trollbridge_answered")):
        values = re.search(rf"^enum {name} {{(.*?)}};", header, flags=re.S | re.M).group(1)
        same(f"libtrollbridge(3), {title}", bold_terms(section(page, title)), set(re.findall(r"TROLLBRIDGE_\w+", values)))


def check_webkitgtk_functions():
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include/trollbridge-webkitgtk.h").read_text(encoding="utf-8"),
                    flags=re.S)
    page = source("trollbridge-webkitgtk.3")
    functions = set(re.findall(r"^TROLLBRIDGE_API[^(;]*?\*?(trollbridge_webkit_\w+)\(", header, flags=re.M))
    same("trollbridge-webkitgtk(3)", set(re.findall(r"(trollbridge_webkit_\w+)\(", section(page, "SYNOPSIS"))),
         functions - {"trollbridge_webkit_error_quark"})  # named by TROLLBRIDGE_WEBKIT_ERROR
    codes = re.search(r"enum trollbridge_webkit_error \{(.*?)\}", header, flags=re.S)[1]
    same("trollbridge-webkitgtk(3), errors", bold_terms(section(page, "ERRORS")),
         set(re.findall(r"TROLLBRIDGE_WEBKIT_\w+", codes)))
    options = re.search(r"struct trollbridge_webkit_options \{(.*?)\n\};", header, flags=re.S)[1]
    same("trollbridge-webkitgtk(3), options", bold_terms(section(page, "OPTIONS")),
         set(re.findall(r"\*?(\w+)\)?(?:\([^;]*\))?;", options)))


def check_plugin_functions():
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include/trollbridge-plugin.h").read_text(encoding="utf-8"),
                    flags=re.S)
    header = re.sub(r"static inline .*?\n}\n", "", header, flags=re.S)
    page = source("libtrollbridge-plugin.3")
    same("libtrollbridge-plugin(3)", set(re.findall(r"\*(tb_\w+)\*\(\)", page)),
         set(re.findall(r"\b(tb_\w+)\(", header)))
    same("libtrollbridge-plugin(3), codes", set(re.findall(r"\*(TB_CODE_\w+)\*", page)),
         set(re.findall(r"^    (TB_CODE_\w+)", header, flags=re.M)))


# Each table of the manifest with a key that no table has: the compiler answers with those it has.
TABLES = {
    r"\[app\]": "[app]\nid = 'a.b'\nzz = 1\n",
    r"\[policy\]": "[policy]\nzz = 1\n",
    r"\[sandbox\]": "[sandbox]\nzz = 1\n",
    r"\[violations\]": "[violations]\nzz = 1\n",
    r"\[audit\]": "[audit]\nzz = 1\n",
    r'\[limits."COMMAND"\]': "[limits.'*']\nzz = 1\n",
    r'\[commands."COMMAND"\]': "[commands.greet]\nzz = 1\n",
    r"\[plugins.NAME\]": "[plugins.fs]\nzz = 1\n",
    r"\[hook\]": "[hook]\nzz = 1\n",
    r"\[\[rule\]\]": "[[rule]]\nzz = 1\n",
    r"\[ask\]": "[ask]\nzz = 1\n",
}


def check_manifest():
    page = source("trollbridge.toml.5")
    with tempfile.TemporaryDirectory() as app:
        for title, text in TABLES.items():
            if "id =" not in text:
                text = "[app]\nid = 'a.b'\n" + text
            (pathlib.Path(app) / "trollbridge.toml").write_text(text, encoding="utf-8")
            answer = re.search(r"no key `zz`; it takes (.*) \(trollbridge.toml:\d+\)",
                               run("policy", "check", app))
            known = set(answer.group(1).split(", ")) if answer else set()
            same(f"trollbridge.toml(5), {title}", bold_terms(section(page, title)), known)


def check_cases():
    """The keys of a case, as the compiler names them of one that has another."""
    with tempfile.TemporaryDirectory() as app:
        (pathlib.Path(app) / "trollbridge.toml").write_text("[app]\nid = 'a.b'\n", encoding="utf-8")
        (pathlib.Path(app) / "policy.test.toml").write_text("[[case]]\nzz = 1\n", encoding="utf-8")
        answer = re.search(r"no key `zz`; it takes (.*) \(policy.test.toml:\d+\)", run("test", app))
        same("trollbridge-test(1), the file", bold_terms(section(source("trollbridge-test.1"), "THE FILE")),
             set(answer.group(1).split(", ")) if answer else set())


def check_itself():
    """A page and a program that differ must be told apart."""
    global passed, problems
    kept, problems = problems, []
    before = passed
    same("planted", {"--view", "--gone"}, {"--view", "--new"})
    same("planted", {"--view"}, set())
    found = len(problems)
    problems, passed = kept, before + 1
    if found != 4 or bold_terms("*--view* _LABEL_\n\t*text*\n") != {"--view"}:
        problems.append("the check itself finds nothing")


def check_all():
    """(passed, problems)"""
    check_itself()
    check_commands()
    check_options()
    check_installed()
    check_functions()
    check_webkitgtk_functions()
    check_plugin_functions()
    check_manifest()
    check_cases()
    return passed, problems


if __name__ == "__main__":
    check_all()
    print("\n".join(problems))
    print(f"{passed} passed, {len(problems)} failed")
    sys.exit(1 if problems or not passed else 0)
