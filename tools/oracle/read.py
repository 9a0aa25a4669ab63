"""Verdicts that no command gives, from reading how the library reads.

A JSON file that is a list is read straight into its capabilities, not by way of a JSON map: a field that comes twice is an error, what
is in an unknown field is passed over without being looked at (the ends of lists, tables, strings and numbers are found, no more), and
a structure may be a list of its fields in their order. A file with two capabilities of one name is read, and then refused; so is a
configuration that names a capability twice, because the first time takes it away.
"""

TWICE = (False, "duplicate field")
PASSED_OVER = (True, "")
BY_ORDER = (True, "")

DECIDED = {
    "capability": {
        "json-text-array-duplicate": TWICE,
        "json-text-array-duplicate-permissions": TWICE,
        "json-text-array-duplicate-in-entry": TWICE,
        "json-text-array-duplicate-allow": TWICE,
        "json-text-array-duplicate-urls": TWICE,
        "json-text-array-unknown-huge-number": PASSED_OVER,
        "json-text-array-unknown-surrogate": PASSED_OVER,
        "json-text-array-unknown-deep": PASSED_OVER,
        "json-shape-capability-as-list": BY_ORDER,
        "json-shape-named-capability-as-list": BY_ORDER,
        "json-shape-list-capability-as-full-list": BY_ORDER,
        "json-text-same-identifiers": (False, "capability with identifier `a` already exists"),
    },
    "conf": {"twice": (False, "capability with identifier a not found")},
}
