/*
 * Files and folders that a page wants to have opened. What counts is where a path really leads: it
 * is opened, so that links have been followed, and the kernel is asked for the path of what was
 * found. That is what patterns are held against, and what is handed on.
 */
#pragma once

#include "base/bytes.h"

#include <glib.h>

enum { TB_OPEN_PATHS_MAX = 64 };

/* The path of a regular file or a folder, without a link in it: a new string; NULL: the text is no
 * absolute path of one. */
char *tb_open_path_real(struct tb_bytes untrusted_path);

/* Whether the path that tb_open_path_real returned is one of a pattern's, whose own beginning may
 * lead over links. `deny`: it is about what is taken away, so that a folder stands for all below
 * it, and a pattern that cannot be read for everything. */
bool tb_open_path_matches(const char *real, struct tb_bytes pattern, bool deny);

/* The kind of the file, as GIO names it, a new string; NULL: it is one that the desktop might run
 * instead of opening it, or nothing can be known of it. */
char *tb_open_path_type(const char *real);
