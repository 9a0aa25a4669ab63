/* What a key is named by: 40 hex digits, kept in upper case. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum { TB_FINGERPRINT_DIGITS = 40 };

struct tb_fingerprint {
    char text[TB_FINGERPRINT_DIGITS + 1];
};

/* Takes digits in any case. Whether it was one. */
tb_must_check bool tb_fingerprint_read(struct tb_bytes untrusted_text,
                                       struct tb_fingerprint *ret_fingerprint);
/* Only as files are named: upper case. */
tb_must_check bool tb_fingerprint_read_exact(struct tb_bytes untrusted_text,
                                             struct tb_fingerprint *ret_fingerprint);

static inline struct tb_bytes tb_fingerprint_bytes(const struct tb_fingerprint *fingerprint)
{
    return tb_bytes_of(fingerprint->text, TB_FINGERPRINT_DIGITS);
}
