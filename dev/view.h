/* The app's windows, each of which is a page that a browser may open: under a name of its own,
 * which is what tells them apart. */
#pragma once

#include "dev/request.h"

#include <stdint.h>

struct dev_page;
struct trollbridge_app;

enum { DEV_VIEWS_MAX = 64, DEV_LABEL_MAX = 64, DEV_PATH_MAX = 2048 };

struct dev_view {
    char label[DEV_LABEL_MAX + 1];
    char path[DEV_PATH_MAX]; /* of its page, with a slash before it */
    struct dev_door door;
    uint64_t document;     /* counts them */
    struct dev_page *page; /* that has the view's session; NULL: none */
    bool gone;             /* the manifest has no such window any more */
};

struct dev_views {
    struct dev_view list[DEV_VIEWS_MAX];
    size_t n;
};

/* Those of the manifest: views that were there keep their doors. False: there are too many, or an
 * address is too long. */
tb_must_check bool dev_views_update(struct dev_views *views, const struct trollbridge_app *app,
                                    unsigned port);

/* NULL: none has that name. */
struct dev_view *dev_views_find(struct dev_views *views, struct tb_bytes untrusted_host);

/* Prints how to open each: a line of label and address. */
void dev_views_print(const struct dev_views *views);
