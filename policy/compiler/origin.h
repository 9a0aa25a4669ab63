/* Whose page a view shows: the app's own, or one of the web. */
#pragma once

#include "policy/compiler/url/url.h"

struct tb_origin {
    bool local;
    bool remote; /* neither: it is no URL, and nothing is granted to it */
    struct tb_url url;
};

/* `local`, or a URL, of which `tauri://localhost` is local too. */
struct tb_origin tb_origin_read(struct tb_arena *arena, struct tb_bytes text);

/* Whether the text is an origin as the broker knows it, `local` or as a browser writes one. Else
 * *ret_instead is what it should have been, or empty: nothing that could be guessed. */
bool tb_origin_is_written(struct tb_arena *arena, struct tb_bytes text,
                          struct tb_bytes *ret_instead);

/* Whether a pattern of `remote.urls` covers it. */
bool tb_origin_matches(const struct tb_origin *origin, struct tb_bytes pattern);
