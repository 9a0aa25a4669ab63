/* What of an origin a capability does not take. */
#include "policy/compiler/explain/work.h"
#include "policy/compiler/url/remote.h"

enum { PATTERNS_SHOWN = 4 };

static const char *const component_names[TB_N_URL_COMPONENTS] = {
    [TB_URL_PROTOCOL] = "scheme", [TB_URL_USERNAME] = "user name", [TB_URL_PASSWORD] = "password",
    [TB_URL_HOSTNAME] = "host",   [TB_URL_PORT] = "port",          [TB_URL_PATHNAME] = "path",
    [TB_URL_SEARCH] = "query",    [TB_URL_HASH] = "fragment",
};

static const char *shown(struct tb_arena *arena, enum tb_url_component component,
                         struct tb_bytes text)
{
    if (text.n > 0)
        return tb_arena_format(arena, "`%.*s`", TB_SHOWN(text));
    return component == TB_URL_PORT ? "the scheme's own" : "empty";
}

/* The first component that does not match; NULL: all do. */
static const char *mismatch(struct tb_arena *arena, struct tb_bytes text, const struct tb_url *url)
{
    struct tb_url_pattern *pattern;
    if (tb_remote_pattern_parse(arena, text, &pattern) != NULL)
        return NULL;
    const struct tb_url_init parts = tb_url_components(url);
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++)
        if (!tb_regexp_matches(pattern->matchers[i].regexp, parts.text[i]))
            return tb_arena_format(arena, "`%.*s` wants the %s %s, and it is %s", TB_SHOWN(text),
                                   component_names[i], shown(arena, i, tb_remote_text(pattern, i)),
                                   shown(arena, i, parts.text[i]));
    return NULL;
}

static const char *mismatches(struct tb_arena *arena, const struct tb_value *urls,
                              const struct tb_url *url)
{
    const char *all = "";
    size_t n = 0;
    for (const struct tb_value *item = urls->child; item && n < PATTERNS_SHOWN; item = item->next) {
        const char *one = mismatch(arena, item->string, url);
        if (one)
            all = tb_arena_format(arena, "%s%s%s", all, n++ > 0 ? "; " : "", one);
    }
    return all;
}

void tb_explain_origin(struct tb_explain *explain, const struct tb_capability *capability,
                       const char **ret_why, const char **ret_change)
{
    struct tb_arena *arena = explain->policy->arena;
    struct tb_bytes origin = explain->question->request.origin;
    const char *file = capability->place.file;
    bool urls = capability->urls && capability->urls->n > 0;
    if (explain->origin.local) {
        *ret_why = urls ? "only for remote origins" : "for no origin";
        *ret_change = tb_arena_format(arena, "leave out `\"local\": false` in %s", file);
        return;
    }
    *ret_change = tb_arena_format(arena, "add a pattern for `%.*s` to `remote.urls` of %s",
                                  TB_SHOWN(origin), file);
    if (!explain->origin.remote) {
        *ret_why = tb_arena_format(arena, "`%.*s` is no origin", TB_SHOWN(origin));
        *ret_change = "give the origin as `local`, or as a URL like `https://example.com`";
    } else if (!urls) {
        *ret_why = "only for the app's own pages";
    } else {
        *ret_why = tb_arena_format(arena, "no pattern of its `remote.urls` matches: %s",
                                   mismatches(arena, capability->urls, &explain->origin.url));
    }
}
