#include "policy/grant_filters.h"

#include "policy/filter/zone.h"

#include <errno.h>

int tb_grant_rules_read(struct tb_grant *grant, const msgpack_object *array)
{
    msgpack_zone *zone = &grant->unpacker.zone;
    uint32_t n = array->via.array.size;
    struct tb_filter_rule *rules = tb_filter_get(zone, n, sizeof *rules);
    int r = rules ? TB_OK : -ENOMEM;
    for (uint32_t i = 0; i < n && r == TB_OK; i++)
        r = tb_filter_rule_read(&array->via.array.ptr[i], zone, &rules[i]);
    if (r != TB_OK)
        return r;
    grant->rules = rules;
    grant->n_rules = n;
    return TB_OK;
}

int tb_grant_indexes_read(struct tb_grant *grant, const msgpack_object *array,
                          struct tb_grant_command *command)
{
    uint32_t n = array->via.array.size;
    uint32_t *indexes = tb_filter_get(&grant->unpacker.zone, n, sizeof *indexes);
    if (!indexes)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *index = &array->via.array.ptr[i];
        if (index->type != MSGPACK_OBJECT_POSITIVE_INTEGER || index->via.u64 >= grant->n_rules ||
            (i > 0 && index->via.u64 <= indexes[i - 1]))
            return TB_MALFORMED;
        indexes[i] = (uint32_t)index->via.u64;
    }
    command->rules = indexes;
    command->n_rules = n;
    return TB_OK;
}

int tb_grant_schema_read(struct tb_grant *grant, const msgpack_object *object,
                         struct tb_grant_command *command)
{
    msgpack_zone *zone = &grant->unpacker.zone;
    struct tb_filter_schema *schema = tb_filter_get(zone, 1, sizeof *schema);
    int r = schema ? tb_filter_schema_read(object, zone, schema) : -ENOMEM;
    if (r == TB_OK)
        command->schema = schema;
    return r;
}
