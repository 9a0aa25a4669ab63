/* TypeScript bindings for what a report of `check --views --types` grants. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct types_wish {
    const json_t *report;
    const char *view; /* whose they are; NULL: all views' */
};

/* Writes the file. False after telling what is wrong with a plugin's types. */
bool types_write(const struct types_wish *wish, FILE *out);
