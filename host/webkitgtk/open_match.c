/* Patterns of URLs. */
#include "host/webkitgtk/open_url.h"

static struct tb_bytes from(struct tb_bytes text, size_t at)
{
    return tb_bytes_of(text.data + at, text.n - at);
}

static size_t find(struct tb_bytes text, const char *any)
{
    size_t at = 0;
    while (at < text.n && !memchr(any, text.data[at], strlen(any)))
        at++;
    return at;
}

/* Cuts text at the first of these; without any of them all of it is the first part. */
static void split(struct tb_bytes text, const char *any, struct tb_bytes *ret_first,
                  struct tb_bytes *ret_rest)
{
    size_t at = find(text, any);
    *ret_first = tb_bytes_of(text.data, at);
    *ret_rest = from(text, at);
}

static bool begins_with_slashes(struct tb_bytes text)
{
    return text.n >= 2 && text.data[0] == '/' && text.data[1] == '/';
}

struct tb_open_parts tb_open_parts_of(struct tb_bytes url)
{
    struct tb_open_parts parts = {0};
    split(url, ":", &parts.scheme, &parts.rest);
    if (parts.rest.n > 0)
        parts.rest = from(parts.rest, 1);
    parts.has_authority = begins_with_slashes(parts.rest);
    if (parts.has_authority)
        split(from(parts.rest, 2), "/?#", &parts.authority, &parts.tail);
    return parts;
}

/* Only the last star ever has to take more: what an earlier one could reach by that, it can too. */
static bool matches(struct tb_bytes text, struct tb_bytes pattern)
{
    size_t at = 0, i = 0;
    size_t star = SIZE_MAX, star_at = 0;
    while (at < text.n) {
        if (i < pattern.n && pattern.data[i] == '*') {
            star = i++;
            star_at = at;
        } else if (i < pattern.n && (pattern.data[i] == '?' || pattern.data[i] == text.data[at])) {
            i++;
            at++;
        } else if (star != SIZE_MAX) {
            at = ++star_at;
            i = star + 1;
        } else {
            return false;
        }
    }
    while (i < pattern.n && pattern.data[i] == '*')
        i++;
    return i == pattern.n;
}

static struct tb_bytes small(struct tb_bytes text, char *ret_memory)
{
    for (size_t i = 0; i < text.n; i++)
        ret_memory[i] = g_ascii_tolower((char)text.data[i]);
    return tb_bytes_of(ret_memory, text.n);
}

static bool matches_small(struct tb_bytes text, struct tb_bytes pattern)
{
    g_autofree char *memory = g_malloc(pattern.n + 1);
    return matches(text, small(pattern, memory));
}

/* A pattern that ends with its host means the root of it; one that ends with a star in it, all that
 * follows too. */
static bool tail_matches(struct tb_bytes tail, struct tb_bytes host, struct tb_bytes pattern)
{
    if (pattern.n > 0)
        return matches(tail, pattern);
    return (host.n > 0 && host.data[host.n - 1] == '*') || tail.n == 0 || tb_bytes_are(tail, "/");
}

bool tb_open_url_matches(const struct tb_open_parts *url, struct tb_bytes pattern)
{
    struct tb_bytes scheme, rest, host, tail;
    split(pattern, ":", &scheme, &rest);
    if (rest.n == 0 || !matches_small(url->scheme, scheme))
        return false;
    rest = from(rest, 1);
    if (tb_bytes_are(rest, "*"))
        return true;
    if (!begins_with_slashes(rest) || !url->has_authority)
        return !begins_with_slashes(rest) && !url->has_authority && matches(url->rest, rest);
    /* `?` is a wildcard there, and ends no host. */
    split(from(rest, 2), "/", &host, &tail);
    return matches_small(url->authority, host) && tail_matches(url->tail, host, tail);
}
