#include "cli/group.h"

#include <stdlib.h>

void cli_group_add(json_t *groups, json_t *key, json_t *item)
{
    char *text = json_dumps(key, JSON_COMPACT);
    json_t *group = text ? json_object_get(groups, text) : NULL;
    if (text && !group) {
        group = json_array();
        json_object_set_new(groups, text, group);
    }
    json_array_append(group, item);
    free(text);
    json_decref(key);
}
