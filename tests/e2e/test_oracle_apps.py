"""What Tauri lists of the manifests that builds of real apps wrote (tests/policy/oracle/apps) against what we resolve of them."""

import json
import shutil

import pytest

from policy_apps import TOP, policy

LISTED = TOP / "tests/policy/oracle/apps"
APPS = TOP / "tests/policy/apps"
APP_KEY = "__app-acl__"


def listing_of(name):
    return json.loads((LISTED / f"{name}.json").read_text())


def named(key, identifier):
    return identifier if key == APP_KEY else f"{key}:{identifier}"


def command_of(key, command):
    return command if key == APP_KEY else f"plugin:{key.removeprefix('core:')}|{command}"


def entries(listing):
    return [(key, identifier, entry) for key, found in listing.items() for identifier, entry in found.items()]


def check(folder, name, permissions):
    """Resolves an app that grants `permissions`, of the plugins that the app `name` was built with."""
    manifests = folder / "gen/schemas/acl-manifests.json"
    manifests.parent.mkdir(parents=True)
    shutil.copy(APPS / name / "src-tauri/gen/schemas/acl-manifests.json", manifests)
    (folder / "tauri.conf.json").write_text(json.dumps({"identifier": "com.example.oracle", "build": {"frontendDist": "../dist"}}))
    (folder / "capabilities").mkdir()
    for n, permission in enumerate(permissions):
        tree = {"identifier": f"c{n:04}", "windows": ["main"], "permissions": [permission]}
        (folder / f"capabilities/c{n:04}.json").write_text(json.dumps(tree))
    status, out, errors = policy("check", folder, "--mode", "tauri", "--json")
    assert out, errors
    return status, json.loads(out)


@pytest.mark.parametrize("name", sorted(path.stem for path in LISTED.iterdir()))
def test_every_identifier_is_known(tmp_path, name):
    every = [named(key, identifier) for key, identifier, _ in entries(listing_of(name))]
    status, answer = check(tmp_path / "src-tauri", name, every)
    assert (status, answer["errors"]) == (0, []) and len(every) > 300


@pytest.mark.parametrize("name", sorted(path.stem for path in LISTED.iterdir()))
def test_every_permission_has_its_commands(tmp_path, name):
    """Each permission in a capability of its own: which commands that allows and denies, no more and no fewer."""
    permissions = [(key, identifier, entry) for key, identifier, entry in entries(listing_of(name)) if "permissions" not in entry]
    _, answer = check(tmp_path / "src-tauri", name, [named(key, identifier) for key, identifier, _ in permissions])
    wanted = {"allowed": set(), "denied": set()}
    for n, (key, identifier, entry) in enumerate(permissions):
        wanted["allowed"] |= {(command_of(key, command), f"c{n:04}", named(key, identifier)) for command in entry.get("allow", [])}
        wanted["denied"] |= {(command_of(key, command), f"c{n:04}", named(key, identifier)) for command in entry.get("deny", [])}
    for verdict, expected in wanted.items():
        found = {(command, entry["capability"], entry["permission"]) for command, rules in answer[verdict].items() for entry in rules}
        assert found == expected, verdict


def leaves(listing, key, name):
    """The permissions that a set, or `default`, stands for: each member is of the same plugin, or has its own in front."""
    entry = listing[key][name]
    if "permissions" not in entry:
        return {(key, name)}
    found = set()
    for member in entry["permissions"]:
        other, _, base = member.rpartition(":")
        found |= leaves(listing, other, base) if other in listing else leaves(listing, key, member)
    return found


@pytest.mark.parametrize("name", sorted(path.stem for path in LISTED.iterdir()))
def test_every_set_has_its_permissions(tmp_path, name):
    listing = listing_of(name)
    sets = [(key, identifier) for key, identifier, entry in entries(listing) if "permissions" in entry]
    _, answer = check(tmp_path / "src-tauri", name, [named(*both) for both in sets])
    found = {(entry["capability"], entry["permission"]) for verdict in ("allowed", "denied") for rules in answer[verdict].values() for entry in rules}
    wanted = {(f"c{n:04}", leaf) for n, both in enumerate(sets) for leaf in leaves(listing, *both)}
    # A permission without commands has no entry.
    assert found == {(capability, named(*leaf)) for capability, leaf in wanted if listing[leaf[0]][leaf[1]]}
    assert len(found) > 100


def test_an_identifier_that_is_not_listed_is_refused(tmp_path):
    status, answer = check(tmp_path / "src-tauri", "MatsDK__TauRPC", ["shell:allow-open", "shell:allow-opens"])
    assert status == 3 and [error["file"] for error in answer["errors"]] == ["capabilities/c0001.json"]
