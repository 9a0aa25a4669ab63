/* What the commands that change folders do, apart from being called. Where not said otherwise:
 * true, or false with *ret_failure. */
#pragma once

#include "plugins/fs/entry.h"

/* copy.c: content and mode of a regular file, a part at a time. A file that is its own copy keeps
 * its content. */
struct fs_copying {
    int from; /* owned; -1: none */
    int to;
    bool itself;
};
tb_must_check bool fs_copy_begin(const struct fs_target *from, const struct fs_target *to,
                                 struct fs_copying *ret_copying, struct fs_failure *ret_failure);
/* TB_OK: it is done, TB_AGAIN: there is more, or -errno. */
tb_must_check int fs_copy_go_on(struct fs_copying *copying);
void fs_copy_end(struct fs_copying *copying);

/* make.c; `recursive`: the folders above it too, and it may be there already. */
tb_must_check bool fs_make(const struct fs_target *target, unsigned mode, bool recursive,
                           struct fs_failure *ret_failure);
/* remove.c; `recursive`: a folder with all that is in it. */
tb_must_check bool fs_take_away(const struct fs_target *target, bool recursive,
                                struct fs_failure *ret_failure);
/* rename.c */
tb_must_check bool fs_move(const struct fs_target *from, const struct fs_target *to,
                           struct fs_failure *ret_failure);
