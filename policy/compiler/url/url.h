/*
 * URLs as browsers read them: the URL Standard (url.spec.whatwg.org) without its encodings other
 * than UTF-8 and without its setters. An origin that a host reports is read here and nowhere else.
 *
 * One deliberate difference: hosts outside ASCII go through libidn2, which refuses some that
 * browsers take (docs/url-patterns.md). A refused URL matches nothing.
 */
#pragma once

#include "policy/compiler/data/arena.h"

enum { TB_URL_MAX = 8192 };

struct tb_url {
    struct tb_bytes scheme;
    struct tb_bytes username;
    struct tb_bytes password;
    struct tb_bytes host; /* as it is written: an IPv6 address in brackets */
    struct tb_bytes port; /* empty: none, or the scheme's own */
    struct tb_bytes path;
    struct tb_bytes query;    /* without its `?` */
    struct tb_bytes fragment; /* without its `#` */
    bool has_host;            /* `a:b` has none, `file:///b` an empty one */
    bool has_query;
    bool has_fragment;
    bool opaque; /* the path is no list of parts: `mailto:a@b` */
};

/* `base` may be NULL: then only absolute URLs. False: not a URL, not UTF-8, or longer than
 * TB_URL_MAX. The parts live in the arena, or are the base's. */
tb_must_check bool tb_url_parse(struct tb_arena *arena, struct tb_bytes text,
                                const struct tb_url *base, struct tb_url *ret_url);

/* The whole as text. */
struct tb_bytes tb_url_write(struct tb_arena *arena, const struct tb_url *url);

/* `https://example.com:8443`; `null` where the standard knows no origin, as for `data:` or
 * `file:`. An app's own schemes are not the standard's: they count as `tauri://localhost`. */
struct tb_bytes tb_url_origin(struct tb_arena *arena, const struct tb_url *url);

/* The app's own page: `tauri://localhost`, all of the origin and nothing that looks like it. An
 * origin has no user name; one that does was not made by a browser, and is not local. */
bool tb_url_is_local(const struct tb_url *url);

/* ---- for the other parts of the URL and URL pattern readers ---- */

bool tb_url_scheme_special(struct tb_bytes scheme); /* http, https, ws, wss, ftp, file */
/* Empty: it has none. */
struct tb_bytes tb_url_default_port(struct tb_bytes scheme);

/* Digits up to 65535, and empty for the scheme's own. */
tb_must_check bool tb_url_port_read(struct tb_arena *arena, struct tb_bytes digits,
                                    struct tb_bytes scheme, struct tb_bytes *ret_port);
