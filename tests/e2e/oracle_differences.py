"""Where we do not say what Tauri's command line program says, row by row, and why. All of them refuse more than Tauri does."""

AS_LIST = "Tauri's reader takes the fields of a table in their order, as a list. Nobody writes that, and who reads it cannot tell what it grants."
AS_TABLE = "Tauri's reader takes a table with one key in place of a name. The same."
DEEP = "An entry of a scope has at most 20 values inside each other: every part that gets it relies on that."
SKIPPED = "What stands under a key that nobody knows is read like the rest; Tauri passes over it without a look."
NOT_FINITE = "In TOML files Tauri takes inf and nan for null. A field that may be left out is left out, not inf."
VERSION = "A version above 63 bits. Nothing reads versions."

LIMITS = (60, 64, 100, 122)

DIFFERENCES = {
    "identifier": {},
    "capability": {
        **dict.fromkeys(["json-remote-list-of-list", "json-remote-10", "json-remote-11"], AS_LIST),
        **dict.fromkeys(["json-shape-capability-as-list", "json-shape-named-capability-as-list", "json-shape-list-capability-as-full-list"], AS_LIST),
        "json-platforms-19": AS_TABLE,
        **dict.fromkeys([f"json-text-array-unknown-{what}" for what in ("huge-number", "surrogate", "deep")], SKIPPED),
        **dict.fromkeys([f"toml-{field}-{value}" for field in ("remote", "platforms") for value in ("inf", "nan")], NOT_FINITE),
        **dict.fromkeys([f"json-value-deep-{n}" for n in (*LIMITS, 123)], DEEP),
        **dict.fromkeys([f"json-value-deep-tables-{n}" for n in (64, 122, 123)], DEEP),
    },
    "permission": {
        **dict.fromkeys(["json-permission-commands-list", "toml-commands-list", *(f"json-commands-{n}" for n in (16, 17, 18, 19))], AS_LIST),
        **dict.fromkeys([f"json-scope-{n}" for n in (16, 22, 23)], AS_LIST),
        **dict.fromkeys([f"json-text-{what}-as-list" for what in ("permission", "set", "default")], AS_LIST),
        **dict.fromkeys(["json-text-permission-as-list-null", "json-text-list-as-struct", "json-text-list-one", "json-text-list-default"], AS_LIST),
        "json-platforms-19": AS_TABLE,
        **dict.fromkeys([f"json-text-unknown-{what}" for what in ("huge-number", "surrogate", "deep")], SKIPPED),
        **dict.fromkeys([f"json-{what}version-{n}" for what in ("", "default-") for n in ("09", "11")], VERSION),
        **dict.fromkeys(["toml-version-above", "toml-version-u64"], VERSION),
    },
    "value": {
        **dict.fromkeys([f"json-deep-{n}" for n in LIMITS], DEEP),
        **dict.fromkeys([f"json-deep-tables-{n}" for n in (64, 122)], DEEP),
        **dict.fromkeys([f"toml-deep-{n}" for n in (40, 60, 64, 70, *range(75, 80))], DEEP),
        **dict.fromkeys([f"toml-deep-tables-{n}" for n in (40, 64, *range(75, 80))], DEEP),
        "toml-key-in-table-deep": DEEP,
    },
    "manifest": {"permission-commands-list": AS_LIST},
    "conf": {},
}
