/* Inside of policy_compare.h. */
#pragma once

#include "cli/policy_compare.h"

#include <stdbool.h>

struct policy_work {
    const json_t *before;
    const json_t *after;
    json_t *granted;   /* by name: what any view has afterwards */
    bool same_filters; /* the lists that commands name filters and limits by are equal */
    json_t *by_paths;  /* by plugin: its scopes are paths, so that none allows nothing */
    struct policy_changes changes;
};

/* The objects of a list by their `name`. A new reference. */
json_t *policy_by_name(const json_t *list);

void policy_compare_whole(struct policy_work *work);
void policy_compare_plugins(struct policy_work *work); /* sets by_paths */
void policy_compare_warnings(struct policy_work *work);

/* Changes of filters and limits in one view, by what they say. */
struct policy_filters {
    json_t *gives;
    json_t *takes;
};

/* Of a command that both have. */
void policy_compare_filters(const struct policy_work *work, const struct policy_filters *of,
                            const json_t *before, const json_t *after);
void policy_compare_tripwires(struct policy_work *work);
