"""Globs of labels (1.12) and remote URL patterns (1.13), as far as the reference needs them."""

import posixpath
import re

from lines import Bad

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}


def glob_regex(pattern):
    """The glob as a regular expression; Bad if it is none."""
    out, at = "", 0
    while at < len(pattern):
        if pattern[at] == "*":
            run = re.match(r"\*+", pattern[at:]).group()
            whole = pattern[at - 1:at] in ("", "/") and pattern[at + len(run):at + len(run) + 1] in ("", "/")
            if len(run) > 2 or (len(run) == 2 and not whole):
                raise Bad("pattern", pattern)
            at += len(run)
            if len(run) == 2 and pattern[at:at + 1] == "/":
                out, at = out + "(?:.*/)?", at + 1
            else:
                out += ".*"
        elif pattern[at] == "?":
            out, at = out + ".", at + 1
        elif pattern[at] == "[":
            part, at = glob_class(pattern, at)
            out += part
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return re.compile(out, re.S)


def glob_class(pattern, at):
    negated = pattern[at + 1:at + 2] == "!"
    start = at + 1 + negated
    end = pattern.find("]", start + 1)
    if end < 0:
        raise Bad("pattern", pattern)
    inside, ranges, i = pattern[start:end], "", 0
    while i < len(inside):
        if inside[i + 1:i + 2] == "-" and i + 2 < len(inside):
            low, high, i = inside[i], inside[i + 2], i + 3
            ranges += f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
        else:
            ranges, i = ranges + re.escape(inside[i]), i + 1
    if not ranges:
        return ("." if negated else "(?!)"), end + 1
    return f"[{'^' if negated else ''}{ranges}]", end + 1


def glob_matches(pattern, label):
    return glob_regex(pattern).fullmatch(label) is not None


URL = re.compile(r"([A-Za-z*][-+.A-Za-z0-9*]*)://((?:\{[^}]*\}\??|[^/?#])*)([^?#]*)(\?[^#]*)?(#.*)?")


def port_of(authority):
    host, colon, port = authority.rpartition(":")
    return (host, port) if colon and re.fullmatch(r"[0-9]*|\*", port) else (authority, "")


def component_regex(text, name_class):
    """`*`, `:name`, `{x}?` and `(regex)` of one component of a URL pattern."""
    out, at = "", 0
    token = re.compile(r"\*|:[A-Za-z_]\w*|\{([^}]*)\}(\??)|\([^)]*\)")
    for found in token.finditer(text):
        out += re.escape(text[at:found.start()])
        at = found.end()
        part = found.group()
        if part == "*":
            out += ".*"
        elif part[0] == ":":
            out += name_class
        elif part[0] == "{":
            out += f"(?:{component_regex(found.group(1), name_class)}){found.group(2)}"
        else:
            out += f"(?:{part[1:-1]})"
    return out + re.escape(text[at:])


def url_pattern(pattern):
    """Six regular expressions: scheme, host, port, path, search, hash; Bad if a base URL would be needed."""
    found = URL.fullmatch(pattern)
    if not found:
        raise Bad("url-pattern", pattern)
    scheme, authority, path, search, mark = (part or "" for part in found.groups())
    host, port = port_of(authority)
    port = "" if DEFAULT_PORTS.get(scheme) == port else port
    parts = [(scheme, r"[^:]+"), (host.lower(), r"[^.]+"), (port, r"[0-9]+"),
             ("*" if path in ("", "/") else path, r"[^/]+"), (search[1:] or "*", ".*"), (mark[1:] or "*", ".*")]
    return [re.compile(component_regex(text, name), re.S) for text, name in parts]


def url_parts(url):
    found = URL.fullmatch(url)
    if not found:
        raise Bad("origin", url)
    scheme, authority, path, search, mark = (part or "" for part in found.groups())
    scheme = scheme.lower()
    host, port = port_of(authority.rpartition("@")[2])
    special = scheme in DEFAULT_PORTS or scheme == "file"
    host = host.lower() if special else host
    host = "" if scheme == "file" and host == "localhost" else host
    port = "" if DEFAULT_PORTS.get(scheme) == port else port
    if special:
        whole = posixpath.normpath(path or "/").replace("//", "/")
        path = whole + ("/" if path.endswith(("/", "/.", "/..")) and whole != "/" else "")
    return [scheme, host, port, path, search[1:], mark[1:]]


def url_matches(pattern, url):
    return all(regex.fullmatch(part) for regex, part in zip(url_pattern(pattern), url_parts(url)))
