#!/usr/bin/python3
"""Writes plugins/enclave/permissions/: a pair for each command of plugins/enclave/plugin.toml, and the groups. Run
without arguments; with --check it only says whether the files are what it would write."""

import pathlib
import sys
import tomllib

BASE = pathlib.Path(__file__).resolve().parent.parent / "plugins" / "enclave"
HEAD = "# Written by tools/enclave-permissions.py.\n"

VAULT = ["vault_delete", "vault_get", "vault_list", "vault_put"]
MANAGE = ["delete_key", "export_key", "import_key", "revoke_key"]


def strings(items):
    return "[\n" + "".join(f'  "{i}",\n' for i in items) + "]"


def permission(identifier, description, allow=(), deny=(), scope=()):
    text = f'\n[[permission]]\nidentifier = "{identifier}"\ndescription = "{description}"\n'
    if allow:
        text += f"commands.allow = {strings(allow)}\n"
    if deny:
        text += f"commands.deny = {strings(deny)}\n"
    for kind in scope:
        text += f'\n[[permission.scope.allow]]\n{kind} = "*"\n'
    return text


def default_file(commands):
    everyday = [c for c in commands if c not in VAULT + MANAGE]
    return ('\n[default]\ndescription = "Making keys and using all there are; not the vault, and nothing that deletes, revokes, '
            'brings in or hands out secret keys."\npermissions = ["everyday"]\n'
            + permission("everyday", "What enclave:default holds, for every key.", allow=everyday, scope=["key"]))


def groups_file():
    return (permission("vault", "The vaults of all keys, every name in them.", allow=VAULT, scope=["key", "vault"])
            + permission("manage", "Deleting, revoking, importing and exporting of every secret key.", allow=MANAGE, scope=["key"]))


def command_file(command):
    name = command.replace("_", "-")
    return (permission(f"allow-{name}", f"Allows the command {command}; no keys.", allow=[command])
            + permission(f"deny-{name}", f"Takes the command {command} away.", deny=[command]))


def files():
    commands = tomllib.loads((BASE / "plugin.toml").read_text())["commands"]
    assert set(VAULT + MANAGE) <= set(commands)
    yield "default.toml", default_file(commands)
    yield "groups.toml", groups_file()
    for command in commands:
        yield f"commands/{command}.toml", command_file(command)


def main():
    folder = BASE / "permissions"
    wanted = {folder / name: HEAD + text for name, text in files()}
    found = {path: path.read_text() for path in folder.rglob("*") if path.is_file()}
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
