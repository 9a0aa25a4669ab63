/* The templates in share/trollbridge/templates: texts with marks in them. Failures are told on
 * stderr. */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

enum { NEW_NAME_MAX = 64 };

struct new_mark {
    const char *mark; /* begins with `@` */
    const char *text;
};

struct new_template {
    const char *name; /* of its folder */
    const struct new_mark *marks;
    size_t n_marks;
};

/* The name of what is made: that of its folder. `what` is for the error. An exit status. */
tb_must_check int new_template_name(const char *folder, const char *what,
                                    char ret_name[static NEW_NAME_MAX + 1]);

/* Writes the template's file `from` as `to` below the folder, with its marks replaced. An exit
 * status. */
tb_must_check int new_template_write(const struct new_template *template, int folder,
                                     const char *from, const char *to);
