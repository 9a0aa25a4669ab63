/*
 * The file of an app's remembered answers, in its state folder: read and replaced by each running
 * instance's supervisor and by `trollbridge grants`, never by anybody who a peer speaks to.
 *
 * It is replaced as a whole: written beside it, put on disk, renamed. Whoever changes it holds the
 * folder's lock from reading to renaming, so that no two take each other's entries away; who only
 * reads needs none.
 */
#pragma once

#include "proto/answers.h"

#include <limits.h>

/* Opens the folder of the file with that absolute path; `make`: makes it first. Returns a new
 * descriptor; -ENOENT: it is not there; or -errno. */
tb_must_check int tb_store_open(const char *path, bool make);

/* TB_OK; TB_AGAIN: somebody else holds it, and `wait` is false; or -errno. */
tb_must_check int tb_store_lock(int folder, bool wait);
void tb_store_unlock(int folder);

/* What the file holds, nothing if it is not there. TB_OK; TB_MALFORMED or TB_TOO_LARGE: it is no
 * such file, cut off, or not a plain file that its owner alone can write; or -errno. */
tb_must_check int tb_store_load(int folder, struct tb_answers *ret_answers);
/* Puts the answers in the place of what is there. 0 or -errno: what was there still is. */
tb_must_check int tb_store_save(int folder, const struct tb_answers *answers);
