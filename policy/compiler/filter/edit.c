#include "policy/compiler/filter/parts.h"

/* All of args cannot be set or dropped: a command's args are a map, always. */
static bool pack_place(struct tb_filter_compiler *compiler, const struct tb_value *path)
{
    if (path->string.n > 0)
        return tb_filter_pack_pointer(compiler, path, true);
    tb_report_error(compiler->report, "value", path->place,
                    "all arguments at once cannot be changed: name one, such as `/path`");
    return false;
}

bool tb_filter_pack_set(struct tb_filter_compiler *compiler, const struct tb_value *map)
{
    const struct tb_value *path;
    const struct tb_value *value;
    const struct tb_want wants[] = {
        {"path", TB_VALUE_STRING, &path, true},
        {"value", TB_VALUE_ANY, &value, true},
    };
    if (!tb_value_fields(compiler->report, map, "an element of `set`", wants, TB_ARRAY_LEN(wants),
                         TB_UNKNOWN_ERROR))
        return false;
    tb_pack_array(&compiler->packer, 2);
    return pack_place(compiler, path) && tb_filter_pack_constant(compiler, value);
}

bool tb_filter_pack_drop(struct tb_filter_compiler *compiler, const struct tb_value *text)
{
    if (text->type == TB_VALUE_STRING)
        return pack_place(compiler, text);
    tb_report_error(compiler->report, "type", text->place,
                    "an element of `drop` must be a string, such as \"/options/x\", not %s",
                    tb_value_type_name(text->type));
    return false;
}

static void pack_bound(struct tb_filter_compiler *compiler, const struct tb_value *bound)
{
    if (bound)
        tb_filter_pack_number(compiler, NULL, bound);
    else
        tb_pack_nil(&compiler->packer);
}

bool tb_filter_pack_clamp(struct tb_filter_compiler *compiler, const struct tb_value *map)
{
    const struct tb_value *path;
    const struct tb_value *min;
    const struct tb_value *max;
    const struct tb_want wants[] = {
        {"path", TB_VALUE_STRING, &path, true},
        {"min", TB_VALUE_INT | TB_VALUE_REAL, &min, false},
        {"max", TB_VALUE_INT | TB_VALUE_REAL, &max, false},
    };
    if (!tb_value_fields(compiler->report, map, "an element of `clamp`", wants, TB_ARRAY_LEN(wants),
                         TB_UNKNOWN_ERROR))
        return false;
    if (!min && !max) {
        tb_report_error(compiler->report, "value", map->place,
                        "a `clamp` without `min` and `max` changes nothing: give one of them");
        return false;
    }
    tb_pack_array(&compiler->packer, 3);
    if (!pack_place(compiler, path) || !tb_filter_check_range(compiler, min, max, "`clamp`", false))
        return false;
    pack_bound(compiler, min);
    pack_bound(compiler, max);
    return true;
}
