/* A folder that this program makes, and files in it. Nothing there is ever overwritten, and no
 * symbolic link is followed. Failures are told on stderr. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

/* Makes the folder, or takes an empty one. An exit status. */
tb_must_check int new_folder_open(const char *path, int *ret_fd);

/* Writes a file at a relative path, with the folders on the way. False: told. */
tb_must_check bool new_folder_write(int folder, const char *path, struct tb_bytes text);
