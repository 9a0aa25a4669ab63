"""What the other tests stand on: the program, and a real browser."""

from bridge import bridging


def test_a_page_is_opened_and_calls(make_app, start, tab):
    app = make_app()
    page = tab()
    bridge = start(app)
    page.goto(bridge.main.url)
    assert page.title() == "Page"
    assert page.evaluate("location.href") == bridge.main.origin + "/"
    text = page.run("return new TextDecoder().decode(await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}))")
    assert text == "Hello from inside the scope."
    assert [r["command"] for r in app.records() if r["event"] == "call"] == ["plugin:fs|read_text_file"]
    assert page.texts("error") == []


def test_it_ends_with_status_0_and_leaves_nothing(make_app):
    with bridging(make_app()) as bridge:
        assert bridge.main.path == "/"
