/*
 * The folder that the app's pages lie in. A builder may take it away at any time and put another in
 * its place: nothing of it is held open from one request to the next.
 */
#pragma once

#include "frontend/find.h"

struct dev_frontend {
    int app;    /* the app's folder; -1: there is none yet */
    char *path; /* from there, of names alone */
};

/* Takes that folder of that app. 0 or -errno, of a folder that is not there just now as well. */
tb_must_check int dev_frontend_set(struct dev_frontend *frontend, const char *app,
                                   const char *path);
void dev_frontend_deinit(struct dev_frontend *frontend);

/*
 * The file that the path of a request means. `tries` is the caller's, and has the file's name for
 * `ret_found`. TB_OK; TB_UNKNOWN: there is none; TB_DENIED: a link, or no regular file.
 */
tb_must_check int dev_frontend_find(const struct dev_frontend *frontend, const char *untrusted_path,
                                    struct tb_frontend_path tries[static TB_FRONTEND_TRIES],
                                    struct tb_found *ret_found);
