"""The races: each leaves the app's page for documents of other origins, and tries to get one of these taken for the app's.

A race is a function of the host and of a server of another origin. It waits until the documents that it is about have been
there; what they got is judged afterwards, for all races alike."""

from race_host import APP, EVIL

HOME = f"{APP}/index.html"
PAGE = f"{EVIL}/page.html"
RACES = {}


def race(function):
    RACES[function.__name__] = function
    return function


def home(host):
    """The app's page is there and has its link."""
    since = len(host.events)
    host.tell(f"load {HOME}")
    host.wait_page("app", since, "index.html")
    return len(host.events)


# ---- loads that the host starts ----

@race
def a_load_during_the_commit_of_the_app(host, _):
    since = home(host)
    host.tell(f"early committed load {PAGE}", "reload")
    host.wait_away(since)


@race
def a_load_during_the_commit_of_the_app_late(host, _):
    since = home(host)
    host.tell(f"late committed load {PAGE}", "reload")
    host.wait_away(since)


@race
def a_load_of_the_app_during_the_commit_of_another(host, _):
    since = home(host)
    host.tell(f"early committed load {HOME}?raced", f"load {PAGE}")
    host.wait_page("app", since, "raced")


@race
def a_load_of_the_app_during_the_commit_of_another_late(host, _):
    since = home(host)
    host.tell(f"late committed load {HOME}?raced", f"load {PAGE}")
    host.wait_page("app", since, "raced")


@race
def a_load_of_the_app_during_the_commit_of_a_server(host, server):
    since = home(host)
    host.tell(f"early committed load {HOME}?raced", f"load {server.origin}/page.html")
    host.wait_page("app", since, "raced")


@race
def a_load_that_the_app_has_just_started(host, _):
    since = home(host)
    host.tell(f"early started load {PAGE}", f"load {HOME}")
    host.wait_away(since)


@race
def a_stalled_host(host, _):
    """The documents come and go while the host sees nothing of them."""
    since = home(host)
    host.tell("early committed stall 120", f"late committed load {HOME}?raced", f"load {PAGE}", "stall 120")
    host.wait_page("app", since, "raced")
    host.tell(f"load {PAGE}?last", "stall 120", f"load {HOME}?last", "stall 120")
    host.wait_page("app", since, "last")


@race
def a_load_that_is_stopped(host, _):
    since = home(host)
    host.tell("early committed stop", f"load {PAGE}", f"early started load {HOME}?raced")
    host.wait_page("app", since, "raced")


# ---- slow and redirected answers ----

@race
def an_answer_that_comes_when_the_app_is_loaded_again(host, _):
    since = home(host)
    host.tell(f"load {PAGE}?hold")
    host.wait(lambda e: e["event"] == "evil", "the slow page is asked for", since)
    host.tell("release", f"load {HOME}?raced")
    host.wait_page("app", since, "raced")
    since = home(host)
    host.tell(f"load {PAGE}?hold")
    host.wait(lambda e: e["event"] == "evil", "the slow page is asked for", since)
    host.tell("reload", "release")
    host.wait(lambda e: e["event"] == "load" and e["phase"] == "finished", "something is there", since)


@race
def a_redirect_to_the_app(host, _):
    since = home(host)
    host.tell(f"load {EVIL}/away?to={HOME}?redirected")
    host.wait_load("finished", since)


@race
def a_redirect_to_another(host, server):
    since = home(host)
    host.tell(f"load {server.origin}/away")
    host.wait_away(since)


@race
def a_slow_redirect_and_a_load_of_the_app(host, server):
    since = home(host)
    host.tell(f"early redirected load {HOME}?raced", f"load {server.origin}/away")
    host.wait_page("app", since, "raced")


@race
def a_server_that_redirects_to_the_app(host, server):
    since = home(host)
    host.tell(f"load {server.origin}/home")
    host.wait_load("finished", since)


# ---- names in the address that mean nothing ----

@race
def an_address_that_another_page_gives_itself(host, _):
    """pushState in the app and in another origin's page, with a load of the app under way."""
    since = home(host)
    host.eval(f"history.pushState({{}}, '', '/pushed'); return location.href")
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    host.tell(f"early started eval 0 history.pushState({{}}, '', '/index.html'); return 0", f"load {HOME}?raced")
    host.wait_page("app", since, "raced")


@race
def other_hosts_of_the_apps_scheme(host, _):
    for place in ("tauri://other/index.html", "tauri://localhost.evil/index.html", "tauri://localhost:81/index.html",
                  "tauri://a@localhost.evil/index.html", "tauri:///index.html", "tauri:index.html"):
        since = home(host)
        host.tell(f"load {place}")
        host.wait_load("finished", since)


@race
def pages_without_an_origin(host, _):
    for place in ("about:blank", "data:text/html,<p>data"):
        since = home(host)
        host.tell(f"load {place}")
        host.wait_load("finished", since)


@race
def an_error_page(host, _):
    for place in ("http://127.0.0.1:1/", f"{EVIL}/missing.html", f"{APP}/missing.html", "nothing://here"):
        since = home(host)
        host.tell(f"load {place}")
        host.wait(lambda e: e["event"] == "load" and e["phase"] == "finished", place, since)


@race
def an_error_page_and_a_load_of_the_app(host, _):
    since = home(host)
    host.tell(f"early committed load {HOME}?raced", "load http://127.0.0.1:1/")
    host.tell(f"load {HOME}?raced")
    host.wait_page("app", since, "raced")


# ---- documents that scripts make ----

@race
def a_javascript_document(host, _):
    since = home(host)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    since = len(host.events)
    host.tell("eval 0 location.href = \"javascript:'<title>made</title>'\"; return 0", f"late started load {HOME}?raced")
    host.wait(lambda e: e["event"] == "title" and e["title"] == "made", "the document is made", since)


@race
def a_javascript_document_of_the_app(host, _):
    since = home(host)
    host.tell("eval 0 location.href = \"javascript:'<title>made</title>'\"; return 0", f"load {PAGE}")
    host.wait_away(since)


@race
def a_document_that_is_opened_again(host, _):
    since = home(host)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    host.tell(f"eval 0 document.open(); document.write('<title>opened</title>'); document.close(); return 0",
              f"early started stall 20", f"load {HOME}?raced")
    host.wait_page("app", since, "raced")
    host.eval("document.open(); document.write('<title>opened</title>'); document.close(); return 0")
    host.tell(f"load {PAGE}?last")
    host.wait_away(since, "last")


@race
def a_blob_of_another_page(host, _):
    since = home(host)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    since = len(host.events)
    host.tell("eval 0 location.href = URL.createObjectURL(new Blob(['<title>blob</title>'], {type: 'text/html'})); return 0")
    host.wait(lambda e: e["event"] == "title" and e["title"] == "blob", "the blob is there", since)


# ---- history ----

@race
def back_and_forward(host, _):
    since = home(host)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    for order, who in (("back", "app"), ("forward", "evil"), ("back", "app"), ("forward", "evil")):
        since = len(host.events)
        host.tell(order)
        host.wait_page(who, since)


@race
def back_during_a_commit(host, _):
    since = home(host)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    since = len(host.events)
    host.tell("early committed forward", "back")
    host.wait_away(since)
    since = len(host.events)
    host.tell("early committed back", f"load {PAGE}?again")
    host.wait(lambda e: e["event"] == "load" and e["phase"] == "finished", "something is there", since)


@race
def back_and_forward_in_one_breath(host, _):
    since = home(host)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    since = len(host.events)
    host.tell("back", "forward", "back", f"load {PAGE}?last", "back", "stall 50", "forward", f"load {PAGE}?end")
    host.wait_away(since, "end")


# ---- killed processes ----

def kill_web_processes(host):
    import tree
    for pid in host.web_processes():
        tree.kill(pid)


@race
def a_killed_process(host, _):
    since = home(host)
    kill_web_processes(host)
    host.wait(lambda e: e["event"] == "terminated", "the process is gone", since)
    host.tell(f"load {PAGE}")
    host.wait_away(since)
    since = len(host.events)
    kill_web_processes(host)
    host.wait(lambda e: e["event"] == "terminated", "the process is gone", since)
    host.tell(f"load {HOME}?raced")
    host.wait_page("app", since, "raced")


@race
def a_process_killed_during_a_commit(host, _):
    since = home(host)
    host.tell("early committed crash", f"load {PAGE}")
    host.wait(lambda e: e["event"] == "terminated", "the process is gone", since)
    host.tell(f"late started load {PAGE}?last", f"load {HOME}")
    host.wait_away(since, "last")


# ---- many at once ----

@race
def a_storm(host, server):
    since = home(host)
    for n in range(25):
        host.tell(f"load {PAGE}?{n}", "reload", f"load {server.origin}/page.html?{n}", f"load {HOME}?{n}", "reload")
        host.tell("back", f"early committed load {PAGE}?c{n}")
    host.tell(f"load {PAGE}?last")
    host.wait_away(since, "last")


@race
def pages_that_send_each_other_away(host, server):
    since = home(host)
    host.tell(f"load {server.origin}/hop.html")
    for n in range(10):
        host.tell(f"load {HOME}?{n}", f"load {server.origin}/hop.html?{n}")
        host.wait_load("committed", since)
        since = len(host.events)
    host.tell(f"load {server.origin}/page.html?last")
    host.wait_away(since, "last")
