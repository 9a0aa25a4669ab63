#include "policy/compiler/url/init.h"

#include "policy/compiler/url/pattern.h"
#include "policy/compiler/url/text.h"
#include "policy/compiler/url/url.h"

/* What a base gives, it gives from the left: nothing from the first component on that is there. */
static bool has_any_upto(const struct tb_url_init *init, enum tb_url_component last)
{
    static const enum tb_url_component order[] = {TB_URL_PROTOCOL, TB_URL_HOSTNAME, TB_URL_PORT,
                                                  TB_URL_PATHNAME, TB_URL_SEARCH,   TB_URL_HASH};
    for (size_t i = 0; i < TB_ARRAY_LEN(order) && order[i] <= last; i++)
        if (init->has[order[i]])
            return true;
    return false;
}

static struct tb_bytes escape(struct tb_arena *arena, struct tb_bytes text)
{
    struct tb_url_text escaped = {.arena = arena};
    for (size_t i = 0; i < text.n; i++) {
        if (memchr("+*?:{}()\\", text.data[i], 9))
            tb_url_put_byte(&escaped, '\\');
        tb_url_put_byte(&escaped, text.data[i]);
    }
    return tb_url_text_bytes(&escaped);
}

/* User name and password come from a base for URLs only, and before nothing else but each other. */
static void take_userinfo(const struct tb_url_init *init, const struct tb_url *base,
                          struct tb_url_init *into)
{
    if (has_any_upto(init, TB_URL_PORT) || init->has[TB_URL_USERNAME])
        return;
    tb_url_init_set(into, TB_URL_USERNAME, base->username);
    if (!init->has[TB_URL_PASSWORD])
        tb_url_init_set(into, TB_URL_PASSWORD, base->password);
}

static void take_base(struct tb_arena *arena, const struct tb_url_init *init,
                      const struct tb_url *base, bool pattern, struct tb_url_init *into)
{
    const struct tb_url_init components = tb_url_components(base);
    if (!pattern)
        take_userinfo(init, base, into);
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++) {
        if (i == TB_URL_USERNAME || i == TB_URL_PASSWORD || has_any_upto(init, i))
            continue;
        struct tb_bytes text = components.text[i];
        tb_url_init_set(into, i, pattern && i != TB_URL_PORT ? escape(arena, text) : text);
    }
}

static bool is_absolute(struct tb_bytes path, bool pattern)
{
    if (tb_bytes_begin(path, "/"))
        return true;
    return pattern && (tb_bytes_begin(path, "\\/") || tb_bytes_begin(path, "{/"));
}

/* A pathname that is no whole one stands in the folder of the base's. */
static struct tb_bytes join(struct tb_arena *arena, const struct tb_url *base, bool pattern,
                            struct tb_bytes path)
{
    struct tb_url_text text = {.arena = arena};
    struct tb_bytes folder = pattern ? escape(arena, base->path) : base->path;
    while (folder.n > 0 && folder.data[folder.n - 1] != '/')
        folder.n--;
    tb_url_put(&text, folder);
    tb_url_put(&text, path);
    return tb_url_text_bytes(&text);
}

static struct tb_bytes without_colon(struct tb_bytes text)
{
    bool colon = text.n > 0 && text.data[text.n - 1] == ':';
    return tb_url_upto(text, text.n - colon);
}

static struct tb_bytes without_first(struct tb_bytes text, const char *first)
{
    return tb_bytes_begin(text, first) ? tb_url_from(text, 1) : text;
}

/* False: the base is not a URL. */
static bool merge(struct tb_arena *arena, const struct tb_url_init *init, bool pattern,
                  struct tb_url_init *ret_init)
{
    struct tb_url base = {.opaque = true};
    struct tb_url_init merged = *init;
    if (init->has_base) {
        if (!tb_url_parse(arena, init->base, NULL, &base))
            return false;
        take_base(arena, init, &base, pattern, &merged);
    }
    struct tb_bytes *text = merged.text;
    if (init->has[TB_URL_PATHNAME] && init->has_base && !base.opaque &&
        !is_absolute(text[TB_URL_PATHNAME], pattern))
        text[TB_URL_PATHNAME] = join(arena, &base, pattern, text[TB_URL_PATHNAME]);
    if (init->has[TB_URL_PROTOCOL])
        text[TB_URL_PROTOCOL] = without_colon(text[TB_URL_PROTOCOL]);
    if (init->has[TB_URL_SEARCH])
        text[TB_URL_SEARCH] = without_first(text[TB_URL_SEARCH], "?");
    if (init->has[TB_URL_HASH])
        text[TB_URL_HASH] = without_first(text[TB_URL_HASH], "#");
    *ret_init = merged;
    return true;
}

const char *tb_url_init_for_pattern(struct tb_arena *arena, const struct tb_url_init *init,
                                    struct tb_url_init *ret_init)
{
    struct tb_url_init merged;
    if (!merge(arena, init, true, &merged))
        return "the base URL is not a URL";
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++)
        if (!merged.has[i])
            tb_url_init_set(&merged, i, tb_bytes_of_string("*"));
    struct tb_bytes port = tb_url_default_port(merged.text[TB_URL_PROTOCOL]);
    if (port.n > 0 && tb_bytes_equal(merged.text[TB_URL_PORT], port))
        merged.text[TB_URL_PORT] = tb_bytes_of_string("");
    *ret_init = merged;
    return NULL;
}

static tb_url_canonical *canonical_of(enum tb_url_component component, struct tb_bytes scheme)
{
    static tb_url_canonical *const canonical[TB_N_URL_COMPONENTS] = {
        [TB_URL_PROTOCOL] = tb_url_canonical_protocol,
        [TB_URL_USERNAME] = tb_url_canonical_userinfo,
        [TB_URL_PASSWORD] = tb_url_canonical_userinfo,
        [TB_URL_HOSTNAME] = tb_url_canonical_hostname,
        [TB_URL_PATHNAME] = tb_url_canonical_pathname,
        [TB_URL_SEARCH] = tb_url_canonical_search,
        [TB_URL_HASH] = tb_url_canonical_hash,
    };
    bool list = scheme.n == 0 || tb_url_scheme_special(scheme);
    return component == TB_URL_PATHNAME && !list ? tb_url_canonical_opaque_pathname
                                                 : canonical[component];
}

bool tb_url_init_for_url(struct tb_arena *arena, const struct tb_url_init *init,
                         struct tb_url_init *ret_init)
{
    struct tb_url_init url;
    if (!merge(arena, init, false, &url))
        return false;
    /* The scheme comes first: the others go by its one form. */
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++) {
        struct tb_bytes scheme = url.text[TB_URL_PROTOCOL];
        struct tb_bytes *text = &url.text[i];
        if (!url.has[i])
            tb_url_init_set(&url, i, tb_bytes_of_string(""));
        if (!init->has[i])
            continue;
        bool ok = i == TB_URL_PORT ? tb_url_canonical_port_of(arena, *text, scheme, text)
                                   : canonical_of(i, scheme)(arena, *text, text);
        if (!ok)
            return false;
    }
    *ret_init = url;
    return true;
}
