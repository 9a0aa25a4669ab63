"""Real apps: what program and reference make of them is what was read through by hand (tests/policy/apps-expected).

The apps lie in tests/policy/apps.
"""

import json

import pytest

import policy_tool as tool
import record

EXPECTED = tool.TOP / "tests/policy/apps-expected"
PLACE = tool.TOP / "tests/policy/apps"


def found_apps():
    """Folder by name: of owner__name the last part."""
    return {path.relative_to(PLACE).parts[0].rpartition("__")[2]: path.parent for path in sorted(PLACE.glob("**/tauri.conf.json"))}


APPS = found_apps()


def test_each_app_has_its_values():
    assert sorted(APPS) == sorted(path.stem for path in EXPECTED.glob("*.json")) and len(APPS) == 9


def test_each_has_its_notes():
    assert {path.stem for path in EXPECTED.glob("*.json")} == {path.stem for path in EXPECTED.glob("*.md")}


@pytest.mark.parametrize("name", sorted(APPS))
def test_reference(name):
    assert record.recorded(APPS[name], [tool.PLUGINS]) == json.loads((EXPECTED / f"{name}.json").read_text())


@pytest.mark.parametrize("mode", ["tauri", "narrow"])
@pytest.mark.parametrize("name", sorted(APPS))
def test_program(name, mode):
    wanted = json.loads((EXPECTED / f"{name}.json").read_text())
    answer = tool.check(APPS[name], mode)
    assert answer["status"] == 0
    for key in ("allowed", "denied"):
        assert {command: [record.brief(item) for item in items] for command, items in answer[key].items()} == wanted[key]
    for key in ("scopes", "global_scope"):
        assert tool.exact(answer[key]) == tool.exact(wanted[key])
    assert ("missing-manifest" in {item["code"] for item in answer["warnings"]}) == ("missing-manifest" in wanted["warnings"])


@pytest.mark.parametrize("name", sorted(APPS))
def test_program_in_strict(name):
    wanted = json.loads((EXPECTED / f"{name}.json").read_text())["strict"]
    answer = tool.check(APPS[name], "strict")
    assert answer["status"] == (3 if wanted else 0)
