#!/usr/bin/python3
"""Writes plugins/fs/permissions/: Tauri's identifiers for @tauri-apps/plugin-fs, with what each of them
grants there, so that capability files written for Tauri mean the same here. Run without arguments;
with --check it only says whether the files are what it would write."""

import pathlib
import sys

BASE = pathlib.Path(__file__).resolve().parent.parent / "plugins" / "fs" / "permissions"
HEAD = "# Written by tools/fs-permissions.py.\n"

COMMANDS = """copy_file create exists fstat ftruncate lstat mkdir open read read_dir read_file read_text_file
read_text_file_lines read_text_file_lines_next remove rename seek size start_accessing_security_scoped_resource stat
stop_accessing_security_scoped_resource truncate unwatch watch write write_file write_text_file""".split()

# One call of the JavaScript API that makes several: its permission grants them all.
TOGETHER = {
    "read_text_file_lines": ["read_text_file_lines", "read_text_file_lines_next"],
    "write_file": ["write_file", "open", "write"],
}

VARIABLES = """APPCACHE APPCONFIG APPDATA APPLOCALDATA APPLOG AUDIO CACHE CONFIG DATA DESKTOP DOCUMENT DOWNLOAD EXE
FONT HOME LOCALDATA LOG PICTURE PUBLIC RESOURCE RUNTIME TEMP TEMPLATE VIDEO""".split()
# What WebKitGTK keeps in $APPLOCALDATA. On Linux that is $APPDATA too, the app's own files among it, so
# that denying all of it (as Tauri's files meant to, in a table that was never read, until plugins-workspace
# #3507) would take the app's data away.
WEBKIT = ["CacheStorage/**", "WebKitCache/**", "cookies", "databases/**", "hsts-storage.sqlite", "localstorage/**",
          "mediakeys/**", "serviceworkers/**", "storage/**"]
APP = ["APPCONFIG", "APPDATA", "APPLOCALDATA", "APPCACHE", "APPLOG"]

DIRS = ["read_dir", "stat", "lstat", "fstat", "exists"]
META = [*DIRS, "size"]
READ_FILES = ["read_file", "read", "open", "read_text_file", "read_text_file_lines", "read_text_file_lines_next", "seek",
              "stat", "lstat", "fstat", "exists"]
WRITE_FILES = ["create", "copy_file", "remove", "rename", "truncate", "ftruncate", "write", "write_file",
               "write_text_file"]
GROUPS = {
    "read-all": ("Every command that reads, watches or looks at files and folders; no paths.",
                 ["read_dir", *READ_FILES, "watch", "unwatch"]),
    "read-dirs": ("Commands that list folders and look at metadata; no paths.", DIRS),
    "read-files": ("Commands that read files; no paths.", READ_FILES),
    "read-meta": ("Commands that list folders and look at metadata; no paths.", META),
    "write-all": ("Every command that makes, changes or removes files and folders; no paths.", ["mkdir", *WRITE_FILES]),
    "write-files": ("Commands that make, change or remove files; no paths.", [*WRITE_FILES, "open", "seek", "fstat"]),
}


def strings(items):
    line = "[" + ", ".join(f'"{i}"' for i in items) + "]"
    return line if len(line) < 80 else "[\n" + "".join(f'  "{i}",\n' for i in items) + "]"


def permission(identifier, description, allow=(), deny=(), scope_allow=(), scope_deny=()):
    text = f'\n[[permission]]\nidentifier = "{identifier}"\ndescription = "{description}"\n'
    if allow:
        text += f"commands.allow = {strings(allow)}\n"
    if deny:
        text += f"commands.deny = {strings(deny)}\n"
    # The tables belong to the permission: a bare [[scope.deny]] would be one of the file's own and lost.
    for path in scope_allow:
        text += f'\n[[permission.scope.allow]]\npath = "{path}"\n'
    for path in scope_deny:
        text += f'\n[[permission.scope.deny]]\npath = "{path}"\n'
    return text


def a_set(identifier, description, members):
    return f'\n[[set]]\nidentifier = "{identifier}"\ndescription = "{description}"\npermissions = {strings(members)}\n'


def command_file(command):
    name = command.replace("_", "-")
    return (permission(f"allow-{name}", f"Allows the command {command}; no paths.", allow=TOGETHER.get(command, [command]))
            + permission(f"deny-{name}", f"Takes the command {command} away.", deny=[command]))


def folder_file(name, variables, what):
    def paths(suffix):
        return [p for v in variables for p in ([f"${v}"] + ([f"${v}/{suffix}"] if suffix else []))]

    text = permission(f"scope-{name}-recursive", f"Paths: {what} and everything in it, at any depth.", scope_allow=paths("**"))
    text += permission(f"scope-{name}", f"Paths: {what} and what is directly in it.", scope_allow=paths("*"))
    text += permission(f"scope-{name}-index", f"Paths: {what} itself, to list it.", scope_allow=paths(""))
    for verb, group, words in (("read", "read-all", "Reading"), ("write", "write-all", "Writing")):
        text += a_set(f"allow-{name}-{verb}-recursive", f"{words} in {what}, at any depth.", [group, f"scope-{name}-recursive"])
        text += a_set(f"allow-{name}-{verb}", f"{words} directly in {what}.", [group, f"scope-{name}"])
    text += a_set(f"allow-{name}-meta-recursive", f"Listing and metadata in {what}, at any depth.",
                  ["read-meta", f"scope-{name}-recursive"])
    text += a_set(f"allow-{name}-meta", f"Listing {what}.", ["read-meta", f"scope-{name}-index"])
    return text


def default_file():
    text = ('\n[default]\ndescription = "Reading in the app\'s own folders and making them; not the web view\'s data."\n'
            'permissions = ["create-app-specific-dirs", "read-app-specific-dirs-recursive", "deny-default"]\n')
    # Tauri lists `scope-app-index` among the commands here, which names none; the scope was meant.
    text += permission("create-app-specific-dirs", "Making the app's own folders.", allow=["mkdir"], scope_allow=[f"${v}" for v in APP])
    text += a_set("read-app-specific-dirs-recursive", "Reading in the app's own folders, at any depth.",
                  ["allow-read-dir", "allow-read-file", "allow-read-text-file", "allow-read-text-file-lines",
                   "allow-read-text-file-lines-next", "allow-exists", "scope-app-recursive"])
    text += a_set("deny-default", "What no page should reach: the web view's own data.",
                  ["deny-webview-data-linux", "deny-webview-data-windows"])
    text += permission("deny-webview-data-linux", "Denies the files in which WebKitGTK keeps the app's cookies and storage.",
                       scope_deny=[f"$APPLOCALDATA/{name}" for name in WEBKIT])
    text += permission("deny-webview-data-windows", "Denies the folder in which WebView2 keeps the app's cookies and storage.",
                       scope_deny=["$APPLOCALDATA/EBWebView/**"])
    return text


def files():
    yield "default.toml", default_file()
    yield "groups.toml", "".join(permission(name, text, allow=allow) for name, (text, allow) in GROUPS.items())
    yield "scope.toml", permission("scope", "Holds nothing itself: for paths that a capability adds to it.")
    for command in COMMANDS:
        yield f"commands/{command}.toml", command_file(command)
    yield "folders/app.toml", folder_file("app", APP, "the app's own folders")
    for variable in VARIABLES:
        yield f"folders/{variable.lower()}.toml", folder_file(variable.lower(), [variable], f"${variable}")


def main():
    wanted = {BASE / name: HEAD + text for name, text in files()}
    found = {path: path.read_text() for path in BASE.rglob("*") if path.is_file()}
    if "--check" in sys.argv[1:]:
        wrong = sorted(str(p) for p in wanted.keys() | found.keys() if wanted.get(p) != found.get(p))
        print("\n".join(wrong) or "as written")
        return 1 if wrong else 0
    for path in found.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
