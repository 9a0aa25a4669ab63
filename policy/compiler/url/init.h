/* The components of a pattern, or of a URL, before they are compiled or matched: the standard's
 * URLPatternInit. */
#pragma once

#include "policy/compiler/url/canonical.h"

struct tb_url_init {
    struct tb_bytes text[TB_N_URL_COMPONENTS];
    bool has[TB_N_URL_COMPONENTS];
    struct tb_bytes base;
    bool has_base;
};

static inline void tb_url_init_set(struct tb_url_init *init, enum tb_url_component component,
                                   struct tb_bytes text)
{
    init->text[component] = text;
    init->has[component] = true;
}

/* Cuts a pattern into components. NULL, or what is wrong. */
tb_must_check const char *tb_url_init_parse(struct tb_arena *arena, struct tb_bytes text,
                                            struct tb_url_init *ret_init);

/* Fills in what a base URL gives to a pattern; then every component is set, `*` where nothing says
 * otherwise. NULL, or what is wrong. */
tb_must_check const char *tb_url_init_for_pattern(struct tb_arena *arena,
                                                  const struct tb_url_init *init,
                                                  struct tb_url_init *ret_init);

/* The same for the components of a URL, which come out in their one form. False: they are not. */
tb_must_check bool tb_url_init_for_url(struct tb_arena *arena, const struct tb_url_init *init,
                                       struct tb_url_init *ret_init);
