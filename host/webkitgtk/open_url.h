/*
 * URLs that a page wants to have opened. GLib's parser reads them, and what is handed on is written
 * anew from what it read: in ASCII, with a small scheme and host, without a default port and
 * without steps upwards. What programs are known to read in different ways, a name before the host
 * or a backslash, is refused.
 */
#pragma once

#include "base/bytes.h"

#include <glib.h>

enum { TB_OPEN_URL_MAX = 8192 };

/* Returns a new string; or NULL and in *ret_wrong what to write instead, a constant string. */
char *tb_open_url(struct tb_bytes untrusted_text, const char **ret_wrong);

/* The parts of what tb_open_url returns, borrowed. */
struct tb_open_parts {
    struct tb_bytes scheme;
    struct tb_bytes rest;      /* all behind the colon */
    bool has_authority;        /* `rest` begins with two slashes, and is these two: */
    struct tb_bytes authority; /* host and port */
    struct tb_bytes tail;      /* from the path on */
};

struct tb_open_parts tb_open_parts_of(struct tb_bytes url);

/*
 * Whether the URL matches a pattern of [open] or of a scope: `*` is any number of characters, `?`
 * one. Scheme, host with port, and what follows are matched apart: no wildcard in a host reaches
 * behind it, so that `*.example.com` means hosts of example.com and no others.
 */
bool tb_open_url_matches(const struct tb_open_parts *url, struct tb_bytes pattern);
