/* What is wrong with the app's files, as the programs of the tree say it on their standard error:
 * shown in the terminal as it comes, and in the pages once it is known to be all. */
#pragma once

#include "base/compiler.h"
#include "dev/errors.h"
#include "dev/loop.h"

struct dev;
struct dev_page;

struct dev_problems {
    struct dev_errors errors;
    struct dev_watch pipe; /* the end that is read */
    int writer;            /* the tree's standard error */
    int own;               /* ours, while it is diverted; -1: it is not */
    bool shown;            /* the pages have some */
};

/* 0 or -errno. */
tb_must_check int dev_problems_init(struct dev *dev);
void dev_problems_deinit(struct dev *dev);

/* What is started in between has the pipe as its standard error. */
void dev_problems_divert(struct dev_problems *problems);
void dev_problems_restore(struct dev_problems *problems);

/* Something that this program finds wrong with them, in the same way. Returns `status`. */
tb_printf(4, 5) int dev_problem(struct dev *dev, int status, const char *code, const char *format,
                                ...);

/* The files are read anew: what was known of them is forgotten. */
void dev_problems_clear(struct dev_problems *problems);
/* They have been read: pages show what is wrong with them, or nothing any more. `otherwise` is what
 * to say where nobody has said anything; NULL: nothing is wrong. */
void dev_problems_show(struct dev *dev, const char *otherwise);
/* The same to one that has just come. */
void dev_problems_show_to(struct dev *dev, struct dev_page *page);
