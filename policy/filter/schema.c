/* Reads a schema; schema_check.c checks args by it. */
#include "policy/filter/schema.h"

#include "base/result.h"

#include <errno.h>

static int read_field(const msgpack_object *map, msgpack_zone *zone, unsigned depth,
                      struct tb_filter_field *ret_field);

static int read_fields(const msgpack_object *map, msgpack_zone *zone, unsigned depth,
                       struct tb_filter_object *object)
{
    uint32_t n = map->via.map.size;
    struct tb_filter_field *fields = tb_filter_get(zone, n, sizeof *fields);
    if (!fields)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        int r = read_field(&map->via.map.ptr[i].val, zone, depth + 1, &fields[i]);
        if (r != TB_OK)
            return r;
        fields[i].name = tb_object_bytes(&map->via.map.ptr[i].key);
        if (i > 0 && tb_bytes_compare(fields[i - 1].name, fields[i].name) >= 0)
            return TB_MALFORMED;
    }
    object->fields = fields;
    object->n = n;
    return TB_OK;
}

static int read_items(const msgpack_object *map, msgpack_zone *zone, unsigned depth,
                      struct tb_filter_field *field)
{
    struct tb_filter_field *items = tb_filter_get(zone, 1, sizeof *items);
    int r = items ? read_field(map, zone, depth + 1, items) : -ENOMEM;
    field->items = items;
    return r;
}

static int read_field(const msgpack_object *map, msgpack_zone *zone, unsigned depth,
                      struct tb_filter_field *ret_field)
{
    struct tb_filter_field field = {0};
    uint64_t types;
    bool has; /* NULL says it too */
    const msgpack_object *pattern = NULL;
    const msgpack_object *items = NULL;
    const msgpack_object *fields = NULL;
    const struct tb_field wants[] = {
        {"types", TB_UINT, &types, TB_TYPES_ALL, NULL},
        {"required", TB_BOOL, &field.required, 0, NULL},
        {"min", TB_ANY, &field.range.min, 0, &has},
        {"max", TB_ANY, &field.range.max, 0, &has},
        {"pattern", TB_MAP, &pattern, 0, &has},
        {"one_of", TB_ARRAY, &field.one_of, 0, &has},
        {"items", TB_MAP, &items, 0, &has},
        {"fields", TB_MAP, &fields, TB_SCHEMA_FIELDS_MAX, &field.has_object},
        {"more", TB_BOOL, &field.object.more, 0, &has},
    };
    if (depth > TB_SCHEMA_DEPTH_MAX || tb_map_read(map, wants, TB_ARRAY_LEN(wants)) != TB_OK ||
        !tb_filter_range_valid(&field.range))
        return TB_MALFORMED;
    field.types = (uint32_t)types;
    field.has_pattern = pattern != NULL;
    int r = pattern ? tb_dfa_read(pattern, &field.pattern) : TB_OK;
    if (r == TB_OK && items)
        r = read_items(items, zone, depth, &field);
    if (r == TB_OK && fields)
        r = read_fields(fields, zone, depth, &field.object);
    if (r == TB_OK)
        *ret_field = field;
    return r;
}

int tb_filter_schema_read(const msgpack_object *object, msgpack_zone *zone,
                          struct tb_filter_schema *ret_schema)
{
    struct tb_filter_schema schema = {0};
    const msgpack_object *args;
    uint64_t line;
    const struct tb_field wants[] = {
        {"file", TB_STR, &schema.file, 0, NULL},
        {"line", TB_UINT, &line, UINT32_MAX, NULL},
        {"args", TB_MAP, &args, TB_SCHEMA_FIELDS_MAX, NULL},
        {"more", TB_BOOL, &schema.args.more, 0, NULL},
        {"raw_max", TB_UINT, &schema.raw_max, 0, &schema.has_raw_max},
    };
    if (tb_map_read(object, wants, TB_ARRAY_LEN(wants)) != TB_OK)
        return TB_MALFORMED;
    schema.line = (uint32_t)line;
    int r = read_fields(args, zone, 0, &schema.args);
    if (r == TB_OK)
        *ret_schema = schema;
    return r;
}
