/*
 * URL patterns: the URL Pattern Standard (urlpattern.spec.whatwg.org), and the patterns of
 * `remote.urls`, which are those with Tauri's additions.
 */
#pragma once

#include "policy/compiler/url/init.h"
#include "policy/compiler/url/part.h"
#include "policy/compiler/url/regexp.h"
#include "policy/compiler/url/url.h"

struct tb_url_matcher {
    struct tb_bytes text; /* in its one written form */
    struct tb_url_parts parts;
    struct tb_regexp *regexp;
};

struct tb_url_pattern {
    struct tb_url_matcher matchers[TB_N_URL_COMPONENTS];
};

/* `text`, such as `https://:name.example.com`, with `base` or NULL. NULL, or what is wrong and
 * what to write instead. */
tb_must_check const char *tb_url_pattern_parse(struct tb_arena *arena, struct tb_bytes text,
                                               const struct tb_bytes *base, bool ignore_case,
                                               struct tb_url_pattern **ret_pattern);
/* Its two steps: to components as they are written, and from components, which may have been
 * changed. */
tb_must_check const char *tb_url_pattern_read(struct tb_arena *arena, struct tb_bytes text,
                                              bool has_base, struct tb_url_init *ret_init);
tb_must_check const char *tb_url_pattern_compile(struct tb_arena *arena,
                                                 const struct tb_url_init *init, bool ignore_case,
                                                 struct tb_url_pattern **ret_pattern);

/* The time is bounded by the length of the pattern times that of the URL. */
bool tb_url_pattern_matches(const struct tb_url_pattern *pattern, const struct tb_url *url);

/* The components of a URL as patterns see them. */
struct tb_url_init tb_url_components(const struct tb_url *url);

/* Whether a pattern for schemes matches one of the standard's own; *ret_special. NULL, or what is
 * wrong with it. */
tb_must_check const char *tb_url_protocol_is_special(struct tb_arena *arena, struct tb_bytes text,
                                                     bool *ret_special);
