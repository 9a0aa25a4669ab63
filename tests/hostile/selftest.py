"""Whether the table can fail: rows are run against breaches planted on purpose, and each must be found."""

import dataclasses
import fnmatch
import pathlib
import tempfile

import bench
import page

# Where a layer is off but the row still comes out right, because another one holds: (breach, row, which).
STILL_HELD = {
    ("off", "sandbox-environment"): "the environment is emptied when the process is made",
    ("wide", "sandbox-log-read"): "no manifest grants the folder of the log",
    ("trusting", "enclave-file-swapped"): "a key's file says of which key it is",
}

# (breach, what it is, rows that must fail with it)
BREACHES = [
    ("off", "a tree built with -Dsandbox=off", ["sandbox-*", "reload-hull", "state-read", "state-write", "state-app-*",
      "program-passwd", "program-log-*", "program-root-write", "program-kill-broker", "program-kill-host", "program-ptrace", "program-peek", "program-exec", "program-userns",
      "program-mount", "program-keyring", "program-io-uring", "program-i386", "program-terminal"]),
    ("wide", "a manifest that grants what should be withheld",
     ["path-outside", "path-absolute", "path-denied", "path-denied-*", "path-renamed", "path-dot-denied",
      "path-double-slash", "path-url-denied", "write-outside", "write-denied", "race-denied-allowed", "sandbox-passwd",
      "sandbox-private", "sandbox-manifest", "sandbox-neighbour-hull", "sandbox-log-read",
      "event-other-view", "event-all-views", "isolation-widen", "enclave-vault-scope", "enclave-*-key", "enclave-recipient", "enclave-no-scope"]),
    ("deny", "violations that do not lock the session", ["handle-forged", "replay-*", "swap-commands", "counter-*",
                                                         "msgpack-array32", "chunk-live", "lock-out", "action-exit",
                                                         "chunk-overrun", "chunk-gap", "credit-overrun",
                                                         "reload-replay", "reload-replay-live",
                                                         "ask-args-changed", "ask-chunk", "isolation-swap",
                                                         "isolation-replay", "isolation-replay-asked", "isolation-key-stolen"]),
    ("unasked", "a manifest that has nobody asked",
     ["ask-replay", "ask-other-view", "ask-guessed", "ask-document", "ask-flood", "ask-pool", "ask-again", "ask-long"]),
    ("asking", "plugins that may all ask for passphrases", ["secret-without"]),
    ("told", "a plugin that does not say that its arguments are secrets", ["private-*", "enclave-log"]),
    ("twice", "a second capability that grants what the reload is to take away",
     ["reload-withdrawn", "reload-want", "reload-race", "reload-back", "reload-replay-live"]),
    ("unfiltered", "a manifest without limits, rules, schemas and tripwires", ["limit-*", "rule-*", "schema-*", "tripwire-*",
                                                                                     "isolation-rule", "isolation-schema", "isolation-body"]),
    ("unhooked", "a manifest without the hook", ["isolation-*", "page-isolation-*"]),
    ("loose", "a manifest that lets programs do what should be withheld",
     ["program-sh", "program-loader", "program-link", "program-script", "program-search", "program-more", "program-fewer", "program-part", "program-either",
      "program-either-end", "program-slow", "program-env-fixed", "program-env-pattern", "program-env-own", "program-cwd", "program-passwd", "program-other-read",
      "program-other-write", "program-fork", "program-start", "program-tcp", "program-memory", "program-bomb"]),
    ("cut-log", "a log from which the violation was cut", ["handle-forged", "hello-second", "open-no-fd", "plugin-fd", "chunk-overrun",
                                                          "plugin-two-values", "pool-release-twice", "pool-answer-in", "host-link-twice", "emit-key", "secret-without", "pick-no-fd"]),
    ("no-log", "no log at all", ["bit-flip", "miss", "plugin-crash", "pool-shrink", "pool-changes"]),
    ("dead", "a tree in which nothing works any more", ["bit-flip", "cancel-dead", "plugin-garbage", "path-outside", "id-other-session",
                                                        "event-all-views", "pool-toctou", "pool-dies", "audit-other-view", "audit-thousand", "program-kill-of-other", "program-reload", "program-orphan",
                                                        "host-link-event", "emit-flood", "secret-forged", "enclave-*-view", "enclave-reload", "enclave-export", "enclave-ticket", "pick-other-view", "pick-fifo"]),
]

# Weaknesses in the launcher of plugins, in the enclave, in the host's half and in the endpoint's: twins of them (plants/*.c) in a copied tree, or other scripts of the
# page (folders of plants/): (breach, what it is, rows that must fail with it, twins)
SCRIPTS = ["host_scripts"]
PLANTS = [
    ("uncovered", "a launcher that keeps nothing from plugins", ["state-read", "state-write", "state-fs", "state-fs-*", "enclave-file-fs"], ["confine_open"]),
    ("uncut", "picks with all that lies in them, to be written", ["pick-policy", "pick-log", "pick-states", "pick-*-inside", "pick-write"], ["graft_open"]),
    ("trusting", "an enclave that counts no attempts and believes its files", ["enclave-guess", "enclave-file-swapped", "enclave-file-altered"], ["enclave_trusting"]),
    ("believing", "a dev bridge that believes whoever comes",
     ["dev-token-*", "dev-cookie-*", "dev-origin*", "dev-site", "dev-same-site", "dev-host-*", "dev-frame", "dev-fetch", "dev-prefetch", "dev-worker", "dev-post",
      "dev-socket-origin*", "dev-socket-host", "dev-socket-cookie", "dev-socket-ticket", "dev-socket-guessed", "dev-body-gib"], ["dev_open"]),
    ("naive", "a plugin that starts what it is told to",
     ["program-other", "program-path", "program-name-nul", "program-option*", "program-newline*", "program-nul", "program-escape", "program-many", "program-long", "program-type-list",
      "program-env-[!o]*", "program-cwd-link", "program-cwd-up", "program-cwd-nul", "program-replaced", "program-written", "program-other-*", "program-tcp",
      "program-fork", "program-bomb"], ["shell_naive"]),
    ("natives", "native functions in the page's own world", ["page-walk", "page-names"], ["web_natives"]),
    ("keys", "keys on the page's global object", ["page-walk"], ["web_keys"]),
    ("everywhere", "scripts and links in all frames, offers that are not looked at, a script message handler",
     ["page-frame-*", "page-script-messages"], ["web_everywhere", "host_everywhere"]),
    ("silent", "MISS is not sent", ["page-miss", "page-patch-record", "page-names-strange", "page-flood-unknown"], ["web_silent"]),
    ("again", "an endpoint that takes a call's number twice", ["page-node"], ["web_again"]),
    ("brittle", "an endpoint that the second call breaks",
     ["page-args-*", "page-raw-*", "page-options-*", "page-body-submit", "page-names-strange", "page-flood-*", "page-channel-throws", "page-promises", "page-busy",
      "page-recursion", "page-scheme-odd", "page-node"], ["web_brittle"]),
    ("late", "a shim that looks up what it uses when it uses it", ["page-patch-*", "page-pollute", "page-reopen-*"], SCRIPTS),
    ("heard", "a shim that greets again when its script is run again", ["page-hello-heard"], SCRIPTS),
    ("bright", "a private node that events tell of", ["page-event", "page-walk"], SCRIPTS),
    ("forged", "an isolated world that answers whoever greets", ["page-hello-forged"], SCRIPTS),
    ("twice", "a shim that reads args twice", ["page-args-twice", "page-callers"], SCRIPTS),
    ("changed", "a shim that sends later than it is called", ["page-args-later"], SCRIPTS),
    ("errors", "errors that carry more than they should", ["page-errors"], SCRIPTS),
    ("workers", "a shim that gives itself to workers", ["page-worker-*"], SCRIPTS),
    ("walls", "a host that lets everything happen", ["page-popup-*", "page-away-*", "page-download", "page-print", "page-permissions",
                                                     "page-fullscreen"], ["host_walls"]),
    ("files", "a scheme that counts as local and follows links", ["page-file", "page-file-*", "page-scheme-out", "page-scheme-hosts"], ["host_files"]),
    ("open", "a scheme that other origins may load", ["page-scheme-elsewhere"], ["host_open"]),
    ("bodies", "a host that asks for the body of a request", ["page-body-kinds"], ["host_bodies"]),
    ("opens", "a host that opens whatever is asked for", ["page-open-scheme", "page-open-file", "page-open-host", "page-open-with", "page-open-shell", "page-open-path",
                                                          "page-open-show"], ["host_opens"]),
    ("believes", "a host that takes URLs and paths for what they look like", ["page-open-hidden", "page-open-userinfo", "page-open-option", "page-open-attach",
                                                                              "page-open-shell-hidden", "page-open-link", "page-open-run", "page-open-swap"], ["host_believes"]),
    ("csp", "no content security policy", ["page-csp-*"], ["host_csp"]),
]


def chosen(patterns):
    return [row for row in bench.ROWS if any(fnmatch.fnmatch(row.id, pattern) for pattern in patterns)]


class Teller:
    """Tells of the results, breach by breach, and keeps those that were missed."""

    def __init__(self, breaches):
        """breaches: (breach, what it is), one for each result that comes."""
        self.breaches, self.last = iter(breaches), None
        self.passed, self.missed = 0, []

    def take(self, result):
        breach, what = next(self.breaches)
        if breach + what != self.last:
            print(f"{breach}: {what}")
        self.last = breach + what
        held = STILL_HELD.get((breach, result["id"]))
        found = result["ok"] if held else not result["ok"] and not result["harness"]
        why = f"still held: {held}" if held else result["why"] or "the row came out as if nothing had happened"
        line = f"{result['id']:28}  {why[:110]}"
        print(f"    {'found ' if found else 'MISSED'}  {line}", flush=True)
        if found:
            self.passed += 1
        else:
            self.missed.append(f"{breach}: {line}")


def trials(settings, off_tree, wanted, folder):
    """(breach, what it is, rows, settings) of those that are wanted; their trees are in that folder."""
    for breach, what, patterns in BREACHES:
        if wanted(breach):
            tree = off_tree if breach == "off" else settings.tree
            yield breach, what, chosen(patterns), dataclasses.replace(settings, tree=tree, breach=breach)
    for breach, what, patterns, twins in PLANTS:
        if wanted(breach):
            tree = str(page.planted_tree(settings, twins, pathlib.Path(folder) / "-".join([breach, *twins])))
            yield breach, what, chosen(patterns), dataclasses.replace(settings, tree=tree, breach=breach)


def main(settings, off_tree, patterns, jobs, run_all):
    """All breaches at once: a row that a breach keeps waiting holds up no others."""
    with tempfile.TemporaryDirectory(prefix="tb-planted-") as folder:
        planted = list(trials(settings, off_tree, lambda name: any(fnmatch.fnmatch(name, p) for p in patterns), folder))
        teller = Teller((breach, what) for breach, what, rows, _ in planted for _ in rows)
        run_all([(row, where) for _, _, rows, where in planted for row in rows], jobs, teller.take)
    # Again at the end: what is above it is long.
    print("".join(f"\nMISSED {line}" for line in teller.missed))
    print(f"{teller.passed} passed, {len(teller.missed)} failed")
    return 0 if teller.passed and not teller.missed else 1
