#include "keystore/fingerprint.h"

static bool read_digits(struct tb_bytes text, bool any_case, struct tb_fingerprint *ret_fingerprint)
{
    struct tb_fingerprint fingerprint = {0};
    if (text.n != TB_FINGERPRINT_DIGITS)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char digit = (char)text.data[i];
        if (any_case && digit >= 'a' && digit <= 'f')
            digit = (char)(digit - 'a' + 'A');
        if (!(digit >= '0' && digit <= '9') && !(digit >= 'A' && digit <= 'F'))
            return false;
        fingerprint.text[i] = digit;
    }
    *ret_fingerprint = fingerprint;
    return true;
}

bool tb_fingerprint_read(struct tb_bytes untrusted_text, struct tb_fingerprint *ret_fingerprint)
{
    return read_digits(untrusted_text, true, ret_fingerprint);
}

bool tb_fingerprint_read_exact(struct tb_bytes untrusted_text,
                               struct tb_fingerprint *ret_fingerprint)
{
    return read_digits(untrusted_text, false, ret_fingerprint);
}
