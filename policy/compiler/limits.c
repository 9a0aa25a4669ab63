/* What the manifest says of single commands: limits, and what the log records. */
#include "policy/compiler/manifest.h"

#include "proto/limits.h"

static const struct tb_value *value_of(const struct tb_manifest *manifest, struct tb_bytes command,
                                       size_t member)
{
    const struct tb_limit *limit = tb_table_find(&manifest->limit_of, command);
    if (!limit)
        return NULL;
    return member == 0 ? limit->in_flight : limit->deadline_ms;
}

static const struct tb_value *limit_value(const struct tb_manifest *manifest,
                                          struct tb_bytes command, size_t member)
{
    const struct tb_value *value = value_of(manifest, command, member);
    return value ? value : value_of(manifest, tb_bytes_of_string("*"), member);
}

uint32_t tb_manifest_in_flight(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_value *value = limit_value(manifest, command, 0);
    if (!value)
        return TB_POOL_DEFAULT;
    return value->integer == 0 ? TB_POOL_MAX : (uint32_t)value->integer;
}

uint32_t tb_manifest_deadline_ms(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_value *value = limit_value(manifest, command, 1);
    return value ? (uint32_t)value->integer : TB_DEADLINE_DEFAULT_MS;
}

struct tb_bytes tb_manifest_args(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_detail *detail = tb_table_find(&manifest->detail_of, command);
    return detail && detail->audit.n > 0 ? detail->audit : manifest->audit_args;
}
