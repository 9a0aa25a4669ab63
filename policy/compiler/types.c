#include "policy/compiler/types.h"

#include "policy/compiler/data/source.h"

enum { TYPES_MAX = 256 * 1024 };

#define TYPES_FILE "commands.d.ts"

struct tb_bytes tb_types_read(struct tb_policy *policy, int dir, const char *shown)
{
    struct tb_bytes text;
    struct tb_place place = {
        tb_arena_format(policy->arena, "%s%s" TYPES_FILE, shown, shown[0] ? "/" : ""), 0};
    if (!policy->inputs->types || !tb_source_exists(dir, TYPES_FILE) ||
        !tb_source_read(policy->report, dir, TYPES_FILE, place.file, &text))
        return (struct tb_bytes){0};
    if (text.n > TYPES_MAX)
        tb_report_error(policy->report, "too-large", place,
                        "types are at most 256 KiB: say what the commands take and answer");
    else if (!tb_utf8_valid(text) || memchr(text.data, 0, text.n))
        tb_report_error(policy->report, "syntax", place, "types are text in UTF-8");
    else
        return text;
    return (struct tb_bytes){0};
}
