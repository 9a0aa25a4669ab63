/* Paths of URLs: parts behind slashes, with `.` and `..` taken out. */
#pragma once

#include "policy/compiler/url/text.h"

struct tb_url_path {
    struct tb_url_text text; /* each part behind its slash; a base's path to begin with */
    bool special;            /* a backslash is a slash too */
    bool file;               /* drive letters */
};

/* Adds the parts of `text`, which comes after a slash. */
void tb_url_path_add(struct tb_url_path *path, struct tb_bytes text);
/* Takes the last part away; a drive letter stays. */
void tb_url_path_shorten(struct tb_url_path *path);

/* `C:` or `C|` and nothing else. */
bool tb_url_is_drive(struct tb_bytes text);
/* That, and then the end, a slash, `?` or `#`. */
bool tb_url_starts_with_drive(struct tb_bytes text);
/* Whether the first part of a path is `C:`. */
bool tb_url_path_has_drive(struct tb_bytes path);

/* A path that is no list of parts, up to its `?` or `#`, with *ret_n bytes used. */
struct tb_bytes tb_url_path_opaque(struct tb_arena *arena, struct tb_bytes text, size_t *ret_n);
