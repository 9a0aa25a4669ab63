#include "base/escape.h"
#include "base/result.h"
#include "policy/filter/schema.h"
#include "proto/limits.h"

#include <stdarg.h>
#include <stdio.h>

/* Where in the args the check is: keys, or places in arrays. */
struct step {
    struct tb_bytes key;
    uint32_t index;
    bool element;
};

struct check {
    struct tb_filter_cost cost;
    struct step steps[TB_SCHEMA_DEPTH_MAX + 1];
    size_t n_steps;
    char *where;
    size_t n_where;
};

static void put(struct check *check, struct tb_bytes text)
{
    size_t left = TB_SCHEMA_WHERE_MAX - 1 - check->n_where;
    size_t n = text.n < left ? text.n : left;
    memcpy(check->where + check->n_where, text.data, n);
    check->n_where += n;
    check->where[check->n_where] = 0;
}

/* A key is the page's own word: shown as what it is, and never all of it. */
static void put_key(struct check *check, struct tb_bytes untrusted_key)
{
    enum { SHOWN = 48 };
    char text[SHOWN];
    put(check, tb_bytes_of(text, tb_escape(untrusted_key, text, sizeof text).n));
}

static void put_step(struct check *check, const struct step *step)
{
    char index[16];
    put(check, tb_bytes_of_string("/"));
    if (!step->element) {
        put_key(check, step->key);
        return;
    }
    (void)snprintf(index, sizeof index, "%u", step->index);
    put(check, tb_bytes_of_string(index));
}

/* The first thing that is wrong; the way there, and why. */
tb_printf(2, 3) static int refuse(struct check *check, const char *format, ...)
{
    char why[TB_SCHEMA_WHERE_MAX];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why, sizeof why, format, list);
    va_end(list);
    check->n_where = 0;
    put(check, tb_bytes_of_string(check->n_steps > 0 ? "the argument " : "the arguments"));
    for (size_t i = 0; i < check->n_steps; i++)
        put_step(check, &check->steps[i]);
    put(check, tb_bytes_of_string(" "));
    put(check, tb_bytes_of_string(why));
    return TB_DENIED;
}

static const char *type_name(const msgpack_object *value)
{
    uint32_t types = tb_filter_types(value);
    for (size_t i = 0; i < TB_ARRAY_LEN(tb_filter_type_names); i++)
        if ((types >> i & 1) != 0 && (types & TB_TYPE_INTEGER) == 0)
            return tb_filter_type_names[i];
    return types ? "integer" : "not a finite number";
}

static int check_object(struct check *check, const struct tb_filter_object *object,
                        const msgpack_object *map);

/* Strings, bytes, arrays and maps have a length, numbers a size; the rest has neither. */
static int check_range(struct check *check, const struct tb_filter_field *field,
                       const msgpack_object *value)
{
    uint64_t n;
    if (tb_filter_length(value, &n))
        return tb_filter_range_has(&field->range, n)
                   ? TB_OK
                   : refuse(check, "is too long or too short: %llu", (unsigned long long)n);
    if ((tb_filter_types(value) & TB_TYPE_NUMBER) != 0 &&
        tb_filter_range_place(&field->range, value) != TB_RANGE_IN)
        return refuse(check, "is out of its range");
    return TB_OK;
}

static int check_value(struct check *check, const struct tb_filter_field *field,
                       const msgpack_object *value);

static int check_items(struct check *check, const struct tb_filter_field *items,
                       const msgpack_object *array)
{
    int r = TB_OK;
    struct step *step = &check->steps[check->n_steps++];
    *step = (struct step){.element = true};
    for (uint32_t i = 0; i < array->via.array.size && r == TB_OK; i++) {
        step->index = i;
        r = check_value(check, items, &array->via.array.ptr[i]);
    }
    check->n_steps -= r == TB_OK;
    return r;
}

static int check_value(struct check *check, const struct tb_filter_field *field,
                       const msgpack_object *value)
{
    if (!tb_filter_pay(&check->cost, 1))
        return TB_TOO_LARGE;
    if ((tb_filter_types(value) & field->types) == 0)
        return refuse(check, "cannot be of the type %s", type_name(value));
    int r = check_range(check, field, value);
    if (r == TB_OK && field->one_of && !tb_filter_among(value, field->one_of, &check->cost))
        r = refuse(check, "is none of the values that it may have");
    if (r == TB_OK && field->has_pattern && value->type == MSGPACK_OBJECT_STR &&
        !tb_dfa_matches(&field->pattern, tb_object_bytes(value), &check->cost))
        r = refuse(check, "does not match its pattern");
    if (r == TB_OK && field->items && value->type == MSGPACK_OBJECT_ARRAY)
        r = check_items(check, field->items, value);
    if (r == TB_OK && field->has_object && value->type == MSGPACK_OBJECT_MAP)
        r = check_object(check, &field->object, value);
    return r;
}

/* Its place among the fields, or their number. */
static size_t find_field(const struct tb_filter_object *object, struct tb_bytes name)
{
    size_t from = 0;
    size_t to = object->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = tb_bytes_compare(object->fields[middle].name, name);
        if (order == 0)
            return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return object->n;
}

/* nil is what a page's `undefined` and `null` become: as if nothing were there, unless the field
 * says otherwise. */
static bool is_absent(const struct tb_filter_field *field, const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_NIL && (field->types & TB_TYPE_NULL) == 0;
}

static int check_entry(struct check *check, const struct tb_filter_object *object,
                       const msgpack_object_kv *entry, uint64_t *seen)
{
    size_t i = find_field(object, tb_object_bytes(&entry->key));
    check->steps[check->n_steps++] = (struct step){.key = tb_object_bytes(&entry->key)};
    int r = TB_OK;
    if (i == object->n) {
        if (!object->more)
            r = refuse(check, "is not one that this command takes");
    } else if (!is_absent(&object->fields[i], &entry->val)) {
        *seen |= UINT64_C(1) << i;
        r = check_value(check, &object->fields[i], &entry->val);
    }
    check->n_steps -= r == TB_OK;
    return r;
}

static int check_object(struct check *check, const struct tb_filter_object *object,
                        const msgpack_object *map)
{
    uint64_t seen = 0;
    if (!tb_filter_pay(&check->cost, (uint64_t)map->via.map.size * 8))
        return TB_TOO_LARGE;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        int r = check_entry(check, object, &map->via.map.ptr[i], &seen);
        if (r != TB_OK)
            return r;
    }
    for (size_t i = 0; i < object->n; i++) {
        if (!object->fields[i].required || (seen >> i & 1) != 0)
            continue;
        check->steps[check->n_steps++] = (struct step){.key = object->fields[i].name};
        return refuse(check, "is missing");
    }
    return TB_OK;
}

static int check_raw(struct check *check, const struct tb_filter_schema *schema, uint64_t n_raw)
{
    if (!schema->has_raw_max || n_raw <= schema->raw_max)
        return TB_OK;
    put(check, tb_bytes_of_string("the body is larger than this command takes"));
    return TB_DENIED;
}

int tb_filter_schema_check(const struct tb_filter_schema *schema, const msgpack_object *args,
                           uint64_t n_raw, char ret_where[static TB_SCHEMA_WHERE_MAX])
{
    struct check check = {.cost = tb_filter_cost_new(), .where = ret_where};
    int r = check_raw(&check, schema, n_raw);
    if (r == TB_OK && args->type != MSGPACK_OBJECT_MAP)
        r = refuse(&check, "are no map");
    else if (r == TB_OK)
        r = check_object(&check, &schema->args, args);
    if (!check.cost.spent)
        return r;
    check.n_where = 0;
    put(&check, tb_bytes_of_string("the arguments are too many to be checked"));
    return TB_TOO_LARGE;
}
