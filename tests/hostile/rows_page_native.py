"""A hostile page that wants something native without a call: files, other schemes, what the window can do."""

from page import page

ORIGINS = "WebKit: no file: from another origin"
SCHEME = "the scheme serves the frontend's folder alone"
HOST = "the host says no"


def native(name, tried, layer, code, attack, **more):
    page(name, tried, layer, code, "native", attack, **more)


native("file", "reads a file: by fetch, frame, script, import, worker …", ORIGINS, "refused", "filePasswd", slow=True)
native("file-log", "reads the audit log in all these ways", ORIGINS, "refused", "fileLog", slow=True)
native("file-app", "reads a file that policy would give it", ORIGINS, "refused", "fileApp", slow=True)
native("scheme-out", "leaves the frontend by the scheme: .., %2f, links, a FIFO", SCHEME, "refused", "schemeOut")
native("scheme-hosts", "asks the scheme for other hosts and ports", SCHEME, "refused", "schemeHosts")
page("scheme-elsewhere", "loads the app's files from a frame of another origin", "the scheme is for its own pages", "refused", "frames",
     "elsewhereReads", slow=True)
native("scheme-odd", "odd methods, ranges, 1 MiB URLs, 6,000 requests at once", SCHEME, "alive", "schemeOdd", slow=True)
native("download", "has files written by downloads", HOST, "alive", "download", clicks=True, slow=True)
native("print", "opens the print dialog", HOST, "alive", "dialogs")
native("permissions", "asks for camera, place, clipboard, screen …", HOST, "refused", "permissions", clicks=True, slow=True)
native("fullscreen", "fills the screen", HOST, "refused", "fullscreen", clicks=True)
native("popup-clicked", "opens a window when the user clicks", HOST, "no window", "popup", clicks=True)
native("flood-title", "changes its title 20,000 times", "the title is not passed on", "alive", "floodTitle")
native("flood-history", "fills its history", "WebKit's own limit", "alive", "floodHistory")
native("flood-fragment", "navigates inside of its page 5,000 times", "no new document, no new link", "alive", "floodFragment")
native("flood-console", "writes 20 MB to the console", "the console goes nowhere", "alive", "floodConsole")


# ---- the policy that an app has which says nothing ----
STRICT = {"csp": ""}


def told(trial):
    """What another origin has heard of the page."""
    trial.attack("csp", "exfiltrate")
    return " ".join(sorted(trial.server.asked)) or "nothing"


page("csp-markup", "injects scripts by HTML, SVG and MathML", "the default CSP", "refused", "csp", "markup", app=STRICT)
page("csp-code", "has text run as a script: eval, javascript:, blob:, workers", "the default CSP", "refused", "csp", "code", app=STRICT, slow=True)
page("csp-exfiltrate", "tells another origin by every way of loading", "the default CSP", "nothing", "", told, app=STRICT)
