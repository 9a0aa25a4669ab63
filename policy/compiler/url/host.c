#include "policy/compiler/url/host.h"

#include "policy/compiler/url/text.h"

#include <idn2.h>

static void free_text(char **text)
{
    idn2_free(*text);
}

/* Labels that begin with `xn--` are names outside ASCII in their other form. */
static bool has_encoded_label(struct tb_bytes lower)
{
    for (;;) {
        size_t n = tb_url_span(lower, ".");
        if (tb_bytes_begin(lower, "xn--"))
            return true;
        if (n == lower.n)
            return false;
        lower = tb_url_from(lower, n + 1);
    }
}

/* The library's answer for a name with labels outside ASCII, in either form. It follows UTS 46 and
 * then IDNA 2008, which browsers do not ask: that knows no symbols. A name that is in ASCII already
 * has nothing left to be mapped, and may have them. */
static bool ask_library(struct tb_arena *arena, struct tb_bytes name, bool ascii,
                        struct tb_bytes *ret_name)
{
    tb_cleanup(free_text) char *out = NULL;
    if (memchr(name.data, 0, name.n))
        return false;
    int r = idn2_to_ascii_8z(tb_arena_string(arena, name), &out, IDN2_NONTRANSITIONAL);
    if (r != IDN2_OK && !(ascii && r == IDN2_DISALLOWED))
        return false;
    *ret_name = r == IDN2_OK ? tb_arena_copy(arena, tb_bytes_of_string(out)) : name;
    return true;
}

/* False: not a name that has an ASCII form. About plain ASCII the library would say nothing that
 * the standard wants to hear (it refuses long labels, and hyphens in the wrong place). */
static bool to_ascii(struct tb_arena *arena, struct tb_bytes name, struct tb_bytes *ret_name)
{
    bool ascii = tb_url_is_ascii(name);
    struct tb_bytes lower = ascii ? tb_url_lower(arena, name) : name;
    if ((!ascii || has_encoded_label(lower)) && !ask_library(arena, lower, ascii, &lower))
        return false;
    *ret_name = lower;
    return lower.n > 0;
}

static bool has_forbidden(struct tb_bytes host, const char *more)
{
    for (size_t i = 0; i < host.n; i++)
        if (host.data[i] == 0 || strchr("\t\n\r #/:<>?@[\\]^|", host.data[i]) ||
            strchr(more, host.data[i]))
            return true;
    return false;
}

static bool has_control(struct tb_bytes host)
{
    for (size_t i = 0; i < host.n; i++)
        if (host.data[i] < 0x20 || host.data[i] == 0x7f)
            return true;
    return false;
}

static bool parse_name(struct tb_arena *arena, struct tb_bytes text, struct tb_bytes *ret_host)
{
    struct tb_bytes name = tb_url_decode(arena, text);
    struct tb_bytes address;
    if (!tb_utf8_valid(name) || !to_ascii(arena, name, &name))
        return false;
    if (has_control(name) || has_forbidden(name, "%"))
        return false;
    enum tb_ipv4_result result = tb_ipv4_parse(arena, name, &address);
    if (result == TB_IPV4_WRONG)
        return false;
    *ret_host = result == TB_IPV4_ADDRESS ? address : name;
    return true;
}

bool tb_url_host_parse(struct tb_arena *arena, struct tb_bytes text, bool special,
                       struct tb_bytes *ret_host)
{
    if (tb_bytes_begin(text, "[")) {
        if (text.data[text.n - 1] != ']' || text.n < 2)
            return false;
        return tb_ipv6_parse(arena, tb_bytes_of(text.data + 1, text.n - 2), ret_host);
    }
    if (special)
        return parse_name(arena, text, ret_host);
    if (has_forbidden(text, ""))
        return false;
    *ret_host = tb_url_encode(arena, text, TB_URL_SET_C0);
    return true;
}
