/* What a program writes, cut into what the page is told at once: lines, or what there is. */
#pragma once

#include "plugins/shell/encoding.h"

/* The next piece of what is held: a line with its end (`\n`, or `\r` where there is none), what is
 * left where `last`, or anything of raw bytes. At most `most` bytes, and no character is cut in
 * two by that. False: there is none yet. */
tb_must_check bool shell_output_next(const struct shell_encoding *encoding, struct tb_bytes held,
                                     bool last, size_t most, struct tb_bytes *ret_piece);
