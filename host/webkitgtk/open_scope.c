#include "host/webkitgtk/open_scope.h"

#include "host/webkitgtk/open_path.h"
#include "host/webkitgtk/open_url.h"

static bool is_listed(const char *const *list, struct tb_bytes text)
{
    for (; *list; list++)
        if (tb_bytes_are(text, *list))
            return true;
    return false;
}

static bool any_matches(const char *const *patterns, const struct tb_open_parts *url)
{
    for (; *patterns; patterns++)
        if (tb_open_url_matches(url, tb_bytes_of_string(*patterns)))
            return true;
    return false;
}

const char *tb_open_refused(const struct trollbridge_open *open, const char *url,
                            struct tb_bytes with)
{
    struct tb_open_parts parts = tb_open_parts_of(tb_bytes_of_string(url ? url : ""));
    if (url && !is_listed(open->schemes, parts.scheme))
        return "the app opens no URLs of that scheme: `schemes` in [open] of its manifest";
    if (url && open->urls && !any_matches(open->urls, &parts))
        return "the app does not open that URL: `urls` in [open] of its manifest";
    if (with.n > 0 && !is_listed(open->with, with))
        return "the app opens nothing with that program: `with` in [open] of its manifest";
    return NULL;
}

/* Tauri's `app`: absent, the person's own program; true, any; false, none; or the one it names. */
static bool program_fits(const struct tb_value *app, struct tb_bytes with, bool otherwise)
{
    struct tb_bytes name;
    bool any;
    if (!app)
        return with.n == 0;
    if (tb_value_bool(app, &any))
        return any;
    return tb_value_str(app, &name) ? tb_bytes_equal(name, with) : otherwise;
}

/* What is asked of a scope: one of both. */
struct asked {
    const struct tb_open_parts *url;
    const char *path;
    struct tb_bytes with;
    bool deny;
};

static bool pattern_fits(const struct asked *asked, struct tb_bytes pattern)
{
    return asked->url ? tb_open_url_matches(asked->url, pattern)
                      : tb_open_path_matches(asked->path, pattern, asked->deny);
}

/* Where it is about what is denied, what is wrong in an entry counts as if it matched. */
static bool entry_fits(const struct asked *asked, const struct tb_value *entry)
{
    struct tb_bytes pattern;
    const struct tb_value *own = tb_value_get(entry, asked->url ? "url" : "path");
    if (tb_value_type(entry) != TB_VALUE_MAP)
        return asked->deny;
    if (!own)
        return !tb_value_get(entry, asked->url ? "path" : "url") && asked->deny;
    if (!tb_value_str(own, &pattern))
        return asked->deny;
    return pattern_fits(asked, pattern) &&
           program_fits(tb_value_get(entry, "app"), asked->with, asked->deny);
}

static bool any_fits(const struct asked *asked, const struct tb_value *entries)
{
    for (uint32_t i = 0; i < tb_value_n(entries); i++)
        if (entry_fits(asked, tb_value_at(entries, i)))
            return true;
    return false;
}

static bool scope_allows(const struct tb_plugin_scope *scope, struct asked asked)
{
    if (!scope)
        return false;
    asked.deny = true;
    if (any_fits(&asked, scope->deny))
        return false;
    asked.deny = false;
    return any_fits(&asked, scope->allow);
}

bool tb_open_scope_url(const struct tb_plugin_scope *scope, const char *url, struct tb_bytes with)
{
    struct tb_open_parts parts = tb_open_parts_of(tb_bytes_of_string(url));
    return scope_allows(scope, (struct asked){.url = &parts, .with = with});
}

bool tb_open_scope_path(const struct tb_plugin_scope *scope, const char *real, struct tb_bytes with)
{
    return scope_allows(scope, (struct asked){.path = real, .with = with});
}
