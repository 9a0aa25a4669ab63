#include "policy/compiler/url/pattern.h"

#include "policy/compiler/url/text.h"

static const char *const names[TB_N_URL_COMPONENTS] = {
    [TB_URL_PROTOCOL] = "scheme", [TB_URL_USERNAME] = "user name", [TB_URL_PASSWORD] = "password",
    [TB_URL_HOSTNAME] = "host",   [TB_URL_PORT] = "port",          [TB_URL_PATHNAME] = "path",
    [TB_URL_SEARCH] = "query",    [TB_URL_HASH] = "fragment",
};

static const char *in_component(struct tb_arena *arena, enum tb_url_component component,
                                struct tb_bytes text, const char *wrong)
{
    return tb_arena_format(arena, "in the %s `%s`: %s", names[component],
                           tb_arena_string(arena, text), wrong);
}

static const char *compile(struct tb_arena *arena, struct tb_bytes text,
                           const struct tb_url_part_rules *rules,
                           struct tb_url_matcher *ret_matcher)
{
    struct tb_url_matcher matcher;
    const char *wrong = tb_url_parts_parse(arena, text, rules, &matcher.parts);
    if (wrong)
        return wrong;
    matcher.text = tb_url_parts_write(arena, &matcher.parts, rules);
    wrong = tb_regexp_compile(arena, tb_url_parts_regexp(arena, &matcher.parts, rules),
                              rules->ignore_case, &matcher.regexp);
    if (!wrong)
        *ret_matcher = matcher;
    return wrong;
}

static bool matches_special(const struct tb_url_matcher *protocol)
{
    static const char *const schemes[] = {"ftp", "file", "http", "https", "ws", "wss"};
    for (size_t i = 0; i < TB_ARRAY_LEN(schemes); i++)
        if (tb_regexp_matches(protocol->regexp, tb_bytes_of_string(schemes[i])))
            return true;
    return false;
}

static const struct tb_url_part_rules protocol_rules = {.canonical = tb_url_canonical_protocol};

const char *tb_url_protocol_is_special(struct tb_arena *arena, struct tb_bytes text,
                                       bool *ret_special)
{
    struct tb_url_matcher matcher;
    const char *wrong = compile(arena, text, &protocol_rules, &matcher);
    if (wrong)
        return in_component(arena, TB_URL_PROTOCOL, text, wrong);
    *ret_special = matches_special(&matcher);
    return NULL;
}

static bool is_ipv6(struct tb_bytes host)
{
    return host.n >= 2 &&
           (host.data[0] == '[' || tb_bytes_begin(host, "{[") || tb_bytes_begin(host, "\\["));
}

static struct tb_url_part_rules rules_of(enum tb_url_component component,
                                         const struct tb_url_init *init, bool special,
                                         bool ignore_case)
{
    switch (component) {
    case TB_URL_PROTOCOL:
    case TB_N_URL_COMPONENTS:
        break;
    case TB_URL_USERNAME:
    case TB_URL_PASSWORD:
        return (struct tb_url_part_rules){tb_url_canonical_userinfo, 0, 0, false};
    case TB_URL_HOSTNAME:
        return (struct tb_url_part_rules){is_ipv6(init->text[TB_URL_HOSTNAME])
                                              ? tb_url_canonical_ipv6
                                              : tb_url_canonical_hostname,
                                          '.', 0, false};
    case TB_URL_PORT:
        return (struct tb_url_part_rules){tb_url_canonical_port, 0, 0, false};
    case TB_URL_PATHNAME:
        if (special)
            return (struct tb_url_part_rules){tb_url_canonical_pathname, '/', '/', ignore_case};
        return (struct tb_url_part_rules){tb_url_canonical_opaque_pathname, 0, 0, ignore_case};
    case TB_URL_SEARCH:
        return (struct tb_url_part_rules){tb_url_canonical_search, 0, 0, ignore_case};
    case TB_URL_HASH:
        return (struct tb_url_part_rules){tb_url_canonical_hash, 0, 0, ignore_case};
    }
    return protocol_rules;
}

const char *tb_url_pattern_compile(struct tb_arena *arena, const struct tb_url_init *init,
                                   bool ignore_case, struct tb_url_pattern **ret_pattern)
{
    struct tb_url_init whole;
    struct tb_url_pattern *pattern = TB_NEW(arena, struct tb_url_pattern);
    bool special = false;
    const char *wrong = tb_url_init_for_pattern(arena, init, &whole);
    if (wrong)
        return wrong;
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++) {
        const struct tb_url_part_rules rules = rules_of(i, &whole, special, ignore_case);
        wrong = compile(arena, whole.text[i], &rules, &pattern->matchers[i]);
        if (wrong)
            return in_component(arena, i, whole.text[i], wrong);
        if (i == TB_URL_PROTOCOL)
            special = matches_special(&pattern->matchers[i]);
    }
    *ret_pattern = pattern;
    return NULL;
}

const char *tb_url_pattern_read(struct tb_arena *arena, struct tb_bytes text, bool has_base,
                                struct tb_url_init *ret_init)
{
    if (text.n > TB_URL_PATTERN_MAX)
        return "a URL pattern longer than 4096 bytes";
    if (!tb_utf8_valid(text))
        return "a URL pattern that is not UTF-8";
    const char *wrong = tb_url_init_parse(arena, text, ret_init);
    if (!wrong && !has_base && !ret_init->has[TB_URL_PROTOCOL])
        wrong = "a URL pattern without a scheme; write it whole, as in `https://example.com`";
    return wrong;
}

const char *tb_url_pattern_parse(struct tb_arena *arena, struct tb_bytes text,
                                 const struct tb_bytes *base, bool ignore_case,
                                 struct tb_url_pattern **ret_pattern)
{
    struct tb_url_init init;
    const char *wrong = tb_url_pattern_read(arena, text, base != NULL, &init);
    if (wrong)
        return wrong;
    if (base)
        init.base = *base;
    init.has_base = base != NULL;
    return tb_url_pattern_compile(arena, &init, ignore_case, ret_pattern);
}

struct tb_url_init tb_url_components(const struct tb_url *url)
{
    struct tb_url_init init = {0};
    tb_url_init_set(&init, TB_URL_PROTOCOL, url->scheme);
    tb_url_init_set(&init, TB_URL_USERNAME, url->username);
    tb_url_init_set(&init, TB_URL_PASSWORD, url->password);
    tb_url_init_set(&init, TB_URL_HOSTNAME, url->host);
    tb_url_init_set(&init, TB_URL_PORT, url->port);
    tb_url_init_set(&init, TB_URL_PATHNAME, url->path);
    tb_url_init_set(&init, TB_URL_SEARCH, url->query);
    tb_url_init_set(&init, TB_URL_HASH, url->fragment);
    return init;
}

bool tb_url_pattern_matches(const struct tb_url_pattern *pattern, const struct tb_url *url)
{
    const struct tb_url_init components = tb_url_components(url);
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++)
        if (!tb_regexp_matches(pattern->matchers[i].regexp, components.text[i]))
            return false;
    return true;
}
