"""Who gets a page: token, cookie, Host, Origin and Sec-Fetch headers, each wrong by itself in a request that is right otherwise."""

import re

import pytest

import raw
from bridge import bridging
from raw import instead

COOKIE = re.compile(r"trollbridge=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict")
ALWAYS = {"referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin",
          "cross-origin-opener-policy": "same-origin", "cache-control": "no-store"}


def has_what_all_have(answer):
    assert {name: answer.one(name) for name in ALWAYS} == ALWAYS
    assert answer.values("content-security-policy")


def is_refusal(answer, status):
    assert answer.status == status, answer
    assert answer.one("content-type") == "text/plain; charset=utf-8" and 10 < len(answer.body) < 500
    assert not answer.values("set-cookie") and not answer.values("location")
    has_what_all_have(answer)


# ---- the token ----

def enter(address, token=None, *changes, target="{path}?trollbridge={token}", method="GET"):
    target = target.format(path=address.path, token=address.token if token is None else token)
    return raw.ask(address, instead([("Host", address.host), *raw.ENTER], *changes), target, method)


def test_the_token_becomes_a_cookie_and_leaves_the_address(besieged):
    answer = enter(besieged.renew())
    assert answer.status == 303 and answer.one("location") == "/"
    assert COOKIE.fullmatch(answer.one("set-cookie"))
    has_what_all_have(answer)


def test_a_token_is_spent_by_its_first_use(besieged):
    address = besieged.renew()
    assert enter(address).status == 303
    is_refusal(enter(address), 401)


def test_a_new_token_ends_the_one_before(besieged):
    before = besieged.renew().token
    address = besieged.renew()
    is_refusal(enter(address, before), 401)
    assert enter(address).status == 303


WRONG_TOKENS = {
    "none of its digits": "", "another": "0" * 64, "too short": "{token:.63}", "too long": "{token}0", "upper case": "{upper}",
    "twice": "{token}&trollbridge={token}x", "very long": "0" * 4000, "a cookie's": "{cookie}", "the other view's": "{other}",
}


@pytest.mark.parametrize("name", WRONG_TOKENS)
def test_a_wrong_token(besieged, name):
    address = besieged.renew()
    while not re.search("[a-f]", address.token):
        address = besieged.renew()
    token = WRONG_TOKENS[name].format(token=address.token, upper=address.token.upper(), other=besieged.bridge.main.token,
                                      cookie=besieged.visitor.cookie.partition("=")[2])
    answer = enter(address, token)
    if name == "twice":
        # One of the two is looked at, and if that is the right one it is spent.
        assert answer.status in (303, 401)
    else:
        is_refusal(answer, 401)
        assert enter(address).status == 303, "a wrong one has not spent it"


@pytest.mark.parametrize("changes", [
    [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", None)],
    [("Sec-Fetch-Mode", "no-cors")], [("Sec-Fetch-Mode", None)], [("Sec-Fetch-Dest", "iframe")], [("Sec-Fetch-Dest", "empty")],
    [("Sec-Fetch-Dest", None)], [("Origin", "http://evil.example")], [("Host", "127.0.0.1")], [("Service-Worker", "script")],
], ids=str)
def test_a_token_is_for_a_navigation_that_a_person_began(besieged, changes):
    address = besieged.renew()
    is_refusal(enter(address, None, *changes), 421 if changes[0][0] == "Host" else 403)
    assert enter(address).status == 303, "that has not spent it"


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE"])
def test_a_token_is_not_spent_by_other_methods(besieged, method):
    address = besieged.renew()
    answer = enter(address, method=method)
    assert answer.status not in range(200, 400) and not answer.values("set-cookie")
    assert enter(address).status == 303


# ---- the cookie ----

@pytest.mark.parametrize("kind", ["document", "resource"])
def test_nothing_without_the_cookie(besieged, kind):
    headers = getattr(besieged.visitor, kind)
    assert besieged.visitor.get(headers).status == 200
    answer = besieged.visitor.get(instead(headers, ("Cookie", None)))
    is_refusal(answer, 401)
    assert not raw.secrets_of(answer.body)


@pytest.mark.parametrize("cookie", [
    "trollbridge=", "trollbridge=" + "0" * 64, "{right}0", "{right:.75}", "Trollbridge={value}", "trollbridge={upper}", "trollbridge=\"{value}\"",
    "x{right}", "{right}; trollbridge=" + "0" * 64, "trollbridge=" + "0" * 64 + "; {right}", "{right}; {right}", "trollbridge={other}",
    "{right}\t", "trollbridge =:{value}", "a" * 5000 + "; {right}",
])
def test_nothing_with_another_cookie(besieged, cookie):
    right = besieged.visitor.cookie
    value = right.partition("=")[2]
    [other] = [cookie for cookie in besieged.page.context().cookies() if cookie["name"] == "trollbridge"]
    given = cookie.format(right=right, value=value, upper=value.upper(), other=other["value"])
    if given == right:
        pytest.fail("this is the right one")
    answer = besieged.visitor.get(instead(besieged.visitor.resource, ("Cookie", given)))
    is_refusal(answer, 401)


def test_two_cookie_headers_are_not_one(besieged):
    headers = [*besieged.visitor.resource, ("Cookie", "trollbridge=" + "0" * 64)]
    assert besieged.visitor.get(headers).status == 401
    assert besieged.visitor.get([*besieged.visitor.resource, ("Cookie", besieged.visitor.cookie)]).status == 401


def test_other_cookies_do_not_matter(besieged):
    """Those of other ports of localhost come along."""
    for cookie in ("a=b; {}", "{}; a=b", "trollbridges=1; {}", "{};c=d"):
        answer = besieged.visitor.get(instead(besieged.visitor.resource, ("Cookie", cookie.format(besieged.visitor.cookie))))
        assert answer.status == 200, cookie


def test_the_cookie_of_another_run(besieged, make_app):
    """Its names are others, too: here the right name with the other's cookie, and the other way round."""
    with bridging(make_app()) as other:
        visitor = raw.Visitor(other.main)
        assert visitor.get().status == 200
        is_refusal(besieged.visitor.get(instead(besieged.visitor.resource, ("Cookie", visitor.cookie))), 401)
        is_refusal(visitor.get(instead(visitor.resource, ("Cookie", besieged.visitor.cookie))), 401)
        is_refusal(besieged.visitor.get(visitor.resource), 421)


def test_a_run_at_the_same_port_knows_nothing_of_the_last(make_app):
    app = make_app()
    with bridging(app) as first:
        visitor = raw.Visitor(first.main)
        assert visitor.get().status == 200
    with bridging(app, "--port", str(first.main.port)) as second:
        assert second.main.port == first.main.port and second.main.host != first.main.host
        is_refusal(visitor.get(), 421)
        is_refusal(visitor.get(instead(visitor.resource, ("Host", second.main.host))), 401)
        is_refusal(raw.ask(second.main, [("Host", second.main.host), *raw.ENTER], f"/?trollbridge={first.main.token}"), 401)
        assert raw.Visitor(second.main).get().status == 200


# ---- Host ----

HOSTS = {
    "an address": "127.0.0.1:{port}", "an address of six": "[::1]:{port}", "localhost": "localhost:{port}", "another name": "evil.example:{port}",
    "a name that leads here": "{hex}.evil.example:{port}", "the other view": "{other}", "without its port": "{hex}.localhost", "port 80": "{hex}.localhost:80",
    "another port": "{hex}.localhost:1{port}", "a zero before the port": "{hex}.localhost:0{port}", "a dot at its end": "{hex}.localhost.:{port}",
    "upper case": "{upper}.localhost:{port}", "half upper case": "{hex}.LOCALHOST:{port}", "below it": "a.{host}", "above it": "localhost:{port}",
    "a person": "user@{host}", "a person and a word": "user:word@{host}", "another as person": "evil.example@{host}", "empty": "", "two in one": "{host}, {host}",
    "something behind it": "{host}/", "a space in it": "{hex} .localhost:{port}", "a scheme before it": "http://{host}", "one digit less": "{hex:.31}.localhost:{port}",
    "very long": "a" * 8000, "bytes": "\xff\xfe:{port}",
}


@pytest.mark.parametrize("kind", ["document", "resource"])
@pytest.mark.parametrize("name", HOSTS)
def test_another_host(besieged, name, kind):
    """So does a name of the internet that was made to lead to this machine (DNS rebinding)."""
    host = besieged.address.host
    digits = host.partition(".")[0]
    given = HOSTS[name].format(host=host, hex=digits, port=besieged.address.port, other=besieged.bridge.main.host, upper=digits.upper())
    if given == host:
        pytest.fail("this is the right one")
    answer = besieged.visitor.get(instead(getattr(besieged.visitor, kind), ("Host", given)))
    if name == "the other view":
        # It is there, and its cookie is another.
        is_refusal(answer, 401)
    elif name in ("empty", "very long", "bytes"):
        assert answer.status in (0, 400, 413, 421, 431), answer
    else:
        is_refusal(answer, 421)
    assert not raw.secrets_of(answer.body)


def test_a_request_without_a_host(besieged):
    for version in ("HTTP/1.1", "HTTP/1.0"):
        with raw.Connection(besieged.address.port) as connection:
            connection.send(raw.head("GET", "/", instead(besieged.visitor.resource, ("Host", None)), version))
            answer = connection.answer()
            assert answer.status in (0, 400, 421), answer


@pytest.mark.parametrize("order", [("right", "wrong"), ("wrong", "right"), ("right", "right")])
def test_two_hosts(besieged, order):
    names = {"right": besieged.address.host, "wrong": "evil.example"}
    headers = [*(("Host", names[which]) for which in order), *instead(besieged.visitor.resource, ("Host", None))]
    answer = besieged.visitor.get(headers)
    assert answer.status in (0, 400, 421), answer


@pytest.mark.parametrize("target", ["http://{host}/app.js", "http://evil.example/app.js", "https://{host}/app.js", "//evil.example/app.js", "{host}:80", "*"])
def test_a_target_that_is_no_path(besieged, target):
    """Never a proxy: what such a request gets is no file of this app or of another server."""
    given = target.format(host=besieged.address.host)
    assert besieged.visitor.get(target="/app.js").status == 200
    for headers in (besieged.visitor.resource, instead(besieged.visitor.resource, ("Host", "evil.example"))):
        answer = besieged.visitor.get(headers, given)
        assert answer.status in (0, 400, 403, 404, 421), answer
        assert besieged.app.path.name.encode() not in answer.body and b"ran" not in answer.body


# ---- Origin, and who asks ----

@pytest.mark.parametrize("origin", [
    "null", "http://evil.example", "http://localhost:{port}", "http://127.0.0.1:{port}", "https://{host}", "http://{hex}.localhost", "http://{host}/",
    "http://{host}.evil.example", "http://evil.{host}", "HTTP://{host}", "{host}", "http://{other}", "http://{host} http://{host}", "tauri://localhost", "file://",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "x" * 1000,
])
def test_another_origin(besieged, origin):
    address = besieged.address
    right = ("Origin", address.origin)
    for headers in (besieged.visitor.resource, besieged.visitor.document):
        assert besieged.visitor.get([*headers, right]).status == 200
        given = origin.format(host=address.host, hex=address.host.partition(".")[0], port=address.port, other=besieged.bridge.main.host)
        answer = besieged.visitor.get([*headers, ("Origin", given)])
        is_refusal(answer, 403)


def test_two_origins(besieged):
    headers = [*besieged.visitor.resource, ("Origin", besieged.address.origin), ("Origin", "http://evil.example")]
    assert besieged.visitor.get(headers).status in (0, 400, 403)


@pytest.mark.parametrize("kind", ["document", "resource"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "None", "none, none", "x" * 300, None])
def test_a_request_from_another_site(besieged, kind, site):
    headers = getattr(besieged.visitor, kind)
    assert besieged.visitor.get(headers).status == 200
    is_refusal(besieged.visitor.get(instead(headers, ("Sec-Fetch-Site", site))), 403)


@pytest.mark.parametrize("value", ["script", ""])
def test_a_script_for_a_service_worker(besieged, value):
    is_refusal(besieged.visitor.get([*besieged.visitor.resource, ("Service-Worker", value)], "/app.js"), 403)


@pytest.mark.parametrize("changes", [
    [("Sec-Fetch-Dest", "iframe")], [("Sec-Fetch-Dest", "frame")], [("Sec-Fetch-Dest", "embed")], [("Sec-Fetch-Dest", "object")], [("Sec-Fetch-Dest", "empty")],
    [("Sec-Fetch-Dest", "fencedframe")], [("Sec-Fetch-Dest", None)], [("Sec-Fetch-Dest", "Document")], [("Sec-Fetch-Dest", "document, iframe")],
    [("Sec-Fetch-Mode", "cors")], [("Sec-Fetch-Mode", "same-origin")], [("Sec-Fetch-Mode", None)], [("Sec-Fetch-Mode", "nested-navigate")],
], ids=str)
def test_no_session_but_for_a_top_level_navigation(besieged, changes):
    """The same document, without the script that begins one."""
    visitor = besieged.visitor
    assert raw.bootstrap_of(visitor.get(visitor.document).body)["label"] == "second"
    answer = visitor.get(instead(visitor.document, *changes))
    assert answer.status == 200 and b"<title>Page</title>" in answer.body
    assert not raw.secrets_of(answer.body) and all("trollbridge/link" not in policy for policy in answer.values("content-security-policy"))
    besieged.check_sessions()


@pytest.mark.parametrize("headers", [[("Sec-Purpose", "prefetch")], [("Sec-Purpose", "prefetch;prerender")], [("Sec-Purpose", "x" * 300)]], ids=str)
def test_no_session_ahead_of_its_time(besieged, headers):
    answer = besieged.visitor.get([*besieged.visitor.document, *headers])
    assert not raw.secrets_of(answer.body)
    is_refusal(answer, 403)
    besieged.check_sessions()


def test_asking_for_the_head_of_a_page_opens_no_session(besieged):
    assert besieged.visitor.get(besieged.visitor.document, method="HEAD").status == 200
    besieged.check_sessions()


def test_each_document_has_a_ticket_a_bootstrap_and_nonces_of_its_own(besieged):
    visitor = besieged.visitor
    answers = [visitor.get(visitor.document) for _ in range(2)]
    first, second = (raw.bootstrap_of(answer.body) for answer in answers)
    assert first["ticket"] != second["ticket"] and first["bootstrap"] != second["bootstrap"]
    nonces = [set(re.findall(rb'nonce="([^"]+)"', answer.body)) for answer in answers]
    assert all(nonces) and not nonces[0] & nonces[1]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "G", "X" * 200])
def test_nothing_is_asked_but_by_get_and_head(besieged, method):
    visitor = besieged.visitor
    answer = visitor.get([*visitor.resource, ("Origin", besieged.address.origin)], "/app.js", method)
    assert answer.status in (0, 400, 403, 405), answer
    assert not answer.values("access-control-allow-origin")


def test_no_answer_says_that_others_may_read_it(besieged):
    visitor = besieged.visitor
    for answer in (visitor.get(visitor.document), visitor.get(), visitor.get(target="/none"), visitor.get(instead(visitor.resource, ("Cookie", None)))):
        has_what_all_have(answer)
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
