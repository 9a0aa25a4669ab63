/*
 * A document of HTML as libgumbo parses it: where its inline scripts and styles are, for a nonce on
 * each, and what they hold, for hashes. Only the app's own files are parsed, once, when the
 * app is loaded: docs/decisions/025-csp.md.
 */
#pragma once

#include "frontend/csp.h"

enum {
    TB_HTML_MAX = 4 * 1024 * 1024,        /* bytes of a document */
    TB_HTML_TREE_MAX = 256 * 1024 * 1024, /* bytes of its tree while it is parsed */
    TB_HTML_PLACES_MAX = 4096,            /* inline scripts and styles */
};

struct tb_html {
    uint32_t *places; /* ascending: a nonce's attribute goes in front of that byte */
    size_t n_places;
    struct tb_csp_document inlined;
};

/* TB_OK, TB_TOO_LARGE (one of the limits) or -ENOMEM. */
tb_must_check int tb_html_read(struct tb_bytes text, struct tb_html *ret_html);
void tb_html_deinit(struct tb_html *html);

/* Appends the text that was read, with the nonce in its places. */
tb_must_check bool tb_html_write(const struct tb_html *html, struct tb_bytes text,
                                 const char *nonce, struct tb_buffer *out);
