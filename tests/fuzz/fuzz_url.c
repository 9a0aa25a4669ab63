/* A remote pattern, a NUL, a URL, and perhaps a NUL and the URL's base. What a URL is written as is
 * read as the same again; what a pattern lets in has the host that the pattern says. */
#include "policy/compiler/url/remote.h"
#include "tests/fuzz/fuzz.h"

static struct tb_bytes take_field(struct tb_bytes *rest)
{
    const uint8_t *end = rest->n > 0 ? memchr(rest->data, 0, rest->n) : NULL;
    struct tb_bytes field = tb_bytes_of(rest->data, end ? (size_t)(end - rest->data) : rest->n);
    size_t n = end ? field.n + 1 : field.n;
    *rest = tb_bytes_of(rest->data + n, rest->n - n);
    return field;
}

static void check_ascii(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        tb_assert(text.data[i] >= 0x20 && text.data[i] < 0x7f);
}

static void check_url(struct tb_arena *arena, const struct tb_url *url)
{
    struct tb_bytes text = tb_url_write(arena, url);
    struct tb_url again;
    check_ascii(text);
    if (text.n <= TB_URL_MAX) {
        tb_assert(tb_url_parse(arena, text, NULL, &again));
        tb_assert(tb_bytes_equal(tb_url_write(arena, &again), text));
    }
    struct tb_bytes origin = tb_url_origin(arena, url);
    tb_assert(tb_url_is_local(url) == (tb_bytes_are(origin, "tauri://localhost") &&
                                       url->username.n + url->password.n == 0));
}

/* The matcher with groups has to say the same as the one without. */
static bool matches_with_groups(struct tb_arena *arena, const struct tb_url_pattern *pattern,
                                const struct tb_url *url)
{
    const struct tb_url_init components = tb_url_components(url);
    bool all = true;
    for (enum tb_url_component i = 0; i < TB_N_URL_COMPONENTS; i++) {
        const struct tb_url_matcher *matcher = &pattern->matchers[i];
        size_t n = tb_regexp_n_groups(matcher->regexp);
        struct tb_regexp_group *groups = tb_arena_get(arena, n, sizeof *groups);
        all &= tb_regexp_match_groups(arena, matcher->regexp, components.text[i], groups);
    }
    return all;
}

static void check_match(const struct tb_url_pattern *pattern, const struct tb_url *url)
{
    enum tb_remote_hosts hosts = tb_remote_hosts_of(pattern);
    struct tb_bytes end = tb_remote_host_end(pattern);
    size_t n = url->host.n;
    tb_assert(n >= end.n &&
              (end.n == 0 || memcmp(url->host.data + n - end.n, end.data, end.n) == 0));
    if (hosts == TB_REMOTE_ONE)
        tb_assert(n == end.n);
    if (hosts == TB_REMOTE_SOME)
        tb_assert(n == end.n || end.data[0] == '.' || url->host.data[n - end.n - 1] == '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
    struct tb_bytes rest = tb_bytes_of(data, n);
    struct tb_bytes pattern_text = take_field(&rest);
    struct tb_bytes url_text = take_field(&rest);
    struct tb_url_pattern *pattern;
    struct tb_url base;
    struct tb_url url;
    bool has_base = rest.n > 0 && tb_url_parse(&arena, rest, NULL, &base);
    bool is_url = tb_url_parse(&arena, url_text, has_base ? &base : NULL, &url);
    if (is_url)
        check_url(&arena, &url);
    if (tb_remote_pattern_parse(&arena, pattern_text, &pattern) || !is_url)
        return 0;
    bool match = tb_url_pattern_matches(pattern, &url);
    tb_assert(match == matches_with_groups(&arena, pattern, &url));
    if (match)
        check_match(pattern, &url);
    return 0;
}
