/* What the commands that change folders do, apart from being called. True, or false with
 * *ret_failure. */
#pragma once

#include "plugins/fs/entry.h"

/* copy.c: content and mode of a regular file. */
tb_must_check bool fs_copy(const struct fs_target *from, const struct fs_target *to,
                           struct fs_failure *ret_failure);
/* make.c; `recursive`: the folders above it too, and it may be there already. */
tb_must_check bool fs_make(const struct fs_target *target, unsigned mode, bool recursive,
                           struct fs_failure *ret_failure);
/* remove.c; `recursive`: a folder with all that is in it. */
tb_must_check bool fs_take_away(const struct fs_target *target, bool recursive,
                                struct fs_failure *ret_failure);
/* rename.c */
tb_must_check bool fs_move(const struct fs_target *from, const struct fs_target *to,
                           struct fs_failure *ret_failure);
