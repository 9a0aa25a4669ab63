"""Random policies: the program and the reference resolve them alike and decide alike, in all modes.

TB_POLICY_SEEDS=FROM-TO runs other seeds than the usual ones: `TB_POLICY_SEEDS=1000-21000`. A failure names its seed.
"""

import collections
import concurrent.futures
import functools
import json
import os
import pathlib
import random
import tempfile

import policy_tool as tool
import test_policy
from generate import LABELS, ORIGINS, Policy

FIRST, LAST = map(int, os.environ.get("TB_POLICY_SEEDS", "0-300").split("-"))
SOME = 50
CALLS = 2


def whole(work, seed):
    return list(work(seed))


def together(work, seeds):
    """Runs `work` for all seeds, some at a time; the first failure is raised."""
    with concurrent.futures.ProcessPoolExecutor() as pool:
        return [answer for answers in pool.map(functools.partial(whole, work), seeds, chunksize=4) for answer in answers]


def compare(seed):
    policy = Policy(seed)
    target = "macOS" if seed % 10 == 9 else "linux"
    with tempfile.TemporaryDirectory() as folder:
        app = policy.write(pathlib.Path(folder))
        return [fact for mode in tool.MODES for fact in compare_mode(policy, app, mode, target, f"seed {seed}, {mode}")]


def compare_mode(policy, app, mode, target, where):
    mine = tool.reference.check(app, mode, target)
    its = tool.check(app, mode, target)
    assert its["status"] == mine["status"], f"{where}: {its['errors']} and {mine.get('errors')}"
    if mine["status"] != 0:
        assert set(tool.codes(mine)) & set(tool.codes(its)), where
        return [f"{mode} refused"]
    assert tool.normal(its) == tool.normal(mine), where
    facts = [f"{mode} resolved"] + [f"{mode} {key}" for key in tool.KEYS if mine[key]]
    return facts + (list(compare_calls(policy, app, mode, where)) if target == "linux" else [])


def compare_calls(policy, app, mode, where):
    resolution = tool.reference.resolve(tool.reference.App(app), "linux", mode)
    for call in policy.calls(CALLS, {*resolution.allowed, *resolution.denied}):
        wanted = tool.decided(resolution, mode, call)
        answer = tool.explain(app, mode, call)
        assert (answer["verdict"] == "allow") == wanted["allowed"], f"{where}: {call}"
        if wanted["allowed"]:
            assert {tuple(item[key] for key in ("capability", "permission", "file", "line")) for item in answer["entries"]} == \
                {tuple(item[key] for key in ("capability", "permission", "file", "line")) for item in wanted["entries"]}, f"{where}: {call}"
            for half in ("allow", "deny"):
                assert tool.values(answer["scope"][half]) == tool.values(wanted[half]), f"{where}: {call}"
        yield f"{mode} {answer['verdict']}"


def grants(seed):
    """What the broker is given for a view: the compiler's own answer, without `explain` in between."""
    policy = Policy(seed)
    with tempfile.TemporaryDirectory() as folder:
        app = policy.write(pathlib.Path(folder))
        manifest = (app / "trollbridge.toml").read_text()
        for mode in tool.MODES:
            (app / "trollbridge.toml").write_text(f'{manifest}\n[policy]\nmode = "{mode}"\n')
            yield from grants_of_mode(policy, app, mode, f"seed {seed}, {mode}")


def grants_of_mode(policy, app, mode, where):
    try:
        resolution = tool.reference.resolve(tool.reference.App(app), "linux", mode)
    except tool.reference.Bad:
        return
    status, errors, files = test_policy.compile_app(app)
    assert status == 0, f"{where}: {errors}"
    for _ in range(CALLS):
        label, origin = policy.random.choice(LABELS), policy.random.choice(ORIGINS)
        webview = label if policy.chance(0.7) else policy.random.choice(LABELS)
        grant = test_policy.grant_of(files["snapshot"], label, webview, origin)
        wanted = {command: tool.reference.decide(resolution, mode, command, label, webview, origin) for command in resolution.allowed}
        wanted = {command: answer for command, answer in wanted.items() if answer["allowed"]}
        place = f"{where}: {label} {webview} {origin}"
        assert {command["name"] for command in grant["commands"]} == set(wanted), place
        for command in grant["commands"]:
            scope = grant["scopes"][command["scope"]] if "scope" in command else {"allow": [], "deny": []}
            for half in ("allow", "deny"):
                assert tool.values(scope[half]) == tool.values(wanted[command["name"]][half]), f"{place}: {command['name']}"
        yield f"{mode} {'something' if wanted else 'nothing'} granted"


def test_grants():
    seen = set(together(grants, [seed for seed in range(FIRST, LAST) if Policy(seed).form == "ours"]))
    assert {f"{mode} {what} granted" for mode in tool.MODES for what in ("something", "nothing")} == seen


def test_random_policies():
    """They also have to be worth it: both answers in each mode, scopes, denials."""
    seen = set(together(compare, range(FIRST, LAST)))
    wanted = {f"{mode} {what}" for mode in tool.MODES for what in ("resolved", "allow", "deny", *tool.KEYS)}
    assert wanted | {"strict refused"} <= seen


def without_places(answer):
    """The answer but for where things stand and how scopes are numbered."""
    answer = tool.normal(answer)
    scopes = answer["scopes"]
    for key in ("allowed", "denied"):
        for items in answer[key].values():
            for item in items:
                item.pop("file")
                item.pop("line")
                item["scope"] = scopes[str(int(item["scope"][1]))] if "scope" in item else None
    return {key: answer[key] for key in ("allowed", "denied", "global_scope")}


def shuffle(seed):
    policy = Policy(seed)
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as other:
        answers = [tool.check(policy.write(pathlib.Path(plain)), "tauri"),
                   tool.check(policy.write(pathlib.Path(other), random.Random(seed)), "tauri")]
    assert without_places(answers[0]) == without_places(answers[1]), f"seed {seed}"
    return [len(answers[0]["allowed"])]


def test_file_names_and_key_order_do_not_matter():
    assert any(together(shuffle, range(FIRST, FIRST + SOME)))


def entries(answer):
    """Each allowed or denied entry, with the values of its scope."""
    return collections.Counter((key, command, json.dumps(item, sort_keys=True)) for key in ("allowed", "denied")
                               for command, items in without_places(answer)[key].items() for item in items)


def grow(seed):
    """Another capability adds entries and takes none away, in whatever place it comes."""
    policy = Policy(seed)
    with tempfile.TemporaryDirectory() as folder:
        before = tool.check(policy.write(pathlib.Path(folder)), "tauri")
        policy.capabilities.append(policy.capability(policy.random.choice(["0", "m", "~"])))
        after = tool.check(policy.write(pathlib.Path(folder)), "tauri")
    assert entries(before) <= entries(after), f"seed {seed}"
    return [len(entries(after)) - len(entries(before))]


def test_a_capability_more_takes_no_entry_away():
    assert any(together(grow, range(FIRST, FIRST + SOME)))


def narrow_gives_less(seed):
    """What mode narrow allows and tauri does not is only what a denial elsewhere takes; its scope never allows more."""
    policy = Policy(seed)
    with tempfile.TemporaryDirectory() as folder:
        app = policy.write(pathlib.Path(folder))
        resolved = tool.check(app, "tauri")
        for call in policy.calls(CALLS, resolved["allowed"]):
            wide, narrow = (tool.explain(app, mode, call) for mode in ("tauri", "narrow"))
            if (wide["verdict"], narrow["verdict"]) == ("deny", "allow"):
                assert call["command"] in resolved["denied"], f"seed {seed}: {call}"
            elif narrow["verdict"] == "allow":
                assert set(tool.values(narrow["scope"]["allow"])) <= set(tool.values(wide["scope"]["allow"])), f"seed {seed}: {call}"
            yield narrow["verdict"]


def test_narrow_gives_less():
    assert set(together(narrow_gives_less, range(FIRST, FIRST + SOME))) == {"allow", "deny"}
