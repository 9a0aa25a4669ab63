"""What the bridge draws over a page: bar, box and panel. They lie in a closed shadow tree, which the page's scripts are not given; Chromium's own protocol is."""

import tree


def children(node):
    return [*node.get("children", []), *node.get("shadowRoots", [])]


def attributes(node):
    pairs = node.get("attributes", [])
    return dict(zip(pairs[::2], pairs[1::2]))


def closed_roots(node):
    if node.get("shadowRootType") == "closed":
        yield node
    for child in children(node):
        yield from closed_roots(child)


def text_of(node):
    """Its words as they are read, one space between two of them. They are attributes: shim-js/src/dev/page/style.ts."""
    parts = [attributes(node).get("data-text", ""), *map(text_of, children(node))]
    return " ".join(" ".join(parts).split())


def rows_of(node):
    """The cells' texts of each row of a table's body."""
    if node["nodeName"] == "TR":
        return [[text_of(cell) for cell in children(node) if cell["nodeName"] == "TD"]]
    return [row for child in children(node) for row in rows_of(child)]


def sections(page):
    """{name: node} of the parts that are shown."""
    session = page.context().newCDPSession(page)
    try:
        top = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    finally:
        session.detach()
    return {attributes(node)["class"]: node for root in closed_roots(top) for node in children(root) if "hidden" not in attributes(node)}


def shown(page):
    """{"bar" | "box" | "panel": its text} of the parts that are shown."""
    return {name: text_of(node) for name, node in sections(page).items()}


def until_shown(page, name, *words):
    """Waits until that part is shown with these words; its text."""
    def looks():
        text = shown(page).get(name, "")
        return text if all(word in text for word in words) and text else None

    return tree.until(looks, f"{name} says {words}")


def until_gone(page, name):
    tree.until(lambda: name not in shown(page), f"{name} is gone")


def calls(page):
    """The rows of the panel: [time, command, verdict, code, rule, ms]."""
    return [row for row in rows_of(sections(page).get("panel", {"nodeName": "", "nodeValue": ""})) if row]


class Shade:
    """All of it, as one text."""

    def __init__(self, page):
        self.page = page

    def text(self):
        return " ".join(shown(self.page).values())

    def shows(self, *words):
        return tree.until(lambda: all(word in self.text() for word in words), f"the page shows {words}")

    def shows_nothing(self):
        tree.until(lambda: self.text() == "", "the page shows nothing of ours")
