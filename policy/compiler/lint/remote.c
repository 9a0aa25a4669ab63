/* `remote.urls`: whom a capability is for besides the app's own pages. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/url/remote.h"

/* One URL pattern of a capability. */
struct remote {
    const struct tb_capability *capability;
    const struct tb_value *value;
    struct tb_url_pattern *pattern;
};

typedef void remote_lint(struct tb_lint *lint, const struct remote *remote);

/* What is no pattern has been told by the reader of capabilities. A pattern takes some 20 KB, which
 * are given back. */
static void run_one(struct tb_lint *lint, remote_lint *run, const struct tb_capability *capability,
                    const struct tb_value *value)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    struct remote remote = {.capability = capability, .value = value};
    if (!tb_remote_pattern_parse(&scratch, value->string, &remote.pattern))
        run(lint, &remote);
}

static void each_remote(struct tb_lint *lint, remote_lint *run)
{
    const struct tb_capability *capability = lint->policy->capabilities;
    for (; capability; capability = capability->next) {
        const struct tb_value *urls = capability->active ? capability->urls : NULL;
        for (const struct tb_value *value = urls ? urls->child : NULL; value; value = value->next)
            run_one(lint, run, capability, value);
    }
}

static bool takes(const struct tb_url_pattern *pattern, enum tb_url_component component,
                  const char *text)
{
    return tb_regexp_matches(pattern->matchers[component].regexp, tb_bytes_of_string(text));
}

static bool is_loopback(const struct tb_url_pattern *pattern)
{
    return tb_remote_hosts_of(pattern) == TB_REMOTE_ONE &&
           (takes(pattern, TB_URL_HOSTNAME, "localhost") ||
            takes(pattern, TB_URL_HOSTNAME, "127.0.0.1") ||
            takes(pattern, TB_URL_HOSTNAME, "[::1]"));
}

/* ---- hosts ---- */

/* `*.com`: all that is fixed is a top-level domain. */
static bool ends_in_one_label(const struct tb_url_pattern *pattern)
{
    struct tb_bytes end = tb_remote_host_end(pattern);
    return end.n > 1 && !memchr(end.data + 1, '.', end.n - 1);
}

/* A choice of names, as in `ex(a|b).com`, is none. */
static bool has_wildcard(const struct tb_url_pattern *pattern)
{
    const struct tb_url_parts *parts = &pattern->matchers[TB_URL_HOSTNAME].parts;
    for (size_t i = 0; i < parts->n; i++)
        if (parts->items[i].type == TB_PART_SEGMENT || parts->items[i].type == TB_PART_FULL)
            return true;
    return false;
}

static const char *subdomains(const struct tb_url_pattern *pattern)
{
    if (!has_wildcard(pattern) || tb_bytes_are(tb_remote_host_end(pattern), ".localhost"))
        return NULL;
    return ends_in_one_label(pattern)
               ? "every host below a top-level domain"
               : "every host below a domain, also one that was forgotten there and taken over";
}

static const char *too_many_hosts(const struct tb_url_pattern *pattern)
{
    if (tb_bytes_are(tb_remote_text(pattern, TB_URL_PROTOCOL), "*"))
        return "any scheme, so also pages that came unencrypted and those of other programs' own "
               "schemes";
    switch (tb_remote_hosts_of(pattern)) {
    case TB_REMOTE_ALL:
        return "any host";
    case TB_REMOTE_OPEN_ENDED:
        return "hosts of anybody, as nothing fixed stands at its end: `tauri.*` is also "
               "`tauri.evil.com`";
    case TB_REMOTE_GLUED:
        return "hosts of anybody, as the `*` is not behind a dot: `*example.com` is also "
               "`evilexample.com`";
    case TB_REMOTE_SOME:
        return subdomains(pattern);
    case TB_REMOTE_ONE:
        return NULL;
    }
    return NULL;
}

static void lint_host(struct tb_lint *lint, const struct remote *remote)
{
    const char *hosts = too_many_hosts(remote->pattern);
    if (hosts)
        tb_report_warning(lint->report, "remote-wildcard", remote->value->place,
                          "`%.*s` gives what the capability `%.*s` grants to %s: write the scheme "
                          "and the host, as in `https://app.example.com`",
                          TB_SHOWN(remote->value->string), TB_SHOWN(remote->capability->identifier),
                          hosts);
}

void tb_lint_remote_hosts(struct tb_lint *lint)
{
    each_remote(lint, lint_host);
}

/* ---- the rest of the URL ---- */

static void lint_port(struct tb_lint *lint, const struct remote *remote)
{
    bool surprises =
        is_loopback(remote->pattern) || tb_remote_hosts_of(remote->pattern) == TB_REMOTE_ALL;
    if (surprises && tb_remote_text(remote->pattern, TB_URL_PORT).n == 0)
        tb_report_warning(lint->report, "remote-port", remote->value->place,
                          "`%.*s` is the scheme's own port alone (443 for https, 80 for http): "
                          "write the port, as in `http://localhost:1420`",
                          TB_SHOWN(remote->value->string));
}

static void lint_path(struct tb_lint *lint, const struct remote *remote)
{
    if (!takes(remote->pattern, TB_URL_PATHNAME, "/"))
        tb_report_warning(lint->report, "remote-path", remote->value->place,
                          "a call says its page's origin and not its path, so that `%.*s` matches "
                          "none: leave the path out, and give pages that must not have this an "
                          "origin of their own",
                          TB_SHOWN(remote->value->string));
}

static void lint_clear_text(struct tb_lint *lint, const struct remote *remote)
{
    const struct tb_url_pattern *pattern = remote->pattern;
    if (takes(pattern, TB_URL_PROTOCOL, "http") && !is_loopback(pattern))
        tb_report_warning(lint->report, "remote-http", remote->value->place,
                          "`%.*s` trusts pages that came unencrypted: whoever is on the way can "
                          "put a script in and call what `%.*s` grants; write `https`",
                          TB_SHOWN(remote->value->string),
                          TB_SHOWN(remote->capability->identifier));
}

static void lint_url(struct tb_lint *lint, const struct remote *remote)
{
    lint_port(lint, remote);
    lint_path(lint, remote);
    lint_clear_text(lint, remote);
}

void tb_lint_remote_urls(struct tb_lint *lint)
{
    each_remote(lint, lint_url);
}

/* ---- capabilities ---- */

static void lint_local(struct tb_lint *lint, const struct tb_capability *capability)
{
    if (capability->local && !tb_lint_field(capability->value, "local"))
        tb_report_warning(lint->report, "remote-and-local", capability->urls->place,
                          "the capability `%.*s` is for the app's own pages as well as for these: "
                          "say `local` false, or true where that is meant",
                          TB_SHOWN(capability->identifier));
}

struct powers {
    struct tb_names names;
    struct tb_table seen; /* plugins */
};

static void note_powers(struct tb_lint *lint, const struct tb_bundle *bundle, struct powers *powers)
{
    static const char *const strong[] = {"fs",      "http",  "opener",     "process",
                                         "shell",   "sql",   "stronghold", "clipboard-manager",
                                         "updater", "store", "upload",     "websocket"};
    const struct tb_plugin *last = NULL;
    for (size_t i = 0; i < bundle->n_allow; i++) {
        struct tb_plugin *plugin = bundle->allow[i].plugin;
        if (!plugin || plugin == last || tb_table_find(&powers->seen, plugin->name))
            continue;
        last = plugin;
        tb_table_put(lint->arena, &powers->seen, plugin->name, plugin);
        if (tb_bytes_among(plugin->name, strong, TB_ARRAY_LEN(strong)))
            tb_names_add(&powers->names, plugin->name);
    }
}

/* Names each plugin of the capability that reaches files, programs or data. */
static void lint_powers(struct tb_lint *lint, const struct tb_compiled_capability *capability)
{
    struct powers powers = {.names.n = 0};
    for (size_t i = 0; i < capability->n_entries; i++)
        note_powers(lint, capability->entries[i].bundle, &powers);
    if (powers.names.n > 0)
        tb_report_warning(lint->report, "remote-data", capability->source->urls->place,
                          "pages from elsewhere get commands of %s by the capability `%.*s`, and "
                          "with them whoever changes those pages: keep such commands to the app's "
                          "own pages",
                          powers.names.text, TB_SHOWN(capability->source->identifier));
}

void tb_lint_remote_capabilities(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->compiled->n_capabilities; i++) {
        const struct tb_compiled_capability *capability = &lint->compiled->capabilities[i];
        if (!capability->source->urls || capability->source->urls->n == 0)
            continue;
        lint_local(lint, capability->source);
        lint_powers(lint, capability);
    }
}
