/* From the URI of a request to a path below the frontend. Pure: no file is looked at. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#define TB_FRONTEND_ORIGIN "tauri://localhost"

enum { TB_FRONTEND_PATH_MAX = 1024, TB_FRONTEND_TRIES = 4 };

/* Relative, without `.`, `..` and empty names, NUL behind it; "" is the frontend itself. */
struct tb_frontend_path {
    char text[TB_FRONTEND_PATH_MAX + 1];
    size_t n;
    bool folder; /* it was written with a slash at its end */
};

/* Decodes percent signs once, and takes off query and fragment. False: it is not below our origin,
 * too long, or names something that cannot be a file there. */
tb_must_check bool tb_frontend_path_read(const char *untrusted_uri,
                                         struct tb_frontend_path *ret_path);

/* The same of what comes behind an origin: it begins with a slash. */
tb_must_check bool tb_frontend_path_take(struct tb_bytes untrusted_target,
                                         struct tb_frontend_path *ret_path);

/*
 * The names that a request may mean, in the order in which Tauri tries them: the path itself, then
 * with `.html`, then its `index.html`; and the frontend's own index.html, which routes by itself,
 * for a path whose last name has no dot. How many there are, at most TB_FRONTEND_TRIES.
 */
size_t tb_frontend_tries(const struct tb_frontend_path *path,
                         struct tb_frontend_path ret_tries[static TB_FRONTEND_TRIES]);
