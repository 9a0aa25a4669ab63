"""Every program that is installed is built hardened, and the sandbox in it has no switch."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(os.environ.get("TB_ROOT", pathlib.Path(__file__).parents[2] / "build/root"))
PROGRAMS = sorted(path for folder in ("bin", "libexec", "lib") for path in (ROOT / folder).rglob("*")
                  if path.is_file() and not path.is_symlink()
                  and path.read_bytes()[:4] == b"\x7fELF")
CC = shutil.which(os.environ.get("CC", "cc"))
HARDENED = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE",
            "-D_FORTIFY_SOURCE=3", "-Wl,-z,relro,-z,now", "-Wl,-z,noexecstack"]
# What libc offers a checked twin of, and whose plain form a hardened build therefore should not
# import alone: seen as `memcpy` beside no `*_chk` at all.
FORTIFIABLE = {"memcpy", "memmove", "memset", "read", "pread", "recv", "snprintf", "fprintf",
               "printf", "vfprintf", "strcpy", "readlink", "getcwd", "poll"}
SOURCE = """
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char text[64];
    ssize_t n = read(0, text, (size_t)atoi(argv[argc - 1]));
    printf("%s %zd %s\\n", text, n, SWITCH);
    return 0;
}
"""


def readelf(path, *what):
    return subprocess.run(["readelf", "-W", *what, str(path)], check=True, text=True,
                          capture_output=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def imports(path):
    return {match.group(1) for match in
            re.finditer(r" UND (\w+)", readelf(path, "--dyn-syms"))}


def weaknesses(path):
    header, segments = readelf(path, "-h"), readelf(path, "-l")
    dynamic, names = readelf(path, "-d"), imports(path)
    found = set()
    # A library is position-independent or not one at all; nobody starts it, so that it names no loader.
    if "DYN (" not in header or not ("PIE" in dynamic or " INTERP " not in segments):
        found.add("pie")
    if "GNU_RELRO" not in segments:
        found.add("relro")
    if not re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic):
        found.add("bind-now")
    stack = re.search(r"GNU_STACK.* (R..?) +0x", segments)
    if not stack or "E" in stack.group(1):
        found.add("nx-stack")
    if re.search(r"LOAD .* RWE ", segments):
        found.add("rwx-segment")
    if "__stack_chk_fail" not in names:
        found.add("stack-protector")
    if names & FORTIFIABLE and not any(name.endswith("_chk") for name in names):
        found.add("fortify")
    # Our own libraries are found beside the program, wherever the tree lies, and nowhere else.
    paths = re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", dynamic)
    if "TEXTREL" in dynamic or any(not re.fullmatch(r"\$ORIGIN(/\.\.)*(/lib)?", one) for one in paths):
        found.add("path")
    return found


def switches(path):
    """Ways in which a program could be told at run time to leave its sandbox out."""
    return imports(path) & {"getenv", "secure_getenv"}


def build(tmp_path, flags, switch='"x"'):
    source, program = tmp_path / "program.c", tmp_path / "program"
    source.write_text(SOURCE)
    subprocess.run([CC, "-w", f"-DSWITCH={switch}", *flags, "-o", program, source], check=True)
    return program


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_program_is_hardened(path):
    assert weaknesses(path) == set()


# The host's side, command line and library, enters no sandbox itself and reads where the user's
# folders are; so do the benchmark and the dev bridge, which are hosts.
@pytest.mark.parametrize("path", [path for path in PROGRAMS if path.parent.name not in ("bin", "lib", "bench") and path.name != "dev"],
                         ids=lambda path: path.name)
def test_program_reads_no_switch(path):
    assert switches(path) == set()


def test_a_hardened_build_passes(tmp_path):
    assert weaknesses(build(tmp_path, HARDENED)) == set()


@pytest.mark.parametrize("flags,weakness", [
    (["-no-pie", "-fno-pie"], "pie"),
    (["-Wl,-z,norelro"], "relro"),
    (["-Wl,-z,lazy"], "bind-now"),
    (["-Wl,-z,execstack"], "nx-stack"),
    (["-fno-stack-protector"], "stack-protector"),
    (["-U_FORTIFY_SOURCE"], "fortify"),
    (["-Wl,-rpath,/nowhere"], "path"),
    (["-Wl,-rpath,$ORIGIN/../lib:/nowhere"], "path"),
    (["-Wl,-rpath,lib"], "path"),
])
def test_each_weakness_is_found(tmp_path, flags, weakness):
    assert weakness in weaknesses(build(tmp_path, HARDENED + flags))


def test_a_switch_is_found(tmp_path):
    program = build(tmp_path, HARDENED, 'getenv("TB_SANDBOX")')
    assert switches(program) == {"getenv"}
