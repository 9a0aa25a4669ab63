#!/usr/bin/env python3
"""Writes down what the reference makes of a Tauri project: record.py APP PLUGINS > apps-expected/NAME.json.

What it prints has to be read before it is kept; the notes beside it say what was looked at.
"""

import json
import sys

import reference


def brief(item):
    """An entry in the corpus's short form."""
    context = item["context"] if item["context"] == "local" else item["context"]["remote"]
    words = [f"{item['file']}:{item['line']}", item["capability"], item["permission"], context]
    words += [f"{key}={','.join(item[key])}" for key in ("windows", "webviews")]
    return " ".join(words + ([f"scope={item['scope']}"] if "scope" in item else []))


def recorded(app, plugins):
    answer = reference.check(app, "tauri", "linux", plugins)
    short = {key: {command: list(map(brief, items)) for command, items in sorted(answer[key].items())} for key in ("allowed", "denied")}
    strict = reference.check(app, "strict", "linux", plugins)
    return {**short, "scopes": answer["scopes"], "global_scope": answer["global_scope"], "warnings": answer["warnings"],
            "strict": [item["code"] for item in strict.get("errors", [])]}


def rows(value):
    """One member a line."""
    return "{" + ",".join(f"\n  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items()) + "\n }"


def main():
    answer = recorded(sys.argv[1], sys.argv[2:])
    parts = [(key, rows(value) if isinstance(value, dict) and value else json.dumps(value)) for key, value in answer.items()]
    print("{\n" + ",\n".join(f" {json.dumps(key)}: {text}" for key, text in parts) + "\n}")


if __name__ == "__main__":
    main()
