/* What differs between two reports of the job `check` that speak of the same views. No file is read
 * and nothing is matched here: it compares texts. */
#pragma once

#include <jansson.h>

/* Appends to arrays of objects, each with `kind`: mode, app, view, command, denial, scope, filter,
 * limit, tripwire, sandbox, program, unknown. trollbridge-policy(1) has what they hold. */
struct policy_changes {
    json_t *gives;
    json_t *takes;
    json_t *risk;     /* {"view", "context", "before", "after"} */
    json_t *warnings; /* that the old one does not have */
};

struct policy_changes policy_compare(const json_t *before, const json_t *after);
void policy_changes_deinit(struct policy_changes *changes);
