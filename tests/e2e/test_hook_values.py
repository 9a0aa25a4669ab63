"""What goes through a hook that changes nothing is the same afterwards; what it makes is checked."""

import math
import random

import msgpack
import pytest

from hook_link import Hook

IDENTITY = "export function onRequest({ args }) { return args }"
DEPTH_MOST = 31
NODES_MOST = 65536 - 16 - 6

WHOLE = [0, 1, -1, 2**31, -2**31, 2**53, -2**53, 2**53 + 1, -2**53 - 1, 2**63 - 1, 2**63, 2**64 - 1, -2**63]
FLOATS = [0.5, -0.0, 1e308, 5e-324, math.inf, -math.inf, 2.0**60, 0.1]
TEXTS = ["", "a", "é€😀", "\0", "a\0b", "\ufeff", "\ud7ff\ue000", "\u2028", "x" * 300, "😀" * 300, "\U0010ffff"]
KEYS = ["__proto__", "constructor", "toString", "length", "0", "1", "-1", "then", "valueOf", "prototype",
        "hasOwnProperty", "", " ", "é", "a\0b", "x" * 256]


@pytest.fixture(scope="module")
def identity():
    with Hook(IDENTITY) as hook:
        yield hook


def same(hook, value):
    """Goes through and is compared as msgpack, which tells 1 from 1.0 and -0.0 from 0.0."""
    args = {"v": value}
    answer = hook.request(args)
    assert list(answer) == ["value"], answer
    assert msgpack.packb(answer["value"]) == msgpack.packb(args)


@pytest.mark.parametrize("value", [None, True, False, b"", b"\0\xff" * 1000, [], {}, [[]], *WHOLE, *FLOATS, *TEXTS])
def test_a_value_comes_back_as_it_went(identity, value):
    same(identity, value)
    same(identity, [value, {"a": value}])


def test_no_number_is_none_of_them(identity):
    assert math.isnan(identity.request({"v": math.nan})["value"]["v"])


def test_a_float_that_is_whole_comes_back_as_an_integer(identity):
    assert identity.request({"v": 3.0})["value"] == {"v": 3}
    assert isinstance(identity.request({"v": 3.0})["value"]["v"], int)


def test_every_key_is_an_own_property(identity):
    args = {key: {key: i} for i, key in enumerate(KEYS)} | {"last": 1}
    assert identity.request(args)["value"] == args
    assert identity.request({"__proto__": {"evil": 1}})["value"] == {"__proto__": {"evil": 1}}


def random_value(chance, depth):
    kind = chance.randrange(8 if depth > 0 else 6)
    if kind == 6:
        return [random_value(chance, depth - 1) for _ in range(chance.randrange(6))]
    if kind == 7:
        return {chance.choice(KEYS[:-1]) + str(i): random_value(chance, depth - 1) for i in range(chance.randrange(6))}
    return [None, chance.random() < 0.5, chance.choice(WHOLE), chance.random() + 0.5, chance.choice(TEXTS),
            chance.randbytes(chance.randrange(40))][kind]


def in_key_order(value):
    """JavaScript puts keys that are indexes first; that is all that may change."""
    if isinstance(value, dict):
        return {key: in_key_order(value[key]) for key in sorted(value)}
    return [in_key_order(element) for element in value] if isinstance(value, list) else value


def test_random_values_come_back_as_they_went(identity):
    chance = random.Random(6)
    for _ in range(2000):
        args = {"v": random_value(chance, 5)}
        answer = identity.request(args)
        assert msgpack.packb(in_key_order(answer["value"])) == msgpack.packb(in_key_order(args))


def test_the_deepest_and_the_largest_value_come_back(identity):
    value = 1
    for _ in range(DEPTH_MOST - 1):  # the args are a map around it
        value = [value]
    same(identity, value)
    same(identity, "x" * (1024 * 1024 - 100))
    same(identity, [None] * (NODES_MOST - 3))


def test_what_is_deeper_or_larger_is_refused():
    with Hook("export function onRequest({ args }) { return { a: [args] } }") as hook:
        value = 1
        for _ in range(DEPTH_MOST - 1):
            value = [value]
        assert "nested deeper than 31" in hook.refusal({"v": value})
        assert "more than 65,000 values" in hook.refusal({"v": [None] * (NODES_MOST - 3)})
        assert hook.request({})["value"] == {"a": [{}]}


WRONG = {
    "a function": "() => 1",
    "a symbol": "Symbol('x')",
    "an instance of a class": "new Date()",
    "an instance of a class:": "new Map()",
    "an instance of a class: make": "new (class A { x = 1 })()",
    "a BigInt of more than 64 bits": "2n ** 64n",
    "BigInt of more than 64 bits": "-(2n ** 63n) - 1n",
    "a key of more than 256 bytes": "{ ['x'.repeat(257)]: 1 }",
    "a key with half a surrogate pair": "{ '\\ud800': 1 }",
    "a value of more than 1 MiB": "'x'.repeat(2 ** 21)",
    "value of more than 1 MiB": "new Uint8Array(2 ** 21)",
    "more than 65,000 values": "new Array(70000).fill(null)",
    "than 65,000 values": "(() => { const a = []; a[4294967294] = 1; return a })()",
    "a value that is nested deeper than 31, or in itself": "(() => { const a = {}; a.a = a; return a })()",
    "nested deeper than 31": "(() => { const a = []; a[0] = a; return a })()",
    "typed": "new Float64Array(2)",
}


@pytest.mark.parametrize("why", WRONG)
def test_what_cannot_be_passed_on_is_refused(why):
    with Hook(f"export function onRequest() {{ return {{ v: {WRONG[why]} }} }}") as hook:
        expected = "an instance of a class" if why == "typed" else why
        assert expected in hook.refusal()
        assert expected in hook.refusal()  # and it goes on


MADE = {
    "undefined": ("{ a: undefined, b: [undefined, 1] }", {"b": [None, 1]}),
    "own and enumerable": ("Object.create(null, { a: { value: 1, enumerable: true }, b: { value: 2 } })", {"a": 1}),
    "symbols as keys": ("{ [Symbol('x')]: 1, a: 2 }", {"a": 2}),
    "getter": ("{ get a() { return 5 } }", {"a": 5}),
    "proxy": ("new Proxy({ a: 1 }, {})", {"a": 1}),
    "holes": ("{ a: [1, , 3] }", {"a": [1, None, 3]}),
    "part of a buffer": ("{ a: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) }", {"a": b"\x02\x03"}),
    "a whole buffer": ("{ a: new Uint8Array([1, 2]).buffer }", {"a": b"\x01\x02"}),
    "a buffer that grows": ("{ a: (() => { const b = new ArrayBuffer(1, { maxByteLength: 2 ** 20 }); b.resize(3); return b })() }", {"a": b"\0\0\0"}),
    "a part that is outside": ("{ a: (() => { const b = new ArrayBuffer(2 ** 12, { maxByteLength: 2 ** 20 }); const part = new Uint8Array(b, 2048, 9); "
                               "b.resize(0); return part })() }", {"a": b""}),
    "a buffer that is elsewhere": ("{ a: (() => { const a = new Uint8Array(9); a.buffer.transfer(); return a })() }", {"a": b""}),
    "BigInt": ("{ a: 5n, b: 2n ** 64n - 1n, c: -(2n ** 63n) }", {"a": 5, "b": 2**64 - 1, "c": -2**63}),
    "half a pair": ("{ a: 'x\\ud800y' }", {"a": "x\ufffdy"}),
    "boxed by a spread": ("{ ...{ a: 1 }, b: [...'é😀'] }", {"a": 1, "b": ["é", "😀"]}),
}


@pytest.mark.parametrize("name", MADE)
def test_what_a_hook_makes(name):
    text, expected = MADE[name]
    with Hook(f"export function onRequest() {{ return {text} }}") as hook:
        assert hook.request({"x": 1}) == {"value": expected}


POISON = """
const evil = { get() { return 'evil' }, set() { throw new Error('seen') }, configurable: true };
for (const name of ['path', '0', '1', 'then', 'raw', 'message'])
  for (const of of [Object.prototype, Array.prototype]) Object.defineProperty(of, name, evil);
Object.keys = Object.getOwnPropertyNames = Reflect.ownKeys = () => ['evil'];
Array.prototype.push = Array.prototype.map = Array.prototype[Symbol.iterator] = null;
Array.isArray = () => false;
Promise.prototype.then = Promise.resolve = () => { throw new Error('then') };
JSON.stringify = JSON.parse = String = Error = TypeError = null;
Uint8Array.prototype.slice = null;
Object.prototype.toJSON = () => 'evil';
globalThis.Promise = globalThis.Uint8Array = globalThis.Object = globalThis.Array = null;
"""


def test_what_a_hook_does_to_its_own_classes_changes_no_value():
    args = {"path": "x", "l": [[1], {"0": 2}], "b": b"\x01\x02", "n": 2**60 + 1}
    with Hook(POISON + "export async function onRequest({ args }) { await null; delete args.toJSON; return args }") as hook:
        assert hook.request(args) == {"value": args}
        assert hook.ask("request", value=args, raw=b"body") == {"value": args, "raw": b"body"}
