"""The process of a hook: its functions, its budgets, its sandbox. What no hook can do to it."""

import os

import pytest

import tree
from hook_link import ASK, INIT, Ended, Hook, check, frame

TIME, MEMORY = 5, 6
LATE = "the hook used more than 50 ms of CPU time for one message: it is ended"
LARGE = "the hook used more than 32 MiB of memory: it is ended"


def on_request(body, is_async=False):
    return f"export {'async ' * is_async}function onRequest({{ args }}) {{ {body} }}"


def test_what_it_is_told_of_a_request():
    text = """export function onRequest(message) {
      const { view, origin, command, args, raw } = message;
      return { view, origin, command, args, raw, keys: Object.keys(message).join() }
    }"""
    with Hook(text) as hook:
        about = {"view": "main", "origin": "local", "command": "greet", "args": {"a": 1}}
        assert hook.request({"a": 1})["value"] == {**about, "keys": "view,origin,command,args"}
        answer = hook.ask("request", value={"a": 1}, raw=b"body")
        assert answer == {"value": {**about, "raw": b"body", "keys": "view,origin,command,args,raw"}, "raw": b"body"}


def test_a_body_can_be_changed_added_and_taken_away():
    with Hook("""export function onRequest(message) {
      if (message.args.drop) delete message.raw;
      else if (message.args.add) message.raw = new TextEncoder().encode(message.args.add);
      else message.raw[0] = 88;
      return message.args }""") as hook:
        assert hook.ask("request", value={}, raw=b"abc") == {"value": {}, "raw": b"Xbc"}
        assert hook.ask("request", value={"drop": 1}, raw=b"abc") == {"value": {"drop": 1}}
        assert hook.request({"add": "new"}) == {"value": {"add": "new"}, "raw": b"new"}
    with Hook("export function onRequest(message) { message.raw = 'text'; return message.args }") as hook:
        assert hook.refusal() == "isolation.js: onRequest: `raw` has to be a Uint8Array"
    with Hook("""export function onRequest(message) {
      Object.defineProperty(message, 'raw', { get() { throw new Error('no') } });
      return message.args }""") as hook:
        assert hook.ask("request", value={}, raw=b"abc") == {"error": "isolation.js: onRequest: `raw` cannot be read"}


BACK = """
export function onRequest({ args }) { return { ...args, seen: true } }
export function onReply({ args, result, raw }) {
  if (raw) return args.as === 'returned' ? raw.slice(1) : undefined;
  return args.as === 'nothing' ? undefined : { args, result };
}
export function onError({ args, error }) {
  if (args.as === 'thrown') throw new Error('why');
  return args.as === 'odd' ? 'text' : { message: error.code + ': ' + error.message };
}
export function onChunk({ args, direction, channel, message, raw }) {
  return raw ? raw.fill(0x2e) : { args, direction, channel, message };
}
"""


def test_a_reply_is_seen_with_what_became_of_the_args():
    with Hook(BACK) as hook:
        hook.request({"a": 1}, call=7)
        assert hook.ask("reply", call=7, value=[5])["value"] == {"args": {"a": 1, "seen": True}, "result": [5]}
        # It has answered: nothing is known of the call any more.
        assert "nothing is known" in hook.ask("reply", call=7, value=[5])["error"]


def test_a_reply_of_bytes_stays_one_of_bytes():
    with Hook(BACK) as hook:
        hook.request({"as": "returned"}, call=1)
        assert hook.ask("reply", call=1, raw=b"abc") == {"raw": b"bc"}
        hook.request({}, call=1)
        assert hook.ask("reply", call=1, raw=b"abc") == {"raw": b"abc"}
    with Hook(on_request("return args") + "export function onReply({ result }) { return String(result) }") as hook:
        hook.request({}, call=1)
        assert "has to return a Uint8Array or nothing" in hook.ask("reply", call=1, raw=b"abc")["error"]


def test_a_reply_that_is_forgotten_is_refused():
    with Hook(BACK) as hook:
        hook.request({"as": "nothing"}, call=1)
        assert "onReply returned nothing" in hook.ask("reply", call=1, value=1)["error"]


def test_a_message_that_is_returned_as_a_whole_is_refused():
    with Hook("export const onRequest = (message) => message") as hook:
        assert "onRequest returned its whole message: return its args" in hook.request({"a": 1}, call=1)["error"]
    with Hook(on_request("return args") + "export const onReply = (message) => message; export const onChunk = onReply") as hook:
        hook.request({"a": 1}, call=1)
        assert "onChunk returned its whole message" in hook.ask("chunk", call=1, value=1)["error"]
        assert "onReply returned its whole message" in hook.ask("reply", call=1, value=1)["error"]


def test_an_error_keeps_its_code_and_gets_another_message():
    error = {"code": "io", "message": "no such file"}
    with Hook(BACK) as hook:
        hook.request({}, call=1)
        assert hook.ask("error", call=1, value=error) == {"value": {"message": "io: no such file"}}
        hook.request({"as": "thrown"}, call=1)
        assert hook.ask("error", call=1, value=error)["error"] == "isolation.js:8: Error: why"
        hook.request({"as": "odd"}, call=1)
        assert "has to return { message" in hook.ask("error", call=1, value=error)["error"]
    with Hook(on_request("return args")) as hook:
        assert hook.ask("error", call=1, value=error) == {"value": {"message": "no such file"}}


def test_chunks_both_ways():
    with Hook(BACK) as hook:
        hook.request({"a": 1}, call=1)
        seen = {"a": 1, "seen": True}
        assert hook.ask("chunk", call=1, value=[1], channel=4)["value"] == {
            "args": seen, "direction": "out", "channel": 4, "message": [1]}
        assert hook.ask("chunk", call=1, value=[1], **{"in": True})["value"] == {
            "args": seen, "direction": "in", "message": [1]}
        assert hook.ask("chunk", call=1, raw=b"abc", **{"in": True}) == {"raw": b"..."}
    with Hook(on_request("return args")) as hook:
        hook.request({}, call=1)
        assert hook.ask("chunk", call=1, value=1)["error"] == (
            "isolation.js: it has no onChunk, and the call became a stream: export one, or leave the command out of [hook]")


def test_what_no_function_asks_for_goes_on_as_it_came():
    with Hook("export function onReply({ result }) { return result + 1 }") as hook:
        assert hook.ask("request", value={"a": [1.5]}, raw=b"x") == {"value": {"a": [1.5]}, "raw": b"x"}
        assert hook.ask("reply", value=1) == {"value": 2}
    with Hook(on_request("return args")) as hook:
        assert hook.ask("reply", raw=b"abc") == {"raw": b"abc"}
        assert hook.ask("reply", value=None) == {"value": None}


def test_no_more_than_1024_calls_are_kept():
    with Hook(BACK) as hook:
        for call in range(1024):
            assert "value" in hook.request({}, call=call)
        assert "too many calls are under way" in hook.request({}, call=2000)["error"]
        hook.question("forget", call=3)
        assert "value" in hook.request({}, call=2000)
        assert hook.ask("reply", call=2000, value=1)["value"]["args"] == {"seen": True}


def test_the_args_that_are_kept_leave_a_hook_its_memory():
    with Hook(BACK, memory_mib=32) as hook:
        answers = [hook.request({"x": "x" * 1_000_000}, call=call) for call in range(12)]
        assert "value" in answers[0] and "too large ones" in answers[-1]["error"]


def test_a_call_is_answered_in_its_turn():
    with Hook(on_request("return args")) as hook:
        for number in range(200):
            hook.question("request", value={"n": number})
        assert [hook.answer()[0]["value"]["n"] for _ in range(200)] == list(range(200))


FORMS = {
    "function": "export function onRequest({ args }) { return { ok: 1 } }",
    "async": "export async function onRequest({ args }) { await null; return { ok: 1 } }",
    "const": "export const onRequest = () => ({ ok: 1 })",
    "let": "export let onRequest = () => ({ ok: 1 });",
    "clause": "const f = () => ({ ok: 1 }); export { f as onRequest };",
    "clause of the same name": "function onRequest() { return { ok: 1 } }\nexport {\n  onRequest,\n}",
    "default": "export default { onRequest() { return { ok: 1 } } }",
    "default of a name": "const all = { onRequest: () => ({ ok: 1 }) }\nexport default all",
    "several in a line": "const a = 1;export const onReply = x => x.result;export function onRequest() { return { ok: a } }",
    "comments": "/* export */ // export const x = 1\nexport /* */ function // \n onRequest() { return { ok: 1 } }",
    "texts": "const s = `\nexport const a = 1\n${'export'}`, r = /[/]\\nexport/;\nexport const onRequest = () => ({ ok: 1, s: s.length > 9 && undefined })",
    "property": "const o = { export: 1, import: 2 };\no\n.export;\nexport const onRequest = () => ({ ok: o.export })",
    "mark of the byte order": "\ufeffexport const onRequest = () => ({ ok: 1 })",
    "line for a shell": "#!/usr/bin/env node\r\nexport const onRequest = () => ({ ok: 1 })",
    "both": "\ufeff#! export import\nexport const onRequest = () => ({ ok: 1 })",
    "thenable": "export const onRequest = () => ({ then(done) { done({ ok: 1 }) } })",
    "tauri": "window.__TAURI_ISOLATION_HOOK__ = (payload) => { payload.payload = { ok: 1 }; return payload }",
    "tauri, async": "globalThis.__TAURI_ISOLATION_HOOK__ = async (payload) => ({ ...payload, payload: { ok: 1 } })",
    "tauri, as its guide has it": "window.__TAURI_ISOLATION_HOOK__ = (payload) => {\n  console.log('hook', payload)\n  return { ...payload, payload: { ok: 1 } }\n}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_a_hook_can_have(form):
    assert check(FORMS[form])[0] == 0
    with Hook(FORMS[form]) as hook:
        assert hook.request({}) == {"value": {"ok": 1}}


def test_a_module_is_strict_and_keeps_its_names():
    with Hook("function helper() { return this === undefined }\n"
              + on_request("return { strict: helper(), here: typeof globalThis.helper }")) as hook:
        assert hook.request({})["value"] == {"strict": True, "here": "undefined"}


def test_what_tauri_gives_a_hook():
    text = """window.__TAURI_ISOLATION_HOOK__ = (payload) =>
      ({ cmd: payload.cmd, payload: { keys: Object.keys(payload).join(), was: payload.payload } })"""
    with Hook(text) as hook:
        assert hook.request({"a": 1})["value"] == {"keys": "cmd,callback,error,payload,options", "was": {"a": 1}}
    with Hook("window.__TAURI_ISOLATION_HOOK__ = (p) => { p.cmd = 'other'; return p }") as hook:
        assert "the hook changed the command" in hook.refusal()
    with Hook("window.__TAURI_ISOLATION_HOOK__ = (p) => { p.raw[0] = 33; return p }") as hook:
        assert hook.ask("request", value={}, raw=b"abc") == {"value": {}, "raw": b"!bc"}


# What is wrong, and with which line.
WRONG = {
    "export function onRequest({ args }) {\n  retur args\n}": (2, "SyntaxError"),
    "export function onRequest() {}\nx(": (2, "SyntaxError"),
    "\n\nimport x from 'y'\nexport function onRequest() {}": (3, "a hook imports nothing"),
    "export * from 'y'": (1, "a hook imports nothing"),
    "export { onRequest } from 'y'": (1, "a hook imports nothing"),
    "import 'y'": (1, "a hook imports nothing"),
    "\nexport const helper = 1": (2, "helper: a hook exports onRequest"),
    "export function onrequest() {}": (1, "onrequest: a hook exports onRequest"),
    "export const { onRequest } = {}": (1, "of a name by itself"),
    "export class onRequests {}": (1, "onRequests: a hook exports"),
    "export default function onRequest() {}": (1, "the default export of a hook is an object"),
    "export default { onRequest() {}, onRequst() {} }": (None, "members beside onRequest"),
    "export const onRequest = 5": (None, "onRequest is not a function"),
    "export const onReply = () => 1; function onRequest() {}": (None, "onRequest is there and has no `export`"),
    "export const a = 1": (1, "a: a hook exports"),
    "function onRequest() {}": (None, "onRequest is there and has no `export`: write it in front"),
    "const nothing = 1;": (None, "exports none of onRequest"),
    "window.__TAURI_ISOLATION_HOOK__ = 5": (None, "is not a function"),
    "\nthrow new TypeError('top')": (2, "TypeError: top"),
    "\n\nexport function onRequest() {}\nmissing()": (4, "ReferenceError"),
    "await null\nexport function onRequest() {}": (1, "SyntaxError"),
    "if (true) { export function onRequest() {} }": (1, "SyntaxError"),
    "a = export function onRequest() {}": (1, "SyntaxError"),
    "export export function onRequest() {}": (1, "SyntaxError"),
    "export function onRequest() {}\nexport function onRequest() {}": (2, "onRequest is exported twice"),
    "})(); (() => {\nexport function onRequest() {}": (1, "SyntaxError"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_a_text_is_told_with_its_line(text):
    line, why = WRONG[text]
    status, said = check(text)
    place = "isolation.js:" if line is None else f"isolation.js:{line}:"
    assert status == 3
    assert said.startswith(f"trollbridge: hook: {place} ") and why in said and said.count("\n") == 1
    with Hook(text) as hook:
        refused = hook.refusal()
        assert refused.startswith(f"{place} ") and why in refused
        assert hook.refusal() == refused


def test_a_check_escapes_what_it_says():
    status, said = check("throw new Error('\\x1b[31mred')")
    assert (status, "\x1b" in said, "\\u001b[31mred" in said) == (3, False, True)
    assert check(b"\xff\xfe")[0] == 3
    assert check("")[0] == 3


def test_a_text_that_does_not_end_is_wrong():
    status, said = check("while (true);")
    assert (status, said) == (3, "trollbridge: hook: the hook used more than 500 ms of CPU time for one message: "
                                 "it is ended\n")


# Loops and floods, with what ends them.
TIMES = {
    "a loop": on_request("while (true);"),
    "promises": on_request("for (;;) await null", is_async=True),
    "a chain of promises": on_request("const next = () => Promise.resolve().then(next); return next()"),
    "a regular expression": on_request("return { a: /^(a+)+$/.test('a'.repeat(40) + 'b') }"),
    "a getter": on_request("return { get a() { for (;;); } }"),
    "a Proxy": on_request("return new Proxy({}, { ownKeys() { for (;;); } })"),
    "a thenable": on_request("return { then() { for (;;); } }"),
    "what is thrown": on_request("throw { toString() { for (;;); } }"),
    "a recursion": on_request("const f = () => { try { f() } catch { f() } }; f()"),
    "a sort": on_request("for (;;) new Array(1e5).fill(0).map(Math.random).sort()"),
    "one call": on_request("return { a: 'x'.repeat(2 ** 20).split('').map(() => 'ab'.repeat(999)).join('').length }"),
}


@pytest.mark.parametrize("name", TIMES)
def test_time_that_is_used_up_ends_it_with_an_answer(name):
    with Hook(TIMES[name], time_ms=50) as hook:
        assert hook.refusal({"x": 1}) == LATE
        with pytest.raises((Ended, BrokenPipeError)):
            hook.refusal()
        assert hook.end() == (TIME, LATE + "\n")


MEMORIES = {
    "strings": on_request("const all = []; for (let i = 0; ; i++) all.push(String(i).padEnd(1e5, 'x') + 'y')"),
    "arrays": on_request("const all = []; for (;;) all.push(new Array(1000).fill(7))"),
    "objects": on_request("let all = null; for (;;) all = { all }"),
    "buffers": on_request("const all = []; for (;;) all.push(new Uint8Array(2 ** 20).fill(1))"),
    "what outlives calls": "const all = [];" + on_request("all.push(new Uint8Array(2 ** 20).fill(1)); return args"),
    "promises": on_request("const all = []; for (;;) all.push(Promise.resolve().then(() => null))"),
}


@pytest.mark.parametrize("name", MEMORIES)
def test_memory_that_is_used_up_ends_it_with_an_answer(name):
    with Hook(MEMORIES[name], time_ms=10000, memory_mib=32) as hook:
        answer = {}
        for _ in range(100):
            if "error" not in answer:
                answer = hook.request({})
        assert answer == {"error": LARGE}
        assert hook.end() == (MEMORY, LARGE + "\n")


HUGE = {
    "ArrayBuffer": "new ArrayBuffer(2 ** 31)",
    "Uint8Array": "new Uint8Array(2 ** 31)",
    "string": "'x'.repeat(2 ** 30)",
    "array": "new Array(2 ** 27).fill(1)",
}


@pytest.mark.parametrize("name", HUGE)
def test_one_huge_step_is_refused_or_ends_it(name):
    """The engine says so itself where it can; where not, that the process ends is the denial."""
    with Hook(on_request(f"return {{ a: {HUGE[name]} }}"), time_ms=10000, memory_mib=32) as hook:
        try:
            assert "value" not in hook.request({})
        except Ended:
            assert hook.end()[0] != 0


THROWN = {
    "throw new RangeError('no')": "isolation.js:1: RangeError: no",
    "throw 'no'": "isolation.js: no",
    "throw null": "isolation.js: null",
    "throw undefined": "isolation.js: undefined",
    "throw { message: 'x' }": "isolation.js: [object Object]",
    "throw { toString() { throw 1 } }": "isolation.js: something was thrown that has no text",
    "throw new Proxy({}, { get() { throw 1 } })": "isolation.js: something was thrown that has no text",
    "throw Symbol('x')": "isolation.js: something was thrown that has no text",
    "null.x": "isolation.js:1: TypeError: null is not an object (evaluating 'null.x')",
    "return Promise.reject(new Error('later'))": "isolation.js:1: Error: later",
    "return { get a() { throw new Error('got') } }": "isolation.js:1: Error: got",
    "return new Promise(() => {})": "isolation.js: onRequest gave a promise that nothing ever settles",
    "return { then() {} }": "isolation.js: onRequest gave a promise that nothing ever settles",
    "return eval('1')": "isolation.js:1: EvalError: eval and Function are not to be had in a hook",
    "return new Function('return 1')()": "isolation.js:1: EvalError: eval and Function are not to be had in a hook",
    "return (() => {}).constructor('return 1')()": "isolation.js:1: EvalError: eval and Function are not to be had in a hook",
    "return import('x')": "isolation.js:1: Error: Could not import the module 'x'.",
    "return null": "isolation.js: onRequest has to return the args, an object",
    "return": "isolation.js: onRequest has to return the args, an object",
    "return []": "isolation.js: onRequest has to return the args, an object",
    "return new Uint8Array(3)": "isolation.js: onRequest has to return the args, an object",
    "const f = (n) => f(n + 1) + 1; return f(0)": "isolation.js:1: RangeError: Maximum call stack size exceeded.",
}


@pytest.mark.parametrize("body", THROWN)
def test_what_is_thrown_is_the_reason_and_it_goes_on(body):
    with Hook(on_request(f"if (args.good) return args; {body}")) as hook:
        assert hook.refusal() == THROWN[body]
        assert hook.request({"good": 1}) == {"value": {"good": 1}}


def test_a_reason_is_cut_at_a_character():
    with Hook(on_request("throw new Error('é'.repeat(9999))")) as hook:
        reason = hook.refusal()
        assert len(reason.encode()) <= 512 and reason.endswith("é")


def test_what_there_is_not():
    names = ["Atomics", "SharedArrayBuffer", "WebAssembly", "fetch", "setTimeout", "document", "require", "process",
             "XMLHttpRequest", "Worker", "queueMicrotask", "performance", "print", "load", "readFile"]
    with Hook(on_request(f"return Object.fromEntries({names}.map(n => [n, typeof globalThis[n]]))")) as hook:
        assert set(hook.request({})["value"].values()) == {"undefined"}


def test_texts_as_bytes_and_back():
    with Hook(on_request("return { t: new TextDecoder().decode(new TextEncoder().encode(args.t)) }")) as hook:
        for text in ("", "é€😀\0x", "\ufeffmark"):
            assert hook.request({"t": text})["value"]["t"] == text.removeprefix("\ufeff")
    with Hook(on_request("return { t: new TextDecoder('utf-8', args.o).decode(args.b) }")) as hook:
        whole = {"b": b"a\xf0\x9f\x98b\xff\xed\xa0\x80\xc0c", "o": {}}
        assert hook.request(whole)["value"]["t"] == whole["b"].decode("utf-8", "replace")
        assert "not a Uint8Array of UTF-8" in hook.refusal({"b": b"\xff", "o": {"fatal": True}})
        assert hook.request({"b": b"\xef\xbb\xbfx", "o": {"ignoreBOM": True}})["value"]["t"] == "\ufeffx"
        assert "not a Uint8Array" in hook.refusal({"b": "text", "o": {}})


def test_what_it_logs_is_one_line_each():
    with Hook(on_request("console.log('a\\nb', args, null, 1n, { get x() { throw 1 } }); console.error('z'.repeat(999)); return args")) as hook:
        hook.request({"k": [1]})
        status, said = hook.end()
        assert status == 0
        assert said.splitlines() == ["a b {\"k\":[1]} null 1 [object Object]", "z" * 280]


def test_it_is_one_thread_in_its_sandbox_before_it_has_a_text():
    with Hook("", begin=False) as hook:
        assert hook.report  # is written behind the sandbox
        status = hook.status()
        assert (status["Threads"], status["Seccomp"], status["NoNewPrivs"]) == ("1", "2", "1")
        assert int(status["CapEff"], 16) == 0


def test_nothing_is_said_where_nothing_was_asked():
    with Hook(on_request("return args")) as hook:
        hook.question("forget", call=5)
        assert hook.request({"a": 1}) == {"value": {"a": 1}}
        assert hook.end() == (0, "")


BROKEN = {
    "no INIT first": frame(ASK, {"id": 1, "what": "forget", "call": 1}),
    "an ANSWER": frame(114, {"id": 1, "error": "x"}),
    "a kind that there is not": frame(97, {"call": 1}),
    "no map": frame(INIT, 5),
    "no text": frame(INIT, {"view": "main", "file": "f", "time_ms": 1, "memory_mib": 16, "bytes": 0}),
    "a length of 4 GiB": b"\xff\xff\xff\xff\x71\0\0\0",
    "half a frame": frame(INIT, {})[:5],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broker_that_is_not_itself_ends_it(name):
    with Hook("", begin=False) as hook:
        hook.link.sendall(BROKEN[name])
        hook.link.shutdown(1)
        with pytest.raises(Ended):
            hook.answer()
        assert hook.end()[0] == (0 if name == "half a frame" else 1)


def test_a_second_init_ends_it():
    with Hook(on_request("return args")) as hook:
        hook.begin(on_request("return args"), 50, 32)
        with pytest.raises(Ended):
            hook.answer()
        assert hook.end()[0] == 1


def test_its_usage_is_checked():
    for arguments in ([], ["--check"], ["--check", "x", ""], ["a", "b", "c", "d", "e"]):
        assert os.spawnv(os.P_WAIT, tree.ROOT / "libexec/trollbridge/hook", ["hook", *arguments]) == 2
