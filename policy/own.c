#include "policy/own.h"

enum tb_own tb_own_of(struct tb_bytes command)
{
    static const char *const names[TB_N_OWNS] = {
        [TB_OWN_NONE] = "",
        [TB_OWN_LISTEN] = "plugin:event|listen",
        [TB_OWN_UNLISTEN] = "plugin:event|unlisten",
        [TB_OWN_EMIT] = "plugin:event|emit",
        [TB_OWN_EMIT_TO] = "plugin:event|emit_to",
        [TB_OWN_CLOSE] = "plugin:resources|close",
    };
    for (unsigned own = TB_OWN_NONE + 1; own < TB_N_OWNS; own++)
        if (tb_bytes_are(command, names[own]))
            return (enum tb_own)own;
    return TB_OWN_NONE;
}
