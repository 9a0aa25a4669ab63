"""What the dev bridge shows in a page: it lies in attributes in a closed tree, which Chromium's own protocol sees."""

import tree


def texts(node, inside=False):
    """What stands in closed trees, in parts that are not hidden."""
    attributes = node.get("attributes", [])
    if inside and "hidden" in attributes[::2]:
        return []
    own = [value for name, value in zip(attributes[::2], attributes[1::2]) if name == "data-text"] if inside else []
    for root in node.get("shadowRoots", []):
        own += texts(root, inside or root["shadowRootType"] == "closed")
    for child in node.get("children", []):
        own += texts(child, inside)
    return own


class Shade:
    def __init__(self, page):
        self.page, self.protocol = page, page.protocol()

    def text(self):
        root = self.protocol.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        return " ".join(texts(root))

    def until(self, wanted, what):
        """Waits for text for which `wanted` holds, and returns it."""
        return tree.until(lambda: (text := self.text()) is not None and wanted(text) and (text or " "), what)

    def shows(self, *words):
        return self.until(lambda text: all(word in text for word in words), f"the page shows {words}")

    def shows_nothing(self):
        return self.until(lambda text: text == "", "the page shows nothing of ours")
