"""`trollbridge types`: what a page may call compiles, and nothing else does. TypeScript's own compiler judges."""

import json
import os
import subprocess

import pytest

import tree

SHIM = tree.TOP / "shim-js"
TSC = ["node", str(SHIM / "node_modules/typescript/bin/tsc")]
OPTIONS = {"strict": True, "noEmit": True, "skipDefaultLibCheck": True, "target": "es2022", "module": "nodenext", "moduleResolution": "nodenext",
           "lib": ["es2022", "dom", "dom.iterable"], "types": []}
MANIFEST = '[app]\nid = "com.example.types"\n'


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Declarations of the npm package, as an app has them in its node_modules."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([*TSC, "-p", SHIM, "--emitDeclarationOnly", "--outDir", folder], check=True, cwd=SHIM)
    (folder / "package.json").write_text(json.dumps({"name": "trollbridge", "type": "module"}))
    return folder


def trollbridge(*arguments):
    done = subprocess.run([tree.ROOT / "bin/trollbridge", "types", *map(str, arguments)], env={"HOME": os.environ["HOME"]}, cwd="/",
                          capture_output=True, timeout=tree.PATIENCE_S, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def bindings(*arguments):
    status, out, errors = trollbridge(*arguments)
    assert (status, errors) == (0, ""), errors
    return out


def app(folder, permissions, files=None, manifest="", windows=("main",)):
    write(folder, {"trollbridge.toml": MANIFEST + manifest, **(files or {}), "capabilities/main.json": json.dumps(
        {"identifier": "main", "windows": windows, "permissions": permissions})})
    return folder


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def compiles(folder, package, **files):
    """What tsc says of these files; empty: nothing."""
    options = OPTIONS | ({"paths": {"trollbridge": [f"{package}/src/index.d.ts"], "trollbridge/enclave": [f"{package}/src/enclave/index.d.ts"]}} if package else {})
    write(folder, {"tsconfig.json": json.dumps({"compilerOptions": options, "include": ["*.ts"]}), "package.json": '{"type": "module"}'})
    write(folder, {f"{name.replace('_', '.')}.ts": text for name, text in files.items()})
    return subprocess.run([*TSC, "-p", folder], capture_output=True, text=True, timeout=240, check=False).stdout


GRANTED = ["fs:allow-read-file", "fs:allow-write-file", "fs:allow-watch", "fs:allow-stat", "core:path:default", "core:app:default", "audit:default",
           "core:window:allow-set-title"]

GOOD = """
const bytes: Uint8Array = await invoke('plugin:fs|read_file', { path: 'a' });
await invoke('plugin:fs|read_file', { path: 'a', options: { baseDir: 11 } }, { most: 10 });
await invoke('plugin:fs|write_file', { path: 'a' }, { raw: new Uint8Array(1) });
const joined: string = await invoke('plugin:path|join', { paths: ['a', 'b'] });
const absolute: boolean = await invoke('plugin:path|is_absolute', { path: joined });
const size: number = (await invoke('plugin:fs|stat', { path: 'a' })).size;
const name: string = await invoke('plugin:app|name');
await invoke('plugin:app|name', {}, { signal: new AbortController().signal });
await invoke('plugin:window|set_title', { value: 'title' });
const codes: string[] = [];
const channel = new Channel<{ code: string }>((record) => codes.push(record.code));
const rid: number = await invoke('plugin:audit|follow', { onRecord: channel, last: 10 });
export { bytes, absolute, size, name, rid };
"""

# Each must be an error: tsc says so where one is not.
BAD = """
// @ts-expect-error it is not granted
await invoke('plugin:fs|remove', { path: 'a' });
// @ts-expect-error it is not granted
await invoke('plugin:shell|execute', {});
// @ts-expect-error there is nothing of that name
await invoke('read_file', { path: 'a' });
// @ts-expect-error a name that is made at run time
await invoke('plugin:fs|' + String(1), { path: 'a' });
// @ts-expect-error the arguments are missing
await invoke('plugin:fs|read_file');
// @ts-expect-error a path is a text
await invoke('plugin:fs|read_file', { path: 1 });
// @ts-expect-error an argument that it has not got
await invoke('plugin:fs|read_file', { path: 'a', flag: true });
// @ts-expect-error the content is missing
await invoke('plugin:fs|write_file', { path: 'a' });
// @ts-expect-error a body is bytes
await invoke('plugin:fs|write_file', { path: 'a' }, { raw: 'text' });
// @ts-expect-error it answers bytes
const text: string = await invoke('plugin:fs|read_file', { path: 'a' });
// @ts-expect-error what is joined is a list
await invoke('plugin:path|join', { paths: 'a' });
// @ts-expect-error a channel for something else
await invoke('plugin:audit|follow', { onRecord: new Channel<number>(() => undefined) });
// @ts-expect-error the result is not what one says it is
await invoke<string>('plugin:fs|read_file', { path: 'a' });
export { text };
"""

CHANNEL = """class Channel<T> {
  onmessage: (message: T) => unknown;
  constructor(handle: (message: T) => unknown) {
    this.onmessage = handle;
  }
}
"""
ALONE = "import type { Invoke } from './trollbridge.js';\ndeclare const invoke: Invoke;\n" + CHANNEL
WITH = "import { invoke, Channel } from 'trollbridge';\n"


@pytest.mark.parametrize("view", [[], ["--view", "main"]], ids=["all", "view"])
def test_with_the_npm_package(tmp_path, package, view):
    text = bindings(app(tmp_path / "app", GRANTED), *view)
    assert compiles(tmp_path / "page", package, trollbridge_d=text, good=WITH + GOOD, bad=WITH + BAD) == ""


def test_the_global_function_too(tmp_path, package):
    text = bindings(app(tmp_path / "app", GRANTED))
    head = "import type {} from 'trollbridge';\nconst { invoke, Channel } = globalThis.trollbridge!;\n"
    assert compiles(tmp_path / "page", package, trollbridge_d=text, good=head + GOOD, bad=head + BAD) == ""


def test_without_the_npm_package(tmp_path):
    text = bindings(app(tmp_path / "app", GRANTED))
    assert compiles(tmp_path / "page", None, trollbridge_d=text, good=ALONE + GOOD, bad=ALONE + BAD) == ""


def test_the_checks_are_no_formality(tmp_path, package):
    """A bad call that is not marked is an error; without the bindings every marked one is none."""
    unmarked = "\n".join(line for line in BAD.splitlines() if "@ts-expect-error" not in line)
    text = bindings(app(tmp_path / "app", GRANTED))
    said = compiles(tmp_path / "unmarked", package, trollbridge_d=text, bad=WITH + unmarked)
    assert said.count("error TS") == BAD.count("@ts-expect-error")
    said = compiles(tmp_path / "free", package, bad=WITH + BAD)
    assert said.count("error TS2578") >= 10  # unused marks


def test_any_name_without_bindings(tmp_path, package):
    page = "import { invoke } from 'trollbridge';\nconst n = await invoke<number>('anything|at_all', { a: 1 });\nexport const m: number = n + 1;\n"
    assert compiles(tmp_path / "page", package, good=page) == ""


def test_an_app_that_grants_nothing(tmp_path, package):
    text = bindings(app(tmp_path / "app", []))
    page = "import { invoke } from 'trollbridge';\n// @ts-expect-error nothing is granted\nawait invoke('plugin:fs|stat', { path: 'a' });\nexport {};\n"
    assert compiles(tmp_path / "page", package, trollbridge_d=text, bad=page) == ""


def names(text):
    """The names of the commands, in the file's order."""
    rows = text[text.index("/** Every command that may be called. */"):].partition("}\n")[0].splitlines()
    return [json.loads(row.strip().split('": ')[0] + '"') for row in rows if row.startswith('  "')]


def test_exactly_what_is_granted(tmp_path):
    folder = app(tmp_path, GRANTED + ["fs:deny-stat"])
    done = subprocess.run([tree.ROOT / "bin/trollbridge", "policy", "check", folder, "--json"], env={"HOME": os.environ["HOME"]},
                          capture_output=True, check=False)
    report = json.loads(done.stdout)
    assert names(bindings(folder)) == sorted(set(report["allowed"]) - set(report["denied"]))


def test_one_view_or_all(tmp_path):
    write(tmp_path, {"capabilities/other.json": json.dumps({"identifier": "other", "windows": ["other"], "permissions": ["fs:allow-size"]})})
    folder = app(tmp_path, ["fs:allow-stat"])
    assert names(bindings(folder)) == ["plugin:fs|size", "plugin:fs|stat"]
    assert names(bindings(folder, "--view", "other")) == ["plugin:fs|size"]
    assert names(bindings(folder, "--view", "main")) == ["plugin:fs|stat"]
    assert names(bindings(folder, "--view", "nobody")) == []


def test_the_same_again(tmp_path):
    folder = app(tmp_path, GRANTED)
    first = bindings(folder)
    write(tmp_path, {"capabilities/main.json": json.dumps({"identifier": "main", "windows": ["main"], "permissions": GRANTED[::-1]})})
    assert bindings(folder) == first == bindings(folder)


def test_into_a_file(tmp_path):
    folder = app(tmp_path / "app", GRANTED)
    assert trollbridge(folder, "-o", tmp_path / "out.d.ts") == (0, "", "")
    assert (tmp_path / "out.d.ts").read_text() == bindings(folder)
    status, out, errors = trollbridge(folder, "-o", tmp_path / "nowhere/out.d.ts")
    assert (status, out) == (1, "") and errors.startswith("trollbridge: io: ")


def test_what_nothing_implements_is_marked(tmp_path):
    text = bindings(app(tmp_path, ["core:menu:allow-new", "fs:allow-stat"]))
    assert "  /** @deprecated Nothing implements it: it is answered `unimplemented`. */\n  \"plugin:menu|new\": Unknown;\n" in text
    assert text.count("@deprecated") == 1


def test_each_type_file_that_is_shipped(tmp_path, package):
    """Every command that has types is one of its plugin, and they compile."""
    keys = sorted(path.parent.name for path in (tree.ROOT / "share/trollbridge/plugins").glob("*/commands.d.ts"))
    assert {"fs", "audit", "core:path", "core:event", "core:app", "core:window"} <= set(keys)
    # Those outside the defaults are granted one by one.
    permissions = [f"{key}:default" for key in keys] + [
        f"{key}:{line.split(chr(34))[1]}" for key in keys
        for folder in ("permissions", "permissions/commands")
        for path in (tree.ROOT / f"share/trollbridge/plugins/{key}" / folder).glob("*.toml")
        for line in path.read_text().splitlines() if line.startswith('identifier = "allow-')]
    text = bindings(app(tmp_path / "app", sorted(set(permissions))))
    checks = "".join(
        f"type Extra_{i} = Exclude<keyof import('./inside_{i}.js').Commands, {granted(text, key)}>;\nexport const none_{i}: [Extra_{i}] extends [never] ? 1 : 0 = 1;\n"
        for i, key in enumerate(keys))
    inside = {f"inside_{i}": "import type { Receiver } from './trollbridge.js';\n" + type_file(key) for i, key in enumerate(keys)}
    folder = tmp_path / "page"
    write(folder, {f"{name}.ts": body for name, body in inside.items()})
    assert compiles(folder, package, trollbridge_d=text, extra=checks) == ""


def type_file(key):
    return (tree.ROOT / f"share/trollbridge/plugins/{key}/commands.d.ts").read_text() + "\nexport type { Receiver };\n"


def granted(text, key):
    front = f"plugin:{key.removeprefix('core:')}|"
    return " | ".join(json.dumps(name.removeprefix(front)) for name in names(text) if name.startswith(front)) or "never"


# ---- an author's own ----

PLUGIN = 'name = "{0}"\nprogram = "x"\ncommands = ["go", "stay"]\n'
PERMISSION = '[default]\ndescription = "All."\npermissions = ["allow-all"]\n\n[[permission]]\nidentifier = "allow-all"\ncommands.allow = ["go", "stay"]\n'


def own(folder, types, name="mine"):
    files = {f"{name}/plugin.toml": PLUGIN.format(name), f"{name}/permissions/all.toml": PERMISSION}
    if types is not None:
        files[f"{name}/commands.d.ts"] = types
    return app(folder, [f"{name}:default"], files, f'[plugins.{name}]\nprogram = "x"\npermissions = "{name}"\n')


def test_an_authors_types(tmp_path, package):
    text = bindings(own(tmp_path / "app", "export interface Commands {\n  go: { args: { to: string }; result: number };\n}"))
    page = """import { invoke } from 'trollbridge';
export const n: number = await invoke('plugin:mine|go', { to: 'a' });
export const u: unknown = await invoke('plugin:mine|stay', { whatever: 1 });
await invoke('plugin:mine|stay');
// @ts-expect-error it needs its argument
await invoke('plugin:mine|go', {});
// @ts-expect-error not granted
await invoke('plugin:mine|leave', {});
"""
    assert compiles(tmp_path / "page", package, trollbridge_d=text, page=page) == ""


def test_the_kit_has_types_in_each_language(tmp_path, package):
    text = bindings(tree.TOP / "examples/kit")
    page = "import { invoke } from 'trollbridge';\nexport const all: string[] = [" + "".join(
        f"await invoke('plugin:{name}|greet', {{ name: 'x' }}), " for name in ("c", "python", "node")) + "];\n"
    assert compiles(tmp_path / "page", package, trollbridge_d=text, page=page) == ""


def test_the_apps_own_commands(tmp_path, package):
    files = {"commands.d.ts": "export interface Commands {\n  'save-all': { args: { name: string }; result: null };\n}\n",
             "permissions/own.toml": '[[permission]]\nidentifier = "allow-own"\ncommands.allow = ["save-all", "load"]\n'}
    text = bindings(app(tmp_path / "app", ["allow-own"], files))
    page = "import { invoke } from 'trollbridge';\nawait invoke('save-all', { name: 'a' });\nawait invoke('load');\n// @ts-expect-error no name\nawait invoke('save-all', {});\n"
    assert compiles(tmp_path / "page", package, trollbridge_d=text, page=page) == ""


# ---- what others have named ----

ESCAPES = [
    ("} export const evil = 1; {", "a closing brace too many", 1),
    ("export interface Commands {}\n}\nexport const evil = 1;\ndeclare namespace x {", "a closing brace too many", 2),
    ("export interface Commands {", "a brace that is not closed", 1),
    ("export interface Commands {} /* ", "a comment that does not end", 1),
    ("export interface Commands {}\n// a\u2028} export const evil = 1; {", "a closing brace too many", 3),
    ("export interface Commands {}\n// a\r} export const evil = 1; {", "a closing brace too many", 3),
    ("export interface Commands { 'a: 1 }\n", "a string that does not end in its line", 1),
    ("export interface Commands { \"a\\\n", "a string that does not end in its line", 1),
    ("export interface Commands { a: `${string}` }", "a template type: write the strings out", 1),
    ("export interface Commands {} /}/", "`/` or `#` in a type", 1),
    ("// interface", "has no `interface Commands`", 0),
]


@pytest.mark.parametrize("types,why,line", ESCAPES)
def test_types_stay_inside_their_namespace(tmp_path, types, why, line):
    status, out, errors = trollbridge(own(tmp_path, types))
    assert (status, out) == (3, "")
    assert errors == f"trollbridge: types: commands.d.ts of mine" + (f", line {line}: {why}\n" if line else f" {why}\n")


def test_braces_in_strings_and_comments_count_for_nothing(tmp_path, package):
    types = "// }}}\n/* {{{ ' \" ` */\nexport interface Commands {\n  go: { args: { '}': \"{'\\\"\" }; result: '//' | '/*' };\n}\n"
    text = bindings(own(tmp_path / "app", types))
    page = "import { invoke } from 'trollbridge';\nexport const s: string = await invoke('plugin:mine|go', { '}': '{\\'\"' });\n"
    assert compiles(tmp_path / "page", package, trollbridge_d=text, page=page) == ""


def test_a_link_in_the_place_of_types_is_refused(tmp_path):
    folder = own(tmp_path / "app", None)
    write(tmp_path, {"elsewhere.ts": "export interface Commands {}"})
    (folder / "mine/commands.d.ts").symlink_to(tmp_path / "elsewhere.ts")
    status, out, errors = trollbridge(folder)
    assert (status, out) == (3, "") and "mine/commands.d.ts" in errors


NAMES = ['a"; export const evil = 1; "', "a': never; evil: '", "*/ evil /*", "// evil", "${evil}", "`evil`", "a\\", "a\nb", "a\u2028b", "\x1b[2J",
         "\u202eevil", "}", "constructor", "__proto__", "\U0001f6f6"]


def test_names_are_strings_and_nothing_else(tmp_path, package):
    """What cannot be called has no handle, and no type. tests/unit/test_types_text.c has what would become of the others."""
    permission = "[[permission]]\nidentifier = \"allow-all\"\ncommands.allow = " + json.dumps(NAMES, ensure_ascii=False) + "\n"
    folder = own(tmp_path / "app", None)
    write(folder, {"mine/permissions/all.toml": permission + PERMISSION.partition("[[permission]]")[0]})
    text = bindings(folder)
    assert names(text) == ["plugin:mine|__proto__", "plugin:mine|constructor"] and "evil" not in text
    page = """import type { Name } from './trollbridge.js';
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? 1 : 0) : 0;
export const same: Same<Name, 'plugin:mine|__proto__' | 'plugin:mine|constructor'> = 1;
"""
    assert compiles(tmp_path / "page", package, trollbridge_d=text, page=page) == ""


ENCLAVE = """import { invoke } from 'trollbridge';
import { enclave, type Algorithm, type DamagedFile, type Key, type Mode, type NewKey, type NewSalt, type Revocation, type Salt, type Signature, type Trust, type Verdict } from 'trollbridge/enclave';

declare const algorithm: Algorithm, mode: Mode, level: Trust, reason: Revocation, raw: Uint8Array;
const key = '0123456789ABCDEF0123456789ABCDEF01234567';
const hash = new Uint8Array(32);
export const all: [Key[], DamagedFile[], Salt, NewSalt, NewKey, Verdict, Signature[], string] = [
  (await invoke('plugin:enclave|list_keys')).keys,
  (await invoke('plugin:enclave|list_keys')).damaged,
  await invoke('plugin:enclave|salt', { key }),
  await invoke('plugin:enclave|new_salt'),
  await invoke('plugin:enclave|generate_key', { user_id: 'x', ticket: '1', hash, algorithm, expires_s: 0 }),
  await invoke('plugin:enclave|verify', {}, { raw }),
  (await invoke('plugin:enclave|decrypt', {}, { raw })).signatures,
  (await invoke('plugin:enclave|revoke_key', { key, reason })).revocation,
];
await invoke('plugin:enclave|sign', { key, mode, armor: false }, { raw });
await invoke('plugin:enclave|trust', { key, level });
export const text: string = await enclave.encrypt('x', { to: key });
export const bytes: Uint8Array = await enclave.encrypt('x', { to: [key], armor: false });
"""


def test_the_module_of_the_enclave_has_the_types_of_its_commands(tmp_path, package):
    text = bindings(app(tmp_path / "app", ["enclave:default", "enclave:manage"]))
    assert compiles(tmp_path / "page", package, trollbridge_d=text, page=ENCLAVE) == ""
    other = text.replace("'superseded' | ", "").replace("'cleartext' | ", "").replace("damaged: {", "damaged?: {")
    assert compiles(tmp_path / "other", package, trollbridge_d=other, page=ENCLAVE).count("error TS") == 3


def test_a_wrong_policy_is_told(tmp_path):
    status, out, errors = trollbridge(app(tmp_path, ["nobody:default"]))
    assert (status, out) == (3, "") and "unknown-plugin" in errors


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--nothing", "a"], ["a", "--view", "no such view"], ["a", "-o"]])
def test_usage(arguments):
    status, out, errors = trollbridge(*arguments)
    assert (status, out) == (2, "") and errors.startswith("trollbridge: usage: ")


def test_help():
    status, out, _ = trollbridge("--help")
    assert status == 0 and out.startswith("usage: trollbridge types APP")
