/* Entries of capabilities of which the policy compiler could not say what they grant. */
#pragma once

#include "cli/policy_work.h"

/* How many a report has. */
size_t policy_count_unresolved(const json_t *report);

/* What one policy has and the other has not, as items of kind `unresolved`. */
void policy_compare_unresolved(struct policy_work *work);
