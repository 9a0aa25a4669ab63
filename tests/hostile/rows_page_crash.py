"""A hostile page that wants the host, the endpoint or the isolated world broken, busy or full."""

from page import page

LIMITS = "caps before anything is copied"
BODY = "the body of a request is never asked for"


def crash(name, tried, attack, layer=LIMITS, **more):
    page(name, tried, layer, "alive", "crash", attack, **more)


crash("body-kinds", "sends Blobs, files and forms to the scheme", "bodies", BODY)
crash("body-submit", "submits a form with a file to the scheme", "submit", BODY)
crash("args-huge", "args with a[1e7] = 1, 64 MiB of text, 300,000 keys", "args-huge", slow=True)
crash("args-deep", "args that are nested 100,000 deep", "args-deep")
crash("args-cyclic", "args that hold themselves", "args-cyclic")
crash("args-throwing", "args whose getters and traps throw", "args-throwing")
crash("args-endless", "args that never end", "args-endless")
crash("args-bytes", "detached, shrinking and lying buffers", "args-bytes")
crash("args-strange", "windows, nodes, functions, symbols, lone surrogates", "args-strange")
crash("raw-strange", "raw bytes that are none, too many, or lie", "raw")
crash("options-strange", "options with traps, odd signals and numbers", "options")
crash("names-strange", "names with NUL, escape codes, 1 MiB of text", "names", event="call", reason="asked for without a handle")
crash("flood-calls", "100,000 calls at once", "many", "caps on what waits", slow=True)
crash("flood-unknown", "100,000 calls of 100,000 names that are not granted", "manyUnknown", "10 a second are told, the rest counted",
      event="call", reason="asked for without a handle", slow=True)
crash("flood-aborts", "20,000 calls that are cancelled at once", "abort", slow=True)
crash("flood-listeners", "5,000 listeners", "listeners", slow=True)
crash("flood-events", "20,000 events to itself", "emits", slow=True)
crash("flood-channels", "a call with 20,000 channels", "channels")
crash("channel-throws", "handlers that throw", "channelThrows", "handlers are the page's own")
crash("promises", "promises without end, with 500 calls under way", "endlessPromises", "the link waits", slow=True)
crash("busy", "computes for 2 s, with 500 calls under way", "busy", "the link waits", slow=True)
crash("recursion", "calls with the stack all but full", "recursion")
