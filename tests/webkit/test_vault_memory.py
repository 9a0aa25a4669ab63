"""The enclave behind a real page: what is secret is made in the page, of a seed that the test was told, and is found in no
process but the page's and the enclave, in no file and not in the log. The host is among them. Needs root."""

import contextlib
import hashlib
import json
import secrets as random

import pytest

import apps
import memory_scan
import tree
from memory_scan import Secrets
from window import Window

# Nothing secret stands in here, nor crosses the bridge: the page makes it.
PAGE = """<!doctype html><meta charset=utf-8><title>Memory</title><script type=module src=page.js></script>"""
SCRIPT = """
import { enclave } from './enclave.js';
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const make = async (what) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('%SEED%' + what))));
const use = async () => {
  const passphrase = await make('passphrase');
  const text = await make('text');
  const key = await enclave.generateKey({ name: 'Hilde', email: 'hilde@example.org', passphrase });
  await enclave.unlock(key, passphrase);
  const message = await enclave.encrypt(text, { to: [key] });
  const opened = await enclave.decrypt(message);
  await enclave.sign(text, { key, mode: 'detached' });
  await enclave.vault(key).put('a value', await make('value'));
  const kept = await enclave.vault(key).getText('a value');
  if (opened.text() !== text || kept !== await make('value')) throw new Error('it is another text');
  return (await enclave.keys())[0].unlocked;
};
use().then((unlocked) => { document.body.dataset.done = unlocked ? 'unlocked' : 'locked'; }, (error) => { document.body.dataset.done = String(error); });
"""
LOOK = "return { done: document.body?.dataset.done ?? '' };"
HOOK = "export function onRequest({ args }) { return args; }\n"
MANIFEST = """
csp = "default-src 'none'; script-src 'self'; worker-src 'self'"
[audit]
args = "full"
[[window]]
label = "main"
title = "Memory"
[hook]
file = "isolation.js"
commands = ["plugin:enclave|list_keys"]
"""
ROLES = {"supervisor", "broker", "scribe", "hook"}


def made(seed, what):
    return hashlib.sha256((seed + what).encode()).hexdigest()


@pytest.fixture
def seed():
    return random.token_hex(16)


@pytest.fixture
def app(make_app, seed):
    permissions = ["enclave:default", "enclave:vault"]
    module = (tree.ROOT / "share/trollbridge/js/enclave.js").read_bytes()
    script = SCRIPT.replace("%SEED%", seed)
    return make_app(files={"dist/index.html": PAGE, "dist/page.js": script, "dist/enclave.js": module, "isolation.js": HOOK},
                    manifest=MANIFEST, capabilities=[apps.capability(permissions)])


def processes(window):
    """{role: pid}: `run` is the host, and `page` has the page."""
    found = {"host": window.process.pid}
    for pid, role in tree.descendants(window.process.pid).items():
        if role in ROLES:
            found[role] = pid
        elif "WebProcess" in role:
            found["page"] = pid
    assert found.keys() == ROLES | {"host", "page"}, found
    return found


@contextlib.contextmanager
def opened(app):
    tree.needs_root()
    with tree.leaves_nothing(), Window(app, LOOK, "Memory", MARK="a mark in the host's own memory") as window:
        assert window.wait(lambda state: state["done"], "the page is through")["done"] == "unlocked", window.told
        yield window


def scan(app, window, secrets):
    found = {role: memory_scan.scan_process(pid, role, secrets) for role, pid in processes(window).items()}
    return found | {"files": memory_scan.scan_folders([app.home, app.path], secrets)}


def test_nothing_is_found_but_in_the_page(app, seed):
    with opened(app) as window:
        wanted = Secrets()
        for what in ("passphrase", "text", "value"):
            wanted.add_text(what, made(seed, what))
        found = scan(app, window, wanted)
        assert {name for _, name in found.pop("page")} >= {"passphrase", "text", "value"}  # it has made them
        few = {role: places[:4] for role, places in found.items() if places}
        assert not few, json.dumps(few)


def test_the_scan_finds_what_the_host_has(app):
    with opened(app) as window:
        found = scan(app, window, Secrets().add_text("the mark", "a mark in the host's own memory"))
        assert found["host"] and not found["broker"] and not found["scribe"]
