"""libtrollbridge as other people get it: what was installed, found with pkg-config."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]
ROOT = pathlib.Path(os.environ.get("TB_ROOT", TREE / "build/root")).resolve()
LIBRARY = ROOT / "lib/libtrollbridge.so.0"
HEADER = ROOT / "include/trollbridge.h"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def pkg_config(*arguments):
    return subprocess.run(["pkg-config", *arguments, "trollbridge"], check=True, text=True,
                          capture_output=True,
                          env={**os.environ, "PKG_CONFIG_PATH": str(ROOT / "lib/pkgconfig")}
                          ).stdout.split()


def declared():
    """The functions of the public header, by name."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.S)
    return set(re.findall(r"^TROLLBRIDGE_API [^(;]*?\*?(\w+)\(", text, flags=re.M))


def of_handlers():
    """What a handler of commands calls; a program's own loop is not for a host."""
    names = (TREE / "plugins/sdk/trollbridge-plugin.symbols").read_text(encoding="utf-8").split()
    return {name for name in names if not re.match("tb_plugin_main$|tb_watch_|tb_timer_", name)}


def exported(library, folder):
    output = subprocess.run(["nm", "-D", "--defined-only", str(library)], check=True, text=True,
                            capture_output=True, cwd=folder).stdout
    return {line.split()[2].split("@")[0] for line in output.splitlines()}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("host")
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", *STRICT, *pkg_config("--cflags"),
                    str(TREE / "examples/host/host.c"), "-o", str(folder / "host"),
                    *pkg_config("--libs")], check=True)
    return folder / "host"


@pytest.fixture
def app(tmp_path):
    shutil.copytree(TREE / "examples/notes", tmp_path / "notes", symlinks=True)
    return tmp_path / "notes"


def run(host, app, home):
    environment = {"HOME": str(home), "LD_LIBRARY_PATH": str(LIBRARY.parent), "PATH": "/usr/bin:/bin"}
    return subprocess.run([str(host), str(app)], text=True, capture_output=True, timeout=60,
                          env=environment)


def test_the_example_opens_a_view_and_hears_of_its_end(host, app, tmp_path):
    done = run(host, app, tmp_path)
    assert done.stderr == ""
    assert re.fullmatch(r"opened: session [0-9a-f]{16}\nalert: main closed: shut by the host\n",
                        done.stdout)
    assert done.returncode == 0
    log = tmp_path / ".local/state/trollbridge/com.example.notes/audit.jsonl"
    events = re.findall(r'"event":"(\w+)"', log.read_text(encoding="utf-8"))
    assert events[-3:] == ["open", "close", "stop"]


def test_wrong_files_are_told(host, app, tmp_path):
    (app / "trollbridge.toml").write_text("[app]\nid = 'com.example.notes'\ntypo = 1\n")
    done = run(host, app, tmp_path)
    assert done.returncode == 1
    assert "trollbridge.toml:3" in done.stderr
    assert "host: the app's policy or manifest is wrong" in done.stderr


def test_exactly_the_headers_are_exported(tmp_path):
    names = declared()
    assert "trollbridge_spawn" in names and "trollbridge_result_text" in names
    assert {"tb_reply_value", "tb_stream_send"} <= of_handlers()
    assert exported(LIBRARY, tmp_path) == names | of_handlers()
    # A library without the version script would be found out.
    plain = tmp_path / "plain.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(plain)], check=True,
                   text=True, input="int trollbridge_spawn(void) { return 0; }\nint tb_fd;\n")
    assert "tb_fd" in exported(plain, tmp_path)


def test_the_library_has_its_name_and_number():
    dynamic = subprocess.run(["readelf", "-d", str(LIBRARY)], check=True, text=True,
                             capture_output=True).stdout
    assert "Library soname: [libtrollbridge.so.0]" in dynamic
    assert "RUNPATH" not in dynamic and "RPATH" not in dynamic
    assert (ROOT / "lib/libtrollbridge.so").resolve() == LIBRARY.resolve()


def test_the_header_is_strict_c_and_cplusplus(tmp_path):
    (tmp_path / "once.h").write_text("#include <trollbridge.h>\n#include <trollbridge.h>\n")
    for compiler, standards in {"gcc": ["c99", "c17"], "g++": ["c++11", "c++17"]}.items():
        language = "c" if compiler == "gcc" else "c++"
        for standard in standards:
            subprocess.run([compiler, f"-std={standard}", *STRICT, "-x", language,
                            "-fsyntax-only", *pkg_config("--cflags"), "-"], check=True, text=True,
                           input='#include "once.h"\nint main(void) { return TROLLBRIDGE_OK; }\n',
                           cwd=tmp_path)


def test_a_cplusplus_host_links(tmp_path):
    subprocess.run(["g++", *STRICT, *pkg_config("--cflags"), "-x", "c++", "-", "-o", "host",
                    *pkg_config("--libs")], check=True, text=True, cwd=tmp_path,
                   input="#include <trollbridge.h>\n"
                         "int main() { trollbridge_close(nullptr); return 0; }\n")
    subprocess.run([str(tmp_path / "host")], check=True,
                   env={"LD_LIBRARY_PATH": str(LIBRARY.parent)})


def test_pkg_config_asks_for_nothing_more():
    assert "-ltrollbridge" in pkg_config("--libs")
    assert not {"-lsodium", "-lmsgpackc"} & set(pkg_config("--libs"))
    assert pkg_config("--modversion") == ["0.1.0"]


def test_the_guides_prompts_compile(tmp_path):
    """What docs/host-guide.md shows of them, with what it leaves to the host."""
    guide = (TREE / "docs/host-guide.md").read_text()
    [block] = [text for text in re.findall(r"^```c\n(.*?)^```$", guide, re.M | re.S) if "on_asked_over" in text]
    (tmp_path / "prompts.c").write_text(
        "#include <trollbridge.h>\nstruct prompt { uint32_t id; };\n"
        "void show_prompt(void *data, const struct trollbridge_ask *ask);\nvoid hide_prompt(void *data, uint32_t id);\n" + block +
        "void use(struct trollbridge *bridge, const struct prompt *prompt);\n"
        "void use(struct trollbridge *bridge, const struct prompt *prompt) { on_button(bridge, prompt, TROLLBRIDGE_ONCE); }\n"
        "const struct trollbridge_options options = {.ask = on_ask, .asked_over = on_asked_over};\n")
    subprocess.run(["gcc", "-std=c17", *STRICT, *pkg_config("--cflags"), "-fsyntax-only", tmp_path / "prompts.c"], check=True)


def test_the_guides_passphrases_compile(tmp_path):
    guide = (TREE / "docs/host-guide.md").read_text()
    [block] = [text for text in re.findall(r"^```c\n(.*?)^```$", guide, re.M | re.S) if "on_secret" in text]
    (tmp_path / "secrets.c").write_text(
        "#include <trollbridge.h>\nstruct entry { uint32_t id; char *text; size_t n; };\n"
        "void show_entry(void *data, const struct trollbridge_secret *secret);\nvoid wipe_entry(struct entry *entry);\n" + block +
        "void use(struct trollbridge *bridge, struct entry *entry);\n"
        "void use(struct trollbridge *bridge, struct entry *entry) { on_typed(bridge, entry); }\n"
        "const struct trollbridge_options options = {.secret = on_secret};\n")
    subprocess.run(["gcc", "-std=c17", *STRICT, *pkg_config("--cflags"), "-fsyntax-only", tmp_path / "secrets.c"], check=True)
