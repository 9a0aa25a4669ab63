/* Folders of our own. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

/* Makes each folder that an absolute path goes through, 0700, where it is not there; what is behind
 * the last slash is not looked at. 0 or -errno. */
tb_must_check int tb_folder_make(const char *path);

/*
 * A file (0600) with those bytes under that name, in place of the one that is there, and on disk:
 * whoever dies in between leaves the old one whole, and perhaps a file `new_name`, which is no one
 * else's. One at a time in a folder: the caller holds its lock. 0 or -errno.
 */
tb_must_check int tb_folder_replace(int folder, const char *new_name, const char *name,
                                    struct tb_bytes bytes);
