/* What a sealed frame holds, and a plugin's frame is: a msgpack text, and raw bytes behind it. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct tb_plaintext {
    struct tb_bytes text; /* msgpack, not scanned yet */
    struct tb_bytes raw;  /* sealed or clear */
};

/* Splits `u32 m | m bytes of msgpack | raw bytes`, m at least 1. TB_OK or TB_MALFORMED. Borrows. */
tb_must_check int tb_plaintext_split(struct tb_bytes plain, struct tb_plaintext *ret_plaintext);
