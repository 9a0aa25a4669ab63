#include "policy/compiler/url/canonical.h"

#include "policy/compiler/data/value.h"
#include "policy/compiler/url/host.h"
#include "policy/compiler/url/path.h"
#include "policy/compiler/url/url.h"

static bool keep(struct tb_bytes value, struct tb_bytes *ret_value)
{
    *ret_value = value;
    return true;
}

bool tb_url_canonical_protocol(struct tb_arena *arena, struct tb_bytes value,
                               struct tb_bytes *ret_value)
{
    struct tb_url_text text = {.arena = arena};
    struct tb_url url;
    if (value.n == 0)
        return keep(value, ret_value);
    tb_url_put(&text, value);
    tb_url_put_string(&text, "://dummy.invalid/");
    if (!tb_url_parse(arena, tb_url_text_bytes(&text), NULL, &url))
        return false;
    *ret_value = url.scheme;
    return true;
}

bool tb_url_canonical_userinfo(struct tb_arena *arena, struct tb_bytes value,
                               struct tb_bytes *ret_value)
{
    *ret_value = tb_url_encode(arena, value, TB_URL_SET_USERINFO);
    return true;
}

/* As far as a host goes: what comes behind it is dropped, as by the `hostname` of a browser's URL.
 */
bool tb_url_canonical_hostname(struct tb_arena *arena, struct tb_bytes value,
                               struct tb_bytes *ret_value)
{
    if (value.n == 0)
        return keep(value, ret_value);
    struct tb_bytes text = tb_url_without_breaks(arena, value);
    text = tb_url_upto(text, tb_url_span(text, "/?#\\"));
    bool bracket = tb_bytes_begin(text, "[");
    if (text.n == 0 || (!bracket && tb_url_span(text, ":") < text.n))
        return false;
    return tb_url_host_parse(arena, text, true, ret_value);
}

bool tb_url_canonical_ipv6(struct tb_arena *arena, struct tb_bytes value,
                           struct tb_bytes *ret_value)
{
    for (size_t i = 0; i < value.n; i++)
        if (tb_hex_digit(value.data[i]) < 0 && !memchr("[]:", value.data[i], 3))
            return false;
    *ret_value = tb_url_lower(arena, value);
    return true;
}

bool tb_url_canonical_port_of(struct tb_arena *arena, struct tb_bytes value, struct tb_bytes scheme,
                              struct tb_bytes *ret_value)
{
    size_t n = 0;
    struct tb_bytes text = tb_url_without_breaks(arena, value);
    if (value.n == 0)
        return keep(value, ret_value);
    while (n < text.n && tb_url_is_digit(text.data[n]))
        n++;
    return n > 0 && tb_url_port_read(arena, tb_url_upto(text, n), scheme, ret_value);
}

/* In a pattern no port is the scheme's own, whatever the scheme: the text of the standard, read to
 * the letter, would make `http://a:443` a pattern for port 80. */
bool tb_url_canonical_port(struct tb_arena *arena, struct tb_bytes value,
                           struct tb_bytes *ret_value)
{
    return tb_url_canonical_port_of(arena, value, tb_bytes_of_string(""), ret_value);
}

/* Also pieces from the middle of a path: the part that such a piece begins with is no part of its
 * own, so that a dot there means nothing yet. `-` stands for what comes before it. */
bool tb_url_canonical_pathname(struct tb_arena *arena, struct tb_bytes value,
                               struct tb_bytes *ret_value)
{
    struct tb_url_path path = {.text = {.arena = arena}, .special = true};
    struct tb_url_text text = {.arena = arena};
    if (value.n == 0)
        return keep(value, ret_value);
    bool whole = value.data[0] == '/';
    if (!whole)
        tb_url_put_byte(&text, '-');
    tb_url_put(&text, tb_url_without_breaks(arena, tb_url_from(value, whole)));
    tb_url_path_add(&path, tb_url_text_bytes(&text));
    struct tb_bytes result = tb_url_text_bytes(&path.text);
    *ret_value = !whole && tb_bytes_begin(result, "/-") ? tb_url_from(result, 2) : result;
    return true;
}

bool tb_url_canonical_opaque_pathname(struct tb_arena *arena, struct tb_bytes value,
                                      struct tb_bytes *ret_value)
{
    size_t n;
    *ret_value = tb_url_path_opaque(arena, tb_url_without_breaks(arena, value), &n);
    return true;
}

bool tb_url_canonical_search(struct tb_arena *arena, struct tb_bytes value,
                             struct tb_bytes *ret_value)
{
    *ret_value =
        tb_url_encode(arena, tb_url_without_breaks(arena, value), TB_URL_SET_SPECIAL_QUERY);
    return true;
}

bool tb_url_canonical_hash(struct tb_arena *arena, struct tb_bytes value,
                           struct tb_bytes *ret_value)
{
    *ret_value = tb_url_encode(arena, tb_url_without_breaks(arena, value), TB_URL_SET_FRAGMENT);
    return true;
}
