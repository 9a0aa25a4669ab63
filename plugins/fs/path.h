/*
 * What a page writes for a path, and the one form that everything behind it uses: absolute, no
 * empty component, no `.`, no `..`, no slash at the end, no control characters.
 */
#pragma once

#include "plugins/fs/glob.h"

enum { FS_PATH_MAX = TB_GLOB_MAX };

struct fs_path {
    char text[FS_PATH_MAX + 1]; /* ends with a NUL */
    size_t n;
};

/*
 * Reads a path or a file:// URL. A relative path is relative to `base`, an absolute path; empty:
 * there is none. NULL, or what is wrong with it, to follow "path: ".
 */
tb_must_check const char *fs_path_read(struct tb_bytes untrusted_text, struct tb_bytes base,
                                       struct fs_path *ret_path);

/* Goes on to what a folder holds under this name. False, and nothing is changed, if no page could
 * write it: control characters, no UTF-8, too long. */
bool fs_path_enter(struct fs_path *path, const char *untrusted_name);

static inline struct tb_bytes fs_path_bytes(const struct fs_path *path)
{
    return tb_bytes_of(path->text, path->n);
}

/* The variable of one of Tauri's numbered base directories, or NULL. */
const char *fs_base_variable(uint64_t number);
