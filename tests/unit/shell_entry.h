/* An entry of a scope of programs, as the policy compiler writes it: /bin/echo, of this machine. */
#pragma once

#include "plugins/shell/program.h"
#include "proto/pack.h"

/* Packs it; without the key `left_out`, and with `wrong` (a number) in the place of that value.
 * Each may be NULL. Its arguments are `-n`, [a-z]+ and -[0-9]; a page may set LANG to [A-Z]+, and
 * run it below /usr. */
void shell_entry_pack(struct tb_packer *packer, const char *left_out, const char *wrong);
