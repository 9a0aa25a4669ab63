/* The commands that the broker answers itself, when they are granted and no plugin has them. */
#pragma once

#include "base/bytes.h"

enum tb_own {
    TB_OWN_NONE,
    TB_OWN_LISTEN,
    TB_OWN_UNLISTEN,
    TB_OWN_EMIT,
    TB_OWN_EMIT_TO,
    TB_OWN_CLOSE, /* finds the plugin whose id it is, and passes it on */
    TB_N_OWNS,
};

enum tb_own tb_own_of(struct tb_bytes command); /* NONE if it is none of them */
