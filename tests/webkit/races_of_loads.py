"""The races: each leaves the app's page for documents of another origin, and tries to get one of these taken for the app's.

A race is a function of the host. It waits until the documents that it is about have been there; what they got is judged
afterwards, for all races alike."""

import tree
from race_host import APP

HOME = f"{APP}/index.html"
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


def away(host):
    """The other origin's page is there."""
    since = home(host)
    host.tell(f"load {host.page}")
    host.wait_away(since)
    return len(host.events)


def raced_home(host, since):
    host.wait_page("app", since, "raced")


# ---- loads that the host starts ----

@race
def a_load_during_the_commit_of_the_app(host):
    since = home(host)
    host.tell(f"early committed load {host.page}", "reload")
    host.wait_away(since)


@race
def a_load_during_the_commit_of_the_app_late(host):
    since = home(host)
    host.tell(f"late committed load {host.page}", "reload")
    host.wait_away(since)


@race
def a_load_of_the_app_during_the_commit_of_another(host):
    since = home(host)
    host.tell(f"early committed load {HOME}?raced", f"load {host.page}")
    raced_home(host, since)


@race
def a_load_of_the_app_during_the_commit_of_another_late(host):
    since = home(host)
    host.tell(f"late committed load {HOME}?raced", f"load {host.page}")
    raced_home(host, since)


@race
def a_load_of_the_app_before_the_host_hears_of_a_commit(host):
    """Then webkit_web_view_get_uri names the app while another's document is committed, and stays."""
    since = home(host)
    host.tell(f"decided load {HOME}?raced", f"load {host.page}")
    host.wait_away(since)


@race
def a_load_before_the_host_hears_of_the_apps_commit(host):
    since = home(host)
    host.tell(f"decided load {host.page}", "reload")
    host.wait_away(since)


@race
def a_load_that_the_app_has_just_started(host):
    since = home(host)
    host.tell(f"early started load {host.page}", f"load {HOME}")
    host.wait_away(since)


@race
def a_stalled_host(host):
    """The documents come and go while the host sees nothing of them."""
    since = home(host)
    host.tell("early committed stall 120", f"late committed load {HOME}?raced", f"load {host.page}", "stall 120")
    raced_home(host, since)
    host.tell(f"load {host.page}?last", "stall 120", f"load {HOME}?raced_again", "stall 120")
    host.wait_page("app", since, "raced_again")


@race
def a_load_that_is_stopped(host):
    since = home(host)
    host.tell("late committed stop", f"load {host.page}")
    host.wait_load("committed", since, "page.html")
    host.tell(f"load {HOME}?stopped", "stop", f"load {HOME}?raced")
    raced_home(host, since)


# ---- slow and redirected answers ----

@race
def a_slow_answer_and_a_load_of_the_app(host):
    since = home(host)
    host.tell(f"load {host.held}")
    host.wait_held(since)
    host.tell(f"early committed load {HOME}?raced")
    host.release()
    raced_home(host, since)


@race
def an_answer_that_comes_when_the_app_is_loaded_again(host):
    since = away(host)
    host.tell(f"load {host.held}")
    host.wait_held(since)
    host.tell(f"load {HOME}?raced")
    host.release()
    raced_home(host, since)


@race
def a_redirect(host):
    since = home(host)
    host.tell("early redirected stall 20", f"early committed load {HOME}?raced", f"load {host.server.origin}/away")
    raced_home(host, since)


@race
def a_page_that_is_redirected_to_the_app(host):
    since = away(host)
    host.tell(f"eval 0 location.href = '{host.server.origin}/home?raced'; return 0")
    host.wait(lambda e: e["event"] == "load" and e["phase"] == "finished", "the redirect has ended", since)


@race
def a_redirect_by_a_scheme(host):
    since = away(host)
    host.tell(f"load evil://b/away?to={HOME}?raced")
    host.wait(lambda e: e["event"] in ("failed", "load") and "away" in (e["uri"] or ""), "the redirect has ended", since)


# ---- names in the address that mean nothing ----

@race
def an_address_that_a_page_gives_itself(host):
    """pushState in the app and in the other page, with a load of the app under way."""
    since = home(host)
    host.eval("history.pushState({}, '', '/pushed'); return location.href")
    host.tell(f"load {host.page}")
    host.wait_away(since)
    host.tell("early started eval 0 history.pushState({}, '', '/index.html'); return 0", f"load {HOME}?raced")
    raced_home(host, since)


@race
def other_hosts_of_the_apps_scheme(host):
    for place in ("tauri://other/index.html", "tauri://localhost.evil/index.html", "tauri://localhost:81/index.html",
                  "tauri://a@localhost.evil/index.html", "tauri:///index.html", "tauri:index.html"):
        since = home(host)
        host.tell(f"load {place}")
        host.wait_load("finished", since)


@race
def pages_without_an_origin(host):
    """A port that WebKit lets nobody ask shows an empty document."""
    for place in ("about:blank", "http://127.0.0.1:1/", "data:text/html,<p>data"):
        home(host)
        host.tell(f"load {place}")
        host.wait_origin(APP if host.walled and place.startswith("data") else "null")


@race
def error_pages(host):
    for place in (host.nowhere, "evil://a/missing.html"):
        since = home(host)
        host.tell(f"load {place}")
        host.wait(lambda e: e["event"] == "failed", place, since)
        host.wait_origin(APP if host.walled else "null")


@race
def an_error_page_and_a_load_of_the_app(host):
    since = home(host)
    host.tell(f"early committed load {HOME}?raced", f"load {host.nowhere}")
    host.wait(lambda e: e["event"] == "failed", "it has failed", since)
    if host.walled:
        host.tell(f"load {HOME}?raced")
    raced_home(host, since)


# ---- documents that scripts make ----

@race
def a_javascript_document(host):
    since = away(host)
    host.tell("eval 0 location.href = \"javascript:'<title>made</title>'\"; return 0", f"late started load {HOME}?raced")
    host.wait(lambda e: e["event"] == "title" and e["title"] == "made", "the document is made", since)


@race
def a_javascript_document_of_the_app(host):
    since = home(host)
    host.tell("eval 0 location.href = \"javascript:'<title>made</title>'\"; return 0", f"load {host.page}")
    host.wait_away(since)


@race
def a_document_that_is_opened_again(host):
    since = away(host)
    host.tell("eval 0 document.open(); document.write('<title>opened</title>'); document.close(); return 0",
              "early started stall 20", f"load {HOME}?raced")
    raced_home(host, since)
    since = len(host.events)
    host.tell("eval 0 document.open(); document.write('<title>opened</title>'); document.close(); return 0",
              f"load {host.page}?last")
    host.wait_away(since, "last")


@race
def a_blob(host):
    since = away(host)
    host.tell("eval 0 location.href = URL.createObjectURL(new Blob(['<title>blob</title>'], {type: 'text/html'})); return 0")
    host.wait(lambda e: e.get("title") == "blob" or e["event"] == "failed" and e["uri"].startswith("blob:"),
              "the blob is there, or refused", since)


# ---- history ----

@race
def back_and_forward(host):
    away(host)
    for order in ("back", "forward", "back", "forward"):
        since = len(host.events)
        host.tell(order)
        host.wait_page("app" if order == "back" else "evil", since)


@race
def back_during_a_commit(host):
    since = away(host)
    host.tell("early committed forward", "back")
    host.wait_away(since)
    since = len(host.events)
    host.tell("early committed back", f"load {host.page}?again")
    host.wait(lambda e: e["event"] == "load" and e["phase"] == "finished", "something is there", since)


@race
def back_and_forward_in_one_breath(host):
    since = away(host)
    host.tell("back", "forward", "back", f"load {host.page}?last", "back", "stall 50", "forward", f"load {host.page}?end")
    host.wait_away(since, "end")


# ---- killed processes ----

def kill_web_processes(host, since):
    for pid in host.web_processes():
        tree.kill(pid)
    host.wait(lambda e: e["event"] == "terminated", "the process is gone", since)


@race
def a_killed_process(host):
    kill_web_processes(host, home(host))
    since = len(host.events)
    host.tell(f"load {host.page}")
    host.wait_away(since)
    since = len(host.events)
    kill_web_processes(host, since)
    host.tell(f"load {HOME}?raced")
    raced_home(host, since)


@race
def a_process_killed_during_a_commit(host):
    since = home(host)
    host.tell("early committed crash", f"load {host.page}")
    host.wait(lambda e: e["event"] == "terminated", "the process is gone", since)
    host.tell(f"late started load {host.page}?last", f"load {HOME}")
    host.wait_away(since, "last")


# ---- many at once ----

@race
def a_storm(host):
    since = home(host)
    for n in range(25):
        host.tell(f"load {host.page}?{n}", "reload", f"load {host.server.origin}/page.html?{n}", f"load {HOME}?{n}", "reload")
        host.tell("back", f"early committed load {host.page}?c{n}")
    host.tell("forget", f"load {host.page}?last")
    host.wait_away(since, "last")


@race
def pages_that_send_themselves_away(host):
    since = home(host)
    for n in range(10):
        begun = since
        host.tell(f"load {HOME}?{n}", f"load {host.hop}?{n}")
        host.wait_load("committed", begun)
        since = len(host.events)
    # It may have come together with the last commit.
    host.wait_away(begun)
