#!/usr/bin/env python3
"""The red-team table: one row per attack on a real tree. See README.md for how to add a row."""

import argparse
import concurrent.futures
import contextlib
import fnmatch
import json
import os
import sys

import bench
import rows_ask  # noqa: F401
import rows_audit  # noqa: F401
import rows_bombs  # noqa: F401
import rows_dev  # noqa: F401
import rows_enclave  # noqa: F401
import rows_files  # noqa: F401
import rows_filters  # noqa: F401
import rows_floods  # noqa: F401
import rows_frames  # noqa: F401
import rows_host  # noqa: F401
import rows_hostlink  # noqa: F401
import rows_isolation  # noqa: F401
import rows_isolation_hook  # noqa: F401
import rows_opener  # noqa: F401
import rows_options  # noqa: F401
import rows_page  # noqa: F401
import rows_page_crash  # noqa: F401
import rows_page_frames  # noqa: F401
import rows_page_native  # noqa: F401
import rows_picks  # noqa: F401
import rows_plugin  # noqa: F401
import rows_pool  # noqa: F401
import rows_programs  # noqa: F401
import rows_record  # noqa: F401
import rows_reload  # noqa: F401
import rows_sandbox  # noqa: F401
import rows_secret  # noqa: F401
import rows_session  # noqa: F401
import rows_state  # noqa: F401
import rows_streams  # noqa: F401
import selftest
import table
from page import displays


def options():
    parser = argparse.ArgumentParser(prog="tb hostile", description=__doc__)
    parser.add_argument("patterns", nargs="*", default=["*"], help="only rows (or breaches) whose name matches, as 'replay-*'")
    parser.add_argument("--tree", required=True, help="an installed tree, as build/root")
    parser.add_argument("--evil", required=True, help="the hostile plugin's program")
    parser.add_argument("--bare", required=True, help="the program that opens a window without Trollbridge")
    parser.add_argument("--plants", default="", help="the folder with twins that have weaknesses, for the self-test")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--list", action="store_true", help="only print the names of the rows")
    parser.add_argument("--jobs", type=int, default=2 * len(os.sched_getaffinity(0)))
    parser.add_argument("--self-test", metavar="TREE",
                        help="run rows against planted breaches, among them this tree built with -Dsandbox=off; "
                             "they must fail")
    return parser.parse_args()


def run_all(trials, jobs, show):
    """Runs (row, settings) and returns their results. Slow rows first, so that their waiting is the others' time; shown in the
    order that they are given in."""
    done = {}
    shown = 0
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        order = sorted(range(len(trials)), key=lambda at: not trials[at][0].slow)
        futures = {pool.submit(run_one, trials[at][0].id, trials[at][1]): at for at in order}
        for future in concurrent.futures.as_completed(futures):
            done[futures[future]] = future.result()
            while shown in done:
                show(done[shown])
                shown += 1
    return [done[at] for at in range(len(trials))]


def run_one(row_id, settings):
    return bench.run(next(row for row in bench.ROWS if row.id == row_id), settings)


@contextlib.contextmanager
def screen(wanted):
    """The environment of the windows, as JSON, if there are to be any."""
    if not wanted:
        yield ""
        return
    server = displays.Display()
    try:
        yield json.dumps(server.environment)
    finally:
        server.close()


def main():
    chosen = options()
    rows = [row for row in bench.ROWS if any(fnmatch.fnmatch(row.id, p) for p in chosen.patterns)]
    if chosen.list:
        print("\n".join(row.id for row in rows))
        return 0
    with screen(chosen.self_test or any(row.trial for row in rows)) as display:
        return attack(chosen, rows, display)


def attack(chosen, rows, display):
    places = [os.path.abspath(path) for path in (chosen.tree, chosen.evil, chosen.bare, chosen.plants)]
    settings = bench.Settings(*places, display)
    if chosen.self_test:
        return selftest.main(settings, os.path.abspath(chosen.self_test), chosen.patterns, chosen.jobs, run_all)
    if not chosen.json:
        table.print_head()
    trials = [(row, settings) for row in rows]
    results = run_all(trials, chosen.jobs, (lambda result: None) if chosen.json else table.print_row)
    table.print_json(results) if chosen.json else table.print_count(results)
    return 0 if results and all(r["ok"] for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
