#include "plugins/enclave/pgp/shown.h"

#include "base/compiler.h"
#include "base/escape.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS    "\xE2\x80\xA6"

/* Of the character that a byte begins; 1 where it begins none. */
static size_t length_of(uint8_t first)
{
    if (first >= 0xF0)
        return 4;
    if (first >= 0xE0)
        return 3;
    return first >= 0xC0 ? 2 : 1;
}

static size_t put(char *text, size_t at, const void *bytes, size_t n)
{
    memcpy(text + at, bytes, n);
    return at + n;
}

void pgp_show(struct tb_bytes untrusted_text, size_t most, char *ret_text, size_t cap)
{
    tb_assert(cap >= 3 * most + 4);
    size_t at = 0;
    size_t taken = 0;
    while (taken < untrusted_text.n) {
        struct tb_bytes rest = tb_bytes_of(untrusted_text.data + taken, untrusted_text.n - taken);
        size_t n = length_of(rest.data[0]);
        struct tb_bytes one = tb_bytes_of(rest.data, n < rest.n ? n : rest.n);
        if (!tb_utf8_valid(one))
            one.n = 1;
        if (taken + one.n > most) {
            at = put(ret_text, at, ELLIPSIS, sizeof ELLIPSIS - 1);
            break;
        }
        bool is_plain = tb_utf8_valid(one) && tb_is_plain_line(one);
        at = is_plain ? put(ret_text, at, one.data, one.n)
                      : put(ret_text, at, REPLACEMENT, sizeof REPLACEMENT - 1);
        taken += one.n;
    }
    ret_text[at] = '\0';
}
