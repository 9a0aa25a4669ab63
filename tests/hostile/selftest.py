"""Whether the table can fail: rows are run against breaches planted on purpose, and each must be found."""

import dataclasses
import fnmatch

import bench

# Where a layer is off but the row still comes out right, because another one holds: (breach, row, which).
STILL_HELD = {
    ("off", "sandbox-environment"): "the environment is emptied when the process is made",
    ("wide", "sandbox-log-read"): "no manifest grants the folder of the log",
}

# (breach, what it is, rows that must fail with it)
BREACHES = [
    ("off", "a tree built with -Dsandbox=off", ["sandbox-*", "reload-hull"]),
    ("wide", "a manifest that grants what should be withheld",
     ["path-outside", "path-absolute", "path-denied", "path-denied-*", "path-renamed", "path-dot-denied",
      "path-double-slash", "path-url-denied", "write-outside", "write-denied", "race-denied-allowed", "sandbox-passwd",
      "sandbox-private", "sandbox-manifest", "sandbox-neighbour-hull", "sandbox-log-read",
      "event-other-view", "event-all-views"]),
    ("deny", "violations that do not lock the session", ["handle-forged", "replay-*", "swap-commands", "counter-*",
                                                         "msgpack-array32", "chunk-live", "lock-out", "action-exit",
                                                         "chunk-overrun", "chunk-gap", "credit-overrun",
                                                         "reload-replay", "reload-replay-live"]),
    ("twice", "a second capability that grants what the reload is to take away",
     ["reload-withdrawn", "reload-want", "reload-race", "reload-back", "reload-replay-live"]),
    ("cut-log", "a log from which the violation was cut", ["handle-forged", "hello-second", "open-no-fd", "plugin-fd", "chunk-overrun",
                                                          "plugin-two-values", "pool-release-twice", "pool-answer-in"]),
    ("no-log", "no log at all", ["bit-flip", "miss", "plugin-crash", "pool-shrink", "pool-changes"]),
    ("dead", "a tree in which nothing works any more", ["bit-flip", "cancel-dead", "plugin-garbage", "path-outside", "id-other-session",
                                                        "event-all-views", "pool-toctou", "pool-dies", "audit-other-view", "audit-thousand"]),
]


def chosen(patterns):
    return [row for row in bench.ROWS if any(fnmatch.fnmatch(row.id, pattern) for pattern in patterns)]


def main(settings, off_tree, jobs, run_all):
    passed = failed = 0
    for breach, what, patterns in BREACHES:
        rows = chosen(patterns)
        tree = off_tree if breach == "off" else settings.tree
        planted = dataclasses.replace(settings, tree=tree, breach=breach)
        print(f"{breach}: {what}")
        for result in run_all(rows, planted, jobs, lambda result: None):
            held = STILL_HELD.get((breach, result["id"]))
            found = result["ok"] if held else not result["ok"] and not result["harness"]
            passed, failed = passed + found, failed + (not found)
            why = f"still held: {held}" if held else result["why"] or "the row came out as if nothing had happened"
            print(f"    {'found ' if found else 'MISSED'}  {result['id']:28}  {why[:110]}")
    print(f"\n{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1
