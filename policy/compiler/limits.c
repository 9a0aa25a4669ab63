/* What the manifest says of single commands: limits, and what the log records. */
#include "policy/compiler/manifest.h"

#include "proto/limits.h"

static const struct tb_value *limit_value(const struct tb_manifest *manifest,
                                          struct tb_bytes command, size_t member)
{
    const struct tb_value *of_all = NULL;
    for (const struct tb_limit *limit = manifest->limits; limit; limit = limit->next) {
        const struct tb_value *value = member == 0 ? limit->in_flight : limit->deadline_ms;
        if (value && tb_bytes_equal(limit->command, command))
            return value;
        if (value && tb_bytes_are(limit->command, "*"))
            of_all = value;
    }
    return of_all;
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
    for (const struct tb_detail *detail = manifest->details; detail; detail = detail->next)
        if (detail->audit.n > 0 && tb_bytes_equal(detail->command, command))
            return detail->audit;
    return manifest->audit_args;
}
