/* What the manifest says of single commands: limits, and what the log records. */
#include "policy/compiler/manifest.h"

#include "proto/limits.h"

enum member { IN_FLIGHT, DEADLINE_MS };

static const struct tb_value *value_of(const struct tb_limit *limit, enum member member)
{
    if (!limit)
        return NULL;
    return member == IN_FLIGHT ? limit->in_flight : limit->deadline_ms;
}

static const struct tb_value *limit_value(const struct tb_manifest *manifest,
                                          struct tb_bytes command, enum member member)
{
    const struct tb_value *own = value_of(tb_table_find(&manifest->limit_of, command), member);
    return own ? own
               : value_of(tb_table_find(&manifest->limit_of, tb_bytes_of_string("*")), member);
}

uint32_t tb_manifest_in_flight(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_value *value = limit_value(manifest, command, IN_FLIGHT);
    if (!value)
        return TB_HANDLES_DEFAULT;
    return value->integer == 0 ? TB_HANDLES_MAX : (uint32_t)value->integer;
}

uint32_t tb_manifest_deadline_ms(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_value *value = limit_value(manifest, command, DEADLINE_MS);
    return value ? (uint32_t)value->integer : TB_DEADLINE_DEFAULT_MS;
}

struct tb_bytes tb_manifest_args(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_detail *detail = tb_table_find(&manifest->detail_of, command);
    return detail && detail->audit.n > 0 ? detail->audit : manifest->audit_args;
}
