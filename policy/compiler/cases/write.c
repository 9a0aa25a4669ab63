/* The answer of the job `cases`: the cases with their lines. */
#include "policy/compiler/cases/cases.h"

#include "policy/compiler/check.h"
#include "policy/compiler/data/value_pack.h"

static void pack_case(struct tb_packer *packer, const struct tb_value *map)
{
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "line", map->place.line);
    tb_pack_key(packer, "case");
    tb_value_pack(packer, map);
}

bool tb_cases_write(const struct tb_policy *policy, const struct tb_compiled *compiled,
                    const struct tb_value *cases, struct tb_buffer *out)
{
    struct tb_packer packer;
    if (policy->report->n_errors > 0)
        cases = NULL;
    tb_packer_init(&packer, out);
    tb_pack_map(&packer, 5);
    tb_pack_key_str(&packer, "app", policy->manifest.app);
    tb_pack_key(&packer, "cases");
    tb_pack_array(&packer, cases ? cases->n : 0);
    for (const struct tb_value *map = cases ? cases->child : NULL; map; map = map->next)
        pack_case(&packer, map);
    tb_covers_write(policy, compiled, &packer);
    tb_check_write_findings(policy->report, false, &packer);
    tb_check_write_findings(policy->report, true, &packer);
    return !packer.failed;
}
