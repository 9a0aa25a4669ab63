#include "tests/webkit/races/say.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

void say(const char *event, ...)
{
    json_t *json = json_pack("{s:s}", "event", event);
    const char *name;
    va_list members;
    va_start(members, event);
    while ((name = va_arg(members, const char *)) != NULL)
        json_object_set_new(json, name, json_pack("s?", va_arg(members, const char *)));
    va_end(members);
    (void)json_dumpf(json, stdout, JSON_COMPACT);
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
    json_decref(json);
}
