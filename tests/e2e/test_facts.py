"""What the manifest says to a host: read, checked, and put into the settings."""

import pytest

import msgpack_reader
from test_policy import compile_app

APP = '[app]\nid = "com.example.notes"\n'

def compiled(folder, text):
    (folder / "trollbridge.toml").write_text(text)
    return compile_app(folder)

def facts(folder, text):
    status, errors, files = compiled(folder, text)
    assert (status, errors) == (0, "")
    return msgpack_reader.decode(msgpack_reader.decode(files["settings"])["facts"])

def test_a_manifest_without_any(tmp_path):
    window = {"label": "main", "title": "com.example.notes", "url": "", "width": 800, "height": 600, "resizable": True}
    assert facts(tmp_path, APP) == {"id": "com.example.notes", "name": "", "version": "", "folder": str(tmp_path), "frontend": "", "csp": "",
                                    "dev_url": "", "production": False, "open": {"schemes": ["https", "http", "mailto", "tel"], "with": []}, "windows": [window]}

def test_a_manifest_with_all(tmp_path):
    made = facts(tmp_path, APP + 'name = "Notes \u2764"\nfrontend = "web/dist/"\ncsp = """default-src \'self\';\n img-src *"""\n'
                 'dev_url = "http://localhost:5173"\n[[window]]\nlabel = "main"\n[[window]]\nlabel = "side-1"\ntitle = ""\n'
                 'url = "settings.html?a=%20#b"\nwidth = 1\nheight = 16384\nresizable = false\n')
    assert made["production"] is False
    assert facts(tmp_path, APP + "production = true\n")["production"] is True
    assert (made["name"], made["frontend"], made["csp"]) == ("Notes \u2764", "web/dist/", "default-src 'self';\n img-src *")
    assert made["windows"] == [
        {"label": "main", "title": "Notes \u2764", "url": "", "width": 800, "height": 600, "resizable": True},
        {"label": "side-1", "title": "", "url": "settings.html?a=%20#b", "width": 1, "height": 16384, "resizable": False}]

WRONG = [
    ('frontend = ""', "`frontend` must name a folder below", 3),
    ('frontend = "."', "`frontend` must name a folder below", 3),
    ('frontend = "./dist"', "`frontend` must name a folder below", 3),
    ('frontend = "dist/../.."', "`frontend` must name a folder below", 3),
    ('frontend = "/dist"', "`frontend` must name a folder below", 3),
    ('frontend = "dist//"', "`frontend` must name a folder below", 3),
    ('frontend = "a\\u0000b"', "`frontend` must name a folder below", 3),
    ('version = "1\\n2"', "`version` must be one line", 3),
    ('name = "a\\nb"', "`name` must be one line", 3),
    ('name = "a\\u202Eb"', "`name` must be one line", 3),
    ('csp = "default-src caf\u00e9"', "`csp` must be a content security policy", 3),
    ('csp = "default-src \'self\', script-src *"', "`csp` must be a content security policy", 3),
    ('csp = "a\\u0001"', "`csp` must be a content security policy", 3),
    (f'csp = "{"a" * 8193}"', "`csp` must be a content security policy", 3),
    ('production = "true"', "`production` in [app] must be true or false, not a string", 3),
    ('production = 1', "`production` in [app] must be true or false, not an integer", 3),
    ('dev_url = "file:///etc"', "`dev_url` must begin with", 3),
    ('[[window]]\ntitle = "a"', "[[window]] needs the key `label`", 3),
    ('[[window]]\nlabel = "a b"', "`a b` cannot be a window's label", 4),
    ('[[window]]\nlabel = ""', "`` cannot be a window's label", 4),
    ('[[window]]\nlabel = "a"\n[[window]]\nlabel = "a"', "two windows have the label `a`", 6),
    ('[[window]]\nlabel = "a"\ntitel = "b"', "[[window]] has no key `titel`; it takes label, title", 5),
    ('[[window]]\nlabel = "a"\ntitle = "b\\tc"', "`title` must be one line", 5),
    ('[[window]]\nlabel = "a"\nurl = "https://example.com/"', "`url` of a window must be a path", 5),
    ('[[window]]\nlabel = "a"\nurl = "/index.html"', "`url` of a window must be a path", 5),
    ('[[window]]\nlabel = "a"\nurl = "a/../b"', "`url` of a window must be a path", 5),
    ('[[window]]\nlabel = "a"\nurl = "a b"', "`url` of a window must be a path", 5),
    ('[[window]]\nlabel = "a"\nwidth = 0', "`width` of a window must be from 1 to 16384", 5),
    ('[[window]]\nlabel = "a"\nheight = 16385', "`height` of a window must be from 1 to 16384", 5),
    ('[window]\nlabel = "a"', "write `[[window]]`", 3),
    ('[rule]\nthen = "deny"', "write `[[rule]]`", 3),
    ('[app.window]\nlabel = "a"', "[app] has no key `window`", 3),
    ("".join(f'[[window]]\nlabel = "w{n}"\n' for n in range(17)), "there are more than 16 windows", 3),
]

@pytest.mark.parametrize("text, message, line", WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, message, line):
    status, errors, files = compiled(tmp_path, APP + text + "\n")
    assert (status, files["settings"]) == (3, b"")
    assert any(message in told and told.endswith(f"(trollbridge.toml:{line})") for told in errors.splitlines()), errors

def test_windows_are_a_list_of_tables(tmp_path):
    status, errors, _ = compiled(tmp_path, "window = [1]\n" + APP)
    assert status == 3 and "`window` holds tables: write [[window]] (trollbridge.toml:1)" in errors
