"""The table, for people and as JSON."""

import json
import sys

RED, GREEN, PLAIN = "\033[31m", "\033[32m", "\033[0m"
HEADS = ("attack", "what is tried", "stopped by", "code seen", "audit record", "result")
WIDTHS = (24, 52, 34, 26, 58)


def fit(text, width):
    """Attackers' words are shown, and not obeyed."""
    text = "".join(c if c.isprintable() else "·" for c in text)
    return text.ljust(width) if len(text) <= width else text[:width - 1] + "…"


def shown_record(record):
    if not record:
        return "-"
    code = f" {record['code']}" if record["code"] not in ("", record["event"]) else ""
    # As a row may have made it: nothing that commands a terminal.
    reason = "".join(c if c.isprintable() else "?" for c in record["reason"])
    reason = f": {reason}" if reason else ""
    return f"#{record['n']} {record['event']}{code}{reason}"


def line(cells, end):
    return "  ".join(fit(cell, width) for cell, width in zip(cells, WIDTHS)) + "  " + end


def print_head(out=sys.stdout):
    print(line(HEADS[:5], HEADS[5]), file=out)


def print_row(result, out=sys.stdout):
    word = "passed" if result["ok"] else "FAILED"
    if out.isatty():
        word = (GREEN if result["ok"] else RED) + word + PLAIN
    cells = (result["id"], result["tried"], result["layer"], result["code"], shown_record(result["record"]))
    print(line(cells, word), file=out)
    if not result["ok"]:
        print(f"    {result['why']}", file=out)


def print_json(results, out=sys.stdout):
    passed = sum(r["ok"] for r in results)
    json.dump({"rows": results, "passed": passed, "failed": len(results) - passed}, out, indent=1)
    print(file=out)


def print_count(results, out=sys.stdout):
    """What failed once more, since the table is long and its end is what is kept of it."""
    passed = sum(r["ok"] for r in results)
    for result in results:
        if not result["ok"]:
            print(f"\nFAILED {result['id']}: {result['why']}", file=out)
    print(f"\n{passed} passed, {len(results) - passed} failed", file=out)
