"""Identifiers: tauri-acl.md 1.5, every byte in every kind of place, lengths, colons, what begins with `core:`."""

TABLE = """a prefix:base pre--fix:base--sep A:B 1:2 core core:default core:app:default core:a:b:c core::x
a_b:c a:b_c allow_x allow-* fs:allow-* a.b:c a/b :a a-:b a:-b __TAURI_CHANNEL__:allow-fetch x:y:z a: core: a- a:b-
tauri-plugin-x tauri-plugin- tauri-plugin tauri-plugin-fs:default tauri-plugi-x Tauri-plugin-x xtauri-plugin-x a:tauri-plugin-x
core:tauri-plugin-x core:: core::: core:::x core::x::y core:x: core:x:: core:-x core:x- core:x-:y core:x:-y core--x core-:x core-x:y
core-x:y:z cores:x:y Core:x:y CORE:a:b core:A:B core:1:2:3:4:5:6:7:8:9 core:a--b:c--d core:default:default core:core:core
:: ::: a::b a:b:c:d a::: :a:b - -- a--b a---b a-b-c -a --a a-- a:--b a--:b 0 9 00 a0 0a Z z:Z default fs:default allow-greet
x-y:z x:y-z x:y--z x-:y- X-Y:Z-W a,b a;b a=b a+b a@b a~b a%b a&b a|b a\\b a"b a'b a`b $a a$ #a a# !a a! (a) [a] {a} <a> ^a a^ ?a a?""".split()

OTHERS = ["", " ", "a b", " a", "a ", "a: b", "a :b", "a\tb", "a\nb", "a\n", "\na", "a\r", "a\x7f", "a\u00a0b", "\ufeffa"]
NOT_ASCII = ["\u00e9", "a\u00e9", "\u00e9a", "a:\u00e9", "\u00e9:a", "core:\u00e9:x", "\u0430", "\uff41", "\u2010a", "a\u2010b", "a\uff1ab",
             "\u0661", "\U0001f309", "a\u0301", "\u212a", "\u00df"]
LENGTHS = [
    *("a" * n for n in (64, 65, 114, 115, 116, 117, 118, 255, 256, 257, 1000)),
    *("a" * n + ":" + "b" * (total - n - 1) for n in (1, 51, 52, 64) for total in (115, 116, 117)),
    *("core:" + "a" * n for n in (110, 111, 112, 113)), "core:" + ":".join("a" * 56), "core:" + ":".join("a" * 57),
    "a" * 116 + "-", "a" * 115 + "-", "a" * 115 + ":", "a" * 116 + ":", "-" * 117, "_" * 117, "\u00e9" * 58, "\u00e9" * 59,
    "tauri-plugin-" + "a" * 103, "tauri-plugin-" + "a" * 104,
]


def rows():
    every_byte = [place % chr(code) for place in ("%s", "%sa", "a%sb", "a%s", "a:%sb", "core:a%sb") for code in range(128)]
    texts = dict.fromkeys([*TABLE, *OTHERS, *NOT_ASCII, *LENGTHS, *every_byte])
    for n, text in enumerate(texts):
        yield {"name": f"identifier-{n:03}", "text": text, "paragraph": "1.5"}
