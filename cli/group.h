/* Items that say the same under one head, in the order in which each was first said. */
#pragma once

#include <jansson.h>

/* Adds the item to those of the same key in `groups`, an object of arrays; takes the key over,
 * which may be any value. */
void cli_group_add(json_t *groups, json_t *key, json_t *item);
