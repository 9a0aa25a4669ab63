"""The benchmark's shape and counts, without the page's rows, which need a display: tests/webkit/test_bench.py. Nothing here
asserts a time: that is the benchmark's own work."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
ROOT = pathlib.Path(os.environ.get("TB_ROOT", TOP / "build/root"))
LARGE = "large policy to small"
RULED = "ruled to plain"
HOOKED = "hooked to plain"
ELSEWHERE = "hook elsewhere"
THREE = ["floor", "trollbridge", "trollbridge behind"]
LOADS = [  # (bytes, in flight, names)
    *((64, n, [*THREE, LARGE, RULED, HOOKED, ELSEWHERE]) for n in (1, 64)),
    (4096, 1, ["floor", "trollbridge", HOOKED]),
    *((size, n, THREE) for size in (65536, 2**20) for n in (1, 64)),
]
ROW = ["name", "placement", "bytes", "in_flight", "p50_us", "p99_us", "calls_s", "mib_s", "cpu_us",
       "ratio", "ratio_lo", "ratio_hi"]


def run(*arguments, folder, root=ROOT):
    environment = dict(os.environ, TMPDIR=str(folder), DISPLAY="")
    environment.pop("WAYLAND_DISPLAY", None)
    return subprocess.run([root / "bin/trollbridge", "bench", *arguments], env=environment, capture_output=True, text=True,
                          timeout=120)


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A run of two rounds of 5 ms: (process, folder, parsed JSON)."""
    folder = tmp_path_factory.mktemp("bench")
    process = run("--json", "--rounds", "2", "--ms", "5", folder=folder)
    assert process.returncode == 0, process.stderr
    return process, folder, json.loads(process.stdout)


def test_one_row_for_each_load_placement_and_contender(short):
    rows = short[2]["rows"]
    cells = [(r["placement"], r["bytes"], r["in_flight"], r["name"]) for r in rows]
    assert cells == [(p, b, n, name) for p in ("free", "one") for b, n, names in LOADS for name in names]


def test_rows_have_the_documented_members_and_add_up(short):
    for row in short[2]["rows"]:
        assert list(row) == ROW
        assert row["calls_s"] > 0 and 0 < row["p50_us"] <= row["p99_us"], row
        assert 0 < row["ratio_lo"] <= row["ratio"] <= row["ratio_hi"], row
        assert row["cpu_us"] > 0, row
        assert row["mib_s"] == pytest.approx(row["calls_s"] * row["bytes"] / 2**20, abs=0.01)


def test_the_floor_is_measured_against_itself(short):
    for row in short[2]["rows"]:
        if row["name"] == "floor":
            assert row["ratio"] == 1


GATES = {  # (row, placement, bytes, in flight, limit)
    "64 B one in flight": ("trollbridge", "free", 64, 1, 1.35),
    "64 B large policy, one CPU": (LARGE, "one", 64, 1, 1.1),
    "64 KiB 64 in flight": ("trollbridge", "free", 65536, 64, 1.0),
    "64 KiB 64 in flight, one CPU": ("trollbridge", "one", 65536, 64, 1.0),
    "1 MiB 64 in flight": ("trollbridge", "free", 2**20, 64, 1.0),
    "1 MiB 64 in flight, one CPU": ("trollbridge", "one", 2**20, 64, 1.0),
    "64 B hook elsewhere, one CPU": (ELSEWHERE, "one", 64, 1, 1.05),
}


def test_the_gates_are_taken_from_their_rows(short):
    result = short[2]
    assert [gate["name"] for gate in result["gates"]] == list(GATES)
    for gate in result["gates"]:
        assert sorted(gate) == ["limit", "name", "ok", "value"]
        name, placement, n_bytes, in_flight, limit = GATES[gate["name"]]
        row = next(r for r in result["rows"] if r["name"] == name and r["placement"] == placement
                   and r["bytes"] == n_bytes and r["in_flight"] == in_flight)
        assert gate["limit"] == limit
        assert gate["value"] == row["ratio"]
        if abs(gate["value"] - limit) > 0.0005:  # the members are rounded
            assert gate["ok"] == (gate["value"] <= limit if in_flight == 1 else gate["value"] >= limit)


def test_policies_of_three_sizes(short):
    policies = short[2]["policy"]
    assert [(p["name"], p["capabilities"], p["permissions"]) for p in policies] == [
        ("small", 10, 100), ("medium", 100, 1000), ("large", 1000, 10000)]
    for policy in policies:
        assert list(policy) == ["name", "capabilities", "permissions", "compile_ms", "compile_mib", "resolve_ms"]
        assert min(policy["compile_ms"], policy["compile_mib"], policy["resolve_ms"]) > 0, policy
    memory = [policy["compile_mib"] for policy in policies]
    assert memory[0] < memory[1] < memory[2] < 256


def test_what_an_open_takes(short):
    assert short[2]["open_ms"] > 0 and short[2]["open_large_ms"] > 0


def test_quiet_is_the_spread_of_the_floor(short):
    result = short[2]
    spread = max(r["ratio_hi"] / r["ratio_lo"] for r in result["rows"] if r["name"] == "floor")
    if not 1.245 < spread < 1.255:  # the members are rounded
        assert result["quiet"] == (spread <= 1.25)


def test_the_machine_and_the_rounds_are_told(short):
    machine = short[2]["machine"]
    assert machine["rounds"] == 2 and machine["round_ms"] == 5
    assert machine["cpus"] == os.sysconf("SC_NPROCESSORS_ONLN")
    assert machine["kernel"] == os.uname().release


def test_the_idle_tree_adds_up(short):
    idle = short[2]["idle"]
    parts = [idle[name] for name in ("supervisor_kib", "broker_kib", "scribe_kib")]
    assert all(part is None or part > 0 for part in parts)
    if None in parts:  # the kernel shows a process that is not dumpable to root alone
        assert idle["pss_kib"] is None and os.geteuid() != 0
    else:
        assert idle["pss_kib"] == sum(parts)


def test_nothing_is_left_behind(short):
    _, folder, _ = short
    assert list(folder.iterdir()) == []
    mine = str(folder).encode()
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert mine not in entry.read_bytes(), entry
        except OSError:
            pass


def test_without_a_display_the_page_is_not_measured(short):
    assert short[2]["page"] is None


def test_without_the_hook_its_rows_are_left_out(tmp_path):
    root = tmp_path / "root"
    shutil.copytree(ROOT, root, symlinks=True)
    (root / "libexec/trollbridge/hook").unlink()
    (tmp_path / "temporary").mkdir()
    process = run("--json", "--rounds", "1", "--ms", "2", folder=tmp_path / "temporary", root=root)
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout)
    names = {row["name"] for row in result["rows"]}
    assert result["hook"] is False
    assert names == {*THREE, LARGE, RULED}
    assert [gate["name"] for gate in result["gates"]] == [name for name, gate in GATES.items() if gate[0] != ELSEWHERE]


def test_a_hook_that_is_installed_is_told(short):
    assert short[2]["hook"] is True


def test_gates_cannot_be_judged_without_a_display(tmp_path):
    process = run("--gate", "--rounds", "1", "--ms", "2", folder=tmp_path)
    assert process.returncode == 4 and process.stdout == ""
    assert "./tb bench --gate" in process.stderr


def test_the_table_has_the_same_rows(tmp_path):
    process = run("--rounds", "1", "--ms", "2", folder=tmp_path)
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    assert sum(line.startswith(("free ", "one ")) for line in lines) == 2 * sum(len(names) for _, _, names in LOADS)
    assert sum(line.startswith("gate ") for line in lines) == len(GATES)
    assert sum(line.startswith("goal ") for line in lines) >= 5
    assert sum(line.startswith("policy ") for line in lines) == 3
    assert sum(line.startswith("page   not measured") for line in lines) == 1


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--rounds", "1001"], ["--ms", "x"],
                                       ["--ms", ""], ["--unknown"], ["word"]])
def test_usage(arguments, tmp_path):
    process = run(*arguments, folder=tmp_path)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith("trollbridge: usage: ")
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_folder_that_cannot_be_written(tmp_path):
    process = run("--json", folder=tmp_path / "missing")
    assert process.returncode == 4
    assert process.stdout == ""
    assert "temporary folder" in process.stderr
