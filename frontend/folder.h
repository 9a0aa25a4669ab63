/* Files below a folder that is held open. No link is followed, nothing but regular files is opened,
 * and no open waits. */
#pragma once

#include "base/compiler.h"

#include <sys/types.h>

/* A folder by its path from `folder`, of names alone. A new descriptor or -errno. */
tb_must_check int tb_folder_open(int folder, const char *path);

/* A regular file. A new descriptor or -errno; -EISDIR: a folder, -EACCES: neither. */
tb_must_check int tb_folder_open_file(int folder, const char *path, off_t *ret_size);
