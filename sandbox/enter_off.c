/* The twin of enter.c for sanitizers and valgrind, which run under no sandbox. */
#include "sandbox/enter.h"

#include "base/result.h"

int tb_sandbox_enter(tb_unused const struct tb_role *role,
                     tb_unused const struct tb_sandbox_options *options,
                     struct tb_layers *ret_layers)
{
    *ret_layers = (struct tb_layers){0};
    return TB_OK;
}

int tb_sandbox_tighten(tb_unused const struct tb_role *role)
{
    return TB_OK;
}
