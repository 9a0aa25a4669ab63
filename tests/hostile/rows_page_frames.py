"""A hostile page's other documents: frames, workers, windows, other origins."""

from page import page

TOP_FRAME = "scripts and links: main frame only"
NO_WORLD = "a worker has no isolated world"
NO_WINDOW = "no new windows"


def frame(name, tried, attack, code="nothing", layer=TOP_FRAME):
    page(f"frame-{name}", f"calls from {tried}", layer, code, "frames", attack)


frame("same", "a frame of its own origin", "frameSame")
frame("same-inside", "a frame of its own origin, looked at from outside", "frameSameReach")
frame("nested", "a frame in a frame", "frameNested")
frame("srcdoc", "a srcdoc frame", "frameSrcdoc")
frame("sandboxed", "a sandboxed frame", "frameSandboxed")
frame("sandboxed-srcdoc", "a sandboxed srcdoc frame", "frameSandboxedSrcdoc")
frame("data", "a data: frame", "frameData")
frame("blob", "a blob: frame", "frameBlob")
frame("blank", "an about:blank frame", "frameBlank")
frame("empty", "a frame that never loaded anything", "frameEmpty")
frame("written", "a frame that it opens and writes itself", "frameWritten")
frame("elsewhere", "a frame of another origin", "frameElsewhere")


def worker(name, tried, attack, code="nothing", layer=NO_WORLD):
    page(f"worker-{name}", f"calls from {tried}", layer, code, "frames", attack)


worker("file", "a worker", "workerFile")
worker("module", "a module worker", "workerModule")
worker("blob", "a blob: worker", "workerBlob")
worker("data", "a data: worker", "workerData")
worker("shared", "a shared worker", "workerShared")
worker("audio", "an audio worklet", "worklet")
page("worker-service", "registers a service worker, which would outlive the document", "custom schemes have none", "refused", "frames",
     "workerService")


def popup(name, tried, attack):
    page(f"popup-{name}", f"opens {tried}", NO_WINDOW, "no window", "frames", attack)


popup("page", "a window with a page of its own", "popupPage")
popup("blank", "an empty window", "popupBlank")
popup("noopener", "a window without opener", "popupNoopener")
popup("elsewhere", "a window of another origin", "popupElsewhere")
popup("link", "a window by a link and by a form", "popupLink")


def away(name, tried, attack):
    page(f"away-{name}", f"leads its window away by {tried}", "no response of another origin is shown", "stays", "away", attack)


away("assign", "location", "assign")
away("replace", "location.replace", "replace")
away("link", "a link", "link")
away("form", "a form", "form")
away("refresh", "a refresh", "refresh")
away("open", "window.open in itself", "open")
away("blob", "a blob: URL", "blob")
away("other-host", "another host of its own scheme", "otherHost")
