"""Tauri's command line program as a witness: what it says of one identifier or one file.

Each question gets a project of its own in a temporary folder, whole but for the file in question, so that a refusal can only be
about that file. Which command reads what:

  capability new --permission X   the identifier X, by Tauri's own grammar
  permission add X                every file of capabilities/, as a document: syntax only, fields are not looked at
  permission rm X                 every file of permissions/, field by field, and writes those back in which it removed something
  permission ls                   gen/schemas/acl-manifests.json, field by field
  inspect wix-upgrade-code        tauri.conf.json against its JSON schema, then field by field; Tauri.toml without the schema; both with
                                  the capabilities that are inlined in app.security.capabilities

No command reads a capability file field by field; oracle.py says how the verdict about one is put together.
"""

import json
import pathlib
import re
import subprocess
import tempfile

CONF = {
    "identifier": "com.example.oracle",
    "productName": "oracle",
    "version": "0.1.0",
    "build": {"frontendDist": "../dist"},
}
CARGO = '[package]\nname = "oracle"\nversion = "0.1.0"\nedition = "2021"\n'


class Cli:
    def __init__(self, folder):
        package = pathlib.Path(folder).resolve() / "node_modules/@tauri-apps/cli"
        self.program = package / "tauri.js"
        self.version = json.loads((package / "package.json").read_text())["version"]

    def ask(self, arguments, files):
        """Exit status, what it printed and wrote to stderr, and the files as they are afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            files = {
                "package.json": b'{"name":"oracle"}',
                "src-tauri/Cargo.toml": CARGO.encode(),
                "src-tauri/src/main.rs": b"fn main() {}\n",
                "src-tauri/tauri.conf.json": json.dumps(CONF).encode(),
                **files,
            }
            if "src-tauri/Tauri.toml" in files:
                del files["src-tauri/tauri.conf.json"]
            for name, data in files.items():
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_bytes(data)
            done = subprocess.run(
                ["node", self.program, *arguments], cwd=top / "src-tauri", capture_output=True, timeout=120, check=False
            )
            after = {name: (top / name).read_bytes() for name in files if (top / name).exists()}
        said = done.stderr.decode(errors="replace").replace(f"{top.resolve()}/", "")
        return done.returncode, done.stdout.decode(errors="replace"), said, after

    def identifier(self, text):
        """Whether it is one, and why not. The same question is put by two commands."""
        accept, message = self.inlined({"identifier": "x", "permissions": [text]})
        if "\0" in text:
            return accept, message
        options = ["--description", "d", "--windows", "main"]
        status, _, said, _ = self.ask(["capability", "new", "x", *options, f"--permission={text}"], {})
        assert accept == (status == 0), f"two commands disagree about {text!r}: {said}"
        return accept, "" if accept else said.split("`: ", 1)[1].split("\n")[0]

    def json_document(self, data):
        """Whether a JSON capability file is JSON at all."""
        status, _, said, _ = self.ask(["permission", "add", "core:default"], {"src-tauri/capabilities/row.json": data})
        assert status == 0 or "Could not find a capability" in said, said
        return status == 0, "" if status == 0 else self.conf("tauri.conf.json", data)[1].split(" because ")[-1]

    def toml_document(self, data):
        """Whether a text is TOML whose values a JSON map can hold. As a configuration it is wrong in any case, but later."""
        status, _, said, _ = self.ask(["inspect", "wix-upgrade-code"], {"src-tauri/Tauri.toml": data})
        assert status == 0 or re.search("unable to|unknown field|missing field|invalid type", said), said
        return "unable to" not in said, first_lines(said) if "unable to" in said else ""

    def inlined(self, capability):
        """Whether a capability, a Python value, can stand in Tauri.toml. There nan is what null is in JSON."""
        conf = "\n".join(f"{key} = {to_toml(value)}" for key, value in CONF.items())
        text = f"{conf}\napp.security.capabilities = [{to_toml(capability)}]\n"
        return self.conf("Tauri.toml", text.encode("utf-8", "surrogatepass"))

    def conf(self, name, data):
        status, _, said, _ = self.ask(["inspect", "wix-upgrade-code"], {f"src-tauri/{name}": data})
        return status == 0, "" if status == 0 else first_line(said).removeprefix("failed to parse config: ")

    def permission(self, ext, data):
        name = f"src-tauri/permissions/row.{ext}"
        status, _, said, _ = self.ask(["permission", "rm", "not-in-any-row"], {name: data})
        assert status == 0, said
        skipped = re.search(r"Skipping permission file .*?: (.*)", said, re.DOTALL)
        return not skipped, skipped[1].strip().split("\n")[-1] if skipped else ""

    def rewritten(self, ext, data):
        """A permission file from which the permission `gone` was removed: shows how it read the rest."""
        name = f"src-tauri/permissions/row.{ext}"
        status, _, said, after = self.ask(["permission", "rm", "gone"], {name: data})
        assert status == 0 and "Removed permission gone" in said, said
        return after[name].decode()

    def manifest(self, data):
        status, listed, said, _ = self.ask(["permission", "ls"], {"src-tauri/gen/schemas/acl-manifests.json": data})
        return status == 0, listed, first_line(said)


def first_line(said):
    return said.strip().split("\n")[0].strip().removeprefix("Error ")


def first_lines(said):
    """A message of the TOML reader with what it shows of the text left out."""
    lines = said.split("Error failed to parse config: ")[-1].strip().split("\n")
    return f"{lines[0].split('because ')[-1]}: {lines[-1]}"


def to_toml(value):
    """In one line."""
    if value is None:
        return "nan"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_toml_string(key)} = {to_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        return repr(float(value))
    return to_toml_string(value) if isinstance(value, str) else json.dumps(value)


def to_toml_string(text):
    plain = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(plain.get(c) or (c if " " <= c < "\x7f" else f"\\U{ord(c):08x}") for c in text) + '"'
