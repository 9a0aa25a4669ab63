/* What the driver prints. */
#pragma once

#include <jansson.h>

/* Prints one line of JSON and takes the reference. */
void view_say(json_t *line);
