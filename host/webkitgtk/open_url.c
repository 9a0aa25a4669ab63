#include "host/webkitgtk/open_url.h"

#include "base/compiler.h"

static const char mailto_headers[][12] = {"to", "cc", "bcc", "subject", "body", "in-reply-to"};

/* Nobody writes these into a URL but to have two readers see two things. */
static bool is_clean(struct tb_bytes text)
{
    static const char never[] = "\"<>\\^`{|}";
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] <= 0x20 || text.data[i] == 0x7f || strchr(never, text.data[i]))
            return false;
    return true;
}

/* As it stands, before a parser has undone what hides in it. */
static struct tb_bytes raw_authority(struct tb_bytes text)
{
    const uint8_t *colon = memchr(text.data, ':', text.n);
    size_t left = colon ? text.n - (size_t)(colon - text.data) : 0;
    size_t n = 3;
    if (left < n || memcmp(colon, "://", n) != 0)
        return (struct tb_bytes){0};
    while (n < left && !strchr("/?#", colon[n]))
        n++;
    return tb_bytes_of(colon, n);
}

static bool host_valid(const char *host)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    static const char address[] = "0123456789abcdef:.";
    size_t n = strlen(host);
    return n > 0 && (strspn(host, name) == n || (strchr(host, ':') && strspn(host, address) == n));
}

static bool is_mailto_header(const char *header)
{
    size_t n = strcspn(header, "=");
    for (size_t i = 0; i < TB_ARRAY_LEN(mailto_headers); i++)
        if (strlen(mailto_headers[i]) == n &&
            g_ascii_strncasecmp(header, mailto_headers[i], n) == 0)
            return true;
    return false;
}

/* Mail programs take files from `attach`, which would then go wherever the page says. */
static bool mailto_valid(const char *query)
{
    g_auto(GStrv) headers = g_strsplit(query ? query : "", "&", -1);
    for (char **header = headers; *header; header++)
        if (**header && !is_mailto_header(*header))
            return false;
    return true;
}

static const char *wrong_in(GUri *uri)
{
    const char *scheme = g_uri_get_scheme(uri);
    const char *host = g_uri_get_host(uri);
    bool web = strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0;
    if (g_uri_get_userinfo(uri))
        return "a URL with a name before its host is not opened: leave it and the @ out";
    if ((web && !host) || (host && !host_valid(host)))
        return "the URL names no host: write it as https://example.com/";
    if (!host && g_str_has_prefix(g_uri_get_path(uri), "//"))
        return "a path without a host does not begin with two slashes";
    if (strcmp(scheme, "mailto") == 0 && !mailto_valid(g_uri_get_query(uri)))
        return "a mailto: URL may have to, cc, bcc, subject, body and in-reply-to alone";
    return NULL;
}

/* Host names do not tell small letters from large ones, but patterns do. */
static GUri *with_small_host(GUri *uri)
{
    const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE;
    const char *host = g_uri_get_host(uri);
    g_autofree char *small = host ? g_ascii_strdown(host, -1) : NULL;
    int port = g_uri_get_port(uri);
    const char *scheme = g_uri_get_scheme(uri);
    bool usual = (port == 443 && strcmp(scheme, "https") == 0) ||
                 (port == 80 && strcmp(scheme, "http") == 0);
    return g_uri_build(flags, scheme, g_uri_get_userinfo(uri), small, usual ? -1 : port,
                       g_uri_get_path(uri), g_uri_get_query(uri), g_uri_get_fragment(uri));
}

char *tb_open_url(struct tb_bytes untrusted_text, const char **ret_wrong)
{
    const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE;
    *ret_wrong = "a URL has no spaces, control characters, quotes, backslashes, <>^`{|} in it: "
                 "percent-encode them";
    if (untrusted_text.n == 0 || !is_clean(untrusted_text))
        return NULL;
    *ret_wrong = "a URL has 8192 bytes at most";
    if (untrusted_text.n > TB_OPEN_URL_MAX)
        return NULL;
    struct tb_bytes authority = raw_authority(untrusted_text);
    *ret_wrong = "no percent-encoding belongs into a URL's host";
    if (authority.n > 0 && memchr(authority.data, '%', authority.n))
        return NULL;
    g_autofree char *text = g_strndup((const char *)untrusted_text.data, untrusted_text.n);
    g_autoptr(GUri) parsed = g_uri_parse(text, flags, NULL);
    *ret_wrong = "this is no absolute URL: write it as https://example.com/";
    if (!parsed)
        return NULL;
    g_autoptr(GUri) uri = with_small_host(parsed);
    *ret_wrong = wrong_in(uri);
    return *ret_wrong ? NULL : g_uri_to_string(uri);
}
