"""The benchmark with the page's rows: their shape and counts. Nothing here asserts a time: that is the benchmark's own work."""

import json
import os
import subprocess

import pytest

import tree

NAMES = ["page fetch", "page", "page script message"]
LOADS = [(64, 1), (4096, 1), (65536, 1), (2**20, 1), (64, 64)]
GATES = {  # (placement, bytes, limit)
    "page 64 B": ("free", 64, 0.4),
    "page 64 B, one CPU": ("one", 64, 0.4),
    "page 1 MiB": ("free", 2**20, 0.5),
    "page 1 MiB, one CPU": ("one", 2**20, 0.5),
}


def run(display, folder, *arguments):
    environment = os.environ | display.environment | {"TMPDIR": str(folder), "HOME": str(folder)}
    with tree.leaves_nothing():
        return subprocess.run([tree.ROOT / "bin/trollbridge", "bench", *arguments], env=environment, capture_output=True,
                              text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def short(display, tmp_path_factory):
    """A run of two rounds of 5 ms, with gates: (process, folder, parsed JSON)."""
    folder = tmp_path_factory.mktemp("bench")
    process = run(display, folder, "--json", "--gate", "--rounds", "2", "--ms", "5")
    assert process.returncode in (0, 1), process.stderr
    return process, folder, json.loads(process.stdout)


def page_rows(short):
    return [row for row in short[2]["rows"] if row["name"] in NAMES]


def test_one_row_for_each_load_placement_and_way(short):
    cells = [(row["placement"], row["bytes"], row["in_flight"], row["name"]) for row in page_rows(short)]
    assert cells == [(placement, *load, name) for placement in ("free", "one") for load in LOADS for name in NAMES]


def test_rows_have_the_members_of_all_others_and_add_up(short):
    floor = next(row for row in short[2]["rows"] if row["name"] == "floor")
    for row in page_rows(short):
        assert list(row) == list(floor)
        assert row["calls_s"] > 0 and 0 < row["p50_us"] <= row["p99_us"], row
        assert 0 < row["ratio_lo"] <= row["ratio"] <= row["ratio_hi"], row
        assert row["cpu_us"] > 0, row
        assert row["mib_s"] == pytest.approx(row["calls_s"] * row["bytes"] / 2**20, abs=0.01)


def test_the_fetch_is_what_the_others_are_measured_by(short):
    assert all(row["ratio"] == 1 for row in page_rows(short) if row["name"] == "page fetch")


def test_the_gates_are_taken_from_their_rows(short):
    gates = {gate["name"]: gate for gate in short[2]["gates"] if gate["name"].startswith("page ")}
    assert list(gates) == list(GATES)
    for name, (placement, n_bytes, limit) in GATES.items():
        row = next(r for r in page_rows(short) if r["name"] == "page" and r["placement"] == placement
                   and r["bytes"] == n_bytes and r["in_flight"] == 1)
        assert gates[name]["limit"] == limit and gates[name]["value"] == row["ratio"]
        assert gates[name]["ok"] == (row["ratio"] <= limit)


def test_gates_decide_the_exit_status(short):
    process, _, result = short
    assert process.returncode == (0 if all(gate["ok"] for gate in result["gates"]) else 1)


def test_what_a_document_gets_and_when_it_can_call(short):
    page = short[2]["page"]
    assert list(page) == ["start_ms", "reload_ms", "script_bytes", "script_gzip_bytes"]
    assert page["start_ms"] > page["reload_ms"] > 0
    assert 0 < page["script_gzip_bytes"] < page["script_bytes"]


def test_nothing_of_the_app_is_left_behind(short):
    assert [path for path in short[1].rglob("*") if "bench" in path.name] == []


def test_a_page_that_does_not_come_is_an_error(tmp_path):
    """A display that is named and not there."""
    broken = type("", (), {"environment": {"DISPLAY": ":65535", "XAUTHORITY": "/dev/null"}})
    process = run(broken, tmp_path, "--rounds", "1", "--ms", "2")
    assert process.returncode == 4 and process.stdout == ""
    assert "the page's program could not measure" in process.stderr
