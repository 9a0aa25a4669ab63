/*
 * How a role of the tree begins: its command line says in which namespaces it was started and which
 * layers the app requires; it enters its sandbox and writes the report of it to a descriptor, which
 * is closed.
 */
#pragma once

#include "sandbox/enter.h"

struct tb_start {
    const struct tb_role *role;
    const char *namespaces; /* names separated by commas, as tb_layers_names writes them */
    const char *require;    /* the same */
    const int *keep;        /* descriptors that stay open */
    size_t n_keep;
    const struct tb_landlock_rule *rules;
    size_t n_rules;
    enum tb_root root;
    int report_fd; /* -1: nobody wants it */
};

/* TB_OK; TB_DENIED or TB_MALFORMED: the program has to end with status 4. A refusal is said on
 * stderr. */
tb_must_check int tb_start(const struct tb_start *start);
