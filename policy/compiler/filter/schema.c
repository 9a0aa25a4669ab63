/* Schemas of commands: what `args` may be. */
#include "policy/compiler/filter/parts.h"
#include "policy/compiler/policy.h"

#include <stdlib.h>

enum { COMPILED_MAX = 4 * 1024 * 1024, MIN_MAX_TYPES = TB_VALUE_INT | TB_VALUE_REAL };

/* The keys of a field; NULL where absent. */
struct keys {
    const struct tb_value *type;
    const struct tb_value *required;
    const struct tb_value *min;
    const struct tb_value *max;
    const struct tb_value *pattern;
    const struct tb_value *one_of;
    const struct tb_value *items;
    const struct tb_value *fields;
    const struct tb_value *more;
};

static bool refuse(struct tb_filter_compiler *compiler, const struct tb_value *value,
                   const char *wrong)
{
    tb_report_error(compiler->report, "value", value->place, "%s", wrong);
    return false;
}

static bool is_true(const struct tb_value *value)
{
    return value && value->boolean;
}

static bool has_type(const struct keys *keys, const char *name)
{
    if (!keys->type)
        return false;
    if (keys->type->type == TB_VALUE_STRING)
        return tb_bytes_are(keys->type->string, name);
    return tb_value_holds(keys->type, tb_bytes_of_string(name));
}

/* A key that would never be looked at, since its type is not named, is a mistake. */
static bool check_types(struct tb_filter_compiler *compiler, const struct keys *keys)
{
    const struct {
        const struct tb_value *key;
        const char *type;
        const char *wrong;
    } needs[] = {
        {keys->pattern, "string", "`pattern` is for strings: write `type = \"string\"`"},
        {keys->items, "array", "`items` is for arrays: write `type = \"array\"`"},
        {keys->fields, "object", "`fields` is for objects: write `type = \"object\"`"},
        {keys->more, "object", "`more` is for objects: write `type = \"object\"`"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(needs); i++)
        if (needs[i].key && !has_type(keys, needs[i].type))
            return refuse(compiler, needs[i].key, needs[i].wrong);
    if (keys->more && !keys->fields)
        return refuse(compiler, keys->more,
                      "`more` goes with `fields`: an object without `fields` may hold anything");
    return true;
}

/* min and max are of numbers only, or else of lengths. */
static bool check_range(struct tb_filter_compiler *compiler, const struct keys *keys)
{
    bool number = has_type(keys, "number") || has_type(keys, "integer");
    bool length = has_type(keys, "string") || has_type(keys, "bytes") || has_type(keys, "array") ||
                  has_type(keys, "object");
    const struct tb_value *some = keys->min ? keys->min : keys->max;
    if (some && !number && !length)
        return refuse(compiler, some,
                      "`min` and `max` are of numbers, or of the length of strings, bytes, arrays "
                      "and objects: name the type");
    return tb_filter_check_range(compiler, keys->min, keys->max, number ? "a number" : "a length",
                                 !number);
}

static bool pack_field(struct tb_filter_compiler *compiler, const struct tb_value *map,
                       unsigned depth);

static int by_key(const void *a, const void *b)
{
    const struct tb_value *const *x = a;
    const struct tb_value *const *y = b;
    return tb_bytes_compare((*x)->key, (*y)->key);
}

/* Sorted, as the broker looks for them. */
static bool pack_fields(struct tb_filter_compiler *compiler, const struct tb_value *map,
                        unsigned depth)
{
    const struct tb_value *sorted[TB_SCHEMA_FIELDS_MAX];
    size_t n = 0;
    bool ok = true;
    if (map->n > TB_SCHEMA_FIELDS_MAX)
        return refuse(compiler, map, "more than 64 fields in one object");
    for (const struct tb_value *child = map->child; child; child = child->next)
        sorted[n++] = child;
    if (n > 1)
        qsort(sorted, n, sizeof sorted[0], by_key);
    tb_pack_map(&compiler->packer, n);
    for (size_t i = 0; i < n; i++) {
        tb_pack_str(&compiler->packer, sorted[i]->key);
        ok = pack_field(compiler, sorted[i], depth) && ok;
    }
    return ok;
}

/* The keys that have a part of their own; those of numbers and flags are written by pack_field. */
static bool pack_parts(struct tb_filter_compiler *compiler, const struct keys *keys, unsigned depth)
{
    struct tb_packer *packer = &compiler->packer;
    bool ok = true;
    if (keys->pattern) {
        tb_pack_key(packer, "pattern");
        ok = tb_filter_pack_regex(compiler, keys->pattern) && ok;
    }
    if (keys->one_of) {
        tb_pack_key(packer, "one_of");
        ok = tb_filter_pack_one_of(compiler, keys->one_of) && ok;
    }
    if (keys->items) {
        tb_pack_key(packer, "items");
        ok = pack_field(compiler, keys->items, depth + 1) && ok;
    }
    if (keys->fields) {
        tb_pack_key(packer, "fields");
        ok = pack_fields(compiler, keys->fields, depth + 1) && ok;
    }
    return ok;
}

static bool pack_keys(struct tb_filter_compiler *compiler, const struct keys *keys, unsigned depth)
{
    struct tb_packer *packer = &compiler->packer;
    size_t n = 3 + (size_t)(keys->min != NULL) + (keys->max != NULL) + (keys->pattern != NULL) +
               (keys->one_of != NULL) + (keys->items != NULL) + (keys->fields != NULL);
    tb_pack_map(packer, n);
    tb_pack_key(packer, "types");
    if (!keys->type)
        tb_pack_uint(packer, TB_TYPES_ALL);
    else if (!tb_filter_pack_types(compiler, keys->type))
        return false;
    tb_pack_key_bool(packer, "required", is_true(keys->required));
    tb_pack_key_bool(packer, "more", is_true(keys->more));
    tb_filter_pack_number(compiler, "min", keys->min);
    tb_filter_pack_number(compiler, "max", keys->max);
    return pack_parts(compiler, keys, depth);
}

static bool pack_field(struct tb_filter_compiler *compiler, const struct tb_value *map,
                       unsigned depth)
{
    struct keys keys;
    const struct tb_want wants[] = {
        {"type", TB_VALUE_STRING | TB_VALUE_LIST, &keys.type, false},
        {"required", TB_VALUE_BOOL, &keys.required, false},
        {"min", MIN_MAX_TYPES, &keys.min, false},
        {"max", MIN_MAX_TYPES, &keys.max, false},
        {"pattern", TB_VALUE_STRING, &keys.pattern, false},
        {"one_of", TB_VALUE_LIST, &keys.one_of, false},
        {"items", TB_VALUE_MAP, &keys.items, false},
        {"fields", TB_VALUE_MAP, &keys.fields, false},
        {"more", TB_VALUE_BOOL, &keys.more, false},
    };
    if (map->type != TB_VALUE_MAP)
        return refuse(compiler, map,
                      "what an argument may be is a table, such as { type = \"string\" }");
    if (depth > TB_SCHEMA_DEPTH_MAX)
        return refuse(compiler, map, "fields and items more than 8 deep");
    return tb_value_fields(compiler->report, map, "the schema of an argument", wants,
                           TB_ARRAY_LEN(wants), TB_UNKNOWN_ERROR) &&
           check_types(compiler, &keys) && check_range(compiler, &keys) &&
           pack_keys(compiler, &keys, depth);
}

static bool pack_schema(struct tb_filter_compiler *compiler, const struct tb_value *map)
{
    const struct tb_value *args;
    const struct tb_value *more;
    const struct tb_value *raw_max;
    const struct tb_want wants[] = {
        {"args", TB_VALUE_MAP, &args, false},
        {"more", TB_VALUE_BOOL, &more, false},
        {"raw_max", TB_VALUE_INT, &raw_max, false},
    };
    if (!tb_value_fields(compiler->report, map, "`schema`", wants, TB_ARRAY_LEN(wants),
                         TB_UNKNOWN_ERROR))
        return false;
    if (raw_max && raw_max->integer < 0)
        return refuse(compiler, raw_max, "`raw_max` is a number of bytes, from 0");
    tb_pack_map(&compiler->packer, 4u + (raw_max != NULL));
    tb_pack_key_text(&compiler->packer, "file", map->place.file);
    tb_pack_key_uint(&compiler->packer, "line", map->place.line);
    /* Without `args` nothing is said of them; an empty table takes none. */
    tb_pack_key_bool(&compiler->packer, "more", args ? is_true(more) : true);
    tb_filter_pack_number(compiler, "raw_max", raw_max);
    tb_pack_key(&compiler->packer, "args");
    if (args)
        return pack_fields(compiler, args, 1);
    tb_pack_map(&compiler->packer, 0);
    return true;
}

bool tb_schema_compile(struct tb_report *report, const struct tb_value *map,
                       struct tb_bytes *ret_compiled)
{
    struct tb_filter_compiler compiler = {.report = report};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer buffer;
    tb_buffer_init(&buffer, COMPILED_MAX);
    tb_packer_init(&compiler.packer, &buffer);
    if (!pack_schema(&compiler, map))
        return false;
    if (compiler.packer.failed)
        return refuse(&compiler, map, "compiled it would be larger than 4 MiB: write less");
    *ret_compiled = tb_arena_copy(report->arena, tb_buffer_bytes(&buffer));
    return true;
}
