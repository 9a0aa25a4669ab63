#include "base/bytes.h"

static bool continues(const uint8_t *p, const uint8_t *end, size_t n)
{
    if ((size_t)(end - p) < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return false;
    return true;
}

bool tb_utf8_valid(struct tb_bytes bytes)
{
    if (bytes.n == 0)
        return true; /* no arithmetic on what may be NULL */
    const uint8_t *p = bytes.data;
    const uint8_t *end = p + bytes.n;
    while (p < end) {
        uint8_t lead = *p++;
        if (lead < 0x80)
            continue;
        size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || !continues(p, end, more))
            return false;
        /* The second byte rules out overlong forms, surrogates and what lies past U+10FFFF. */
        if ((lead == 0xe0 && p[0] < 0xa0) || (lead == 0xed && p[0] > 0x9f) ||
            (lead == 0xf0 && p[0] < 0x90) || (lead == 0xf4 && p[0] > 0x8f))
            return false;
        p += more;
    }
    return true;
}

void tb_hex(const uint8_t *bytes, size_t n, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_hex[2 * n] = 0;
}
