#include "policy/compiler/filters.h"
#include "policy/compiler/explain/work.h"
#include "policy/compiler/manifest.h"

static void append(struct tb_packer *packer, struct tb_bytes value)
{
    packer->failed = packer->failed || !tb_buffer_append(packer->out, value);
}

/* A tripwire that is granted to nobody is one all the same. */
static void pack_without_grant(const struct tb_explain *explain, struct tb_packer *packer)
{
    const struct tb_detail *detail =
        tb_manifest_detail(&explain->policy->manifest, explain->question->command);
    tb_pack_key(packer, "limits");
    tb_pack_nil(packer);
    tb_pack_key(packer, "filters");
    tb_pack_array(packer, detail->tripwire);
    if (detail->tripwire)
        append(packer, tb_filters_tripwire(explain->policy, detail));
}

void tb_explain_pack_filters(const struct tb_explain *explain, struct tb_packer *packer)
{
    const struct tb_snapshot *snapshot = explain->snapshot;
    if (!tb_explain_runs_here(explain)) {
        pack_without_grant(explain, packer);
        return;
    }
    const struct tb_filters filters = tb_filters_of(explain->policy, snapshot);
    size_t index = (size_t)(explain->granted->command - snapshot->commands);
    size_t n;
    const uint32_t *items = tb_filters_at(&filters, explain->policy->arena, snapshot,
                                          &explain->resolved, explain->granted, &n);
    tb_pack_key(packer, "limits");
    append(packer, filters.limits[filters.limits_of[index]]);
    tb_pack_key(packer, "filters");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        append(packer, filters.items[items[i]]);
}
