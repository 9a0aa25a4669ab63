/* Rules and schemas in the form in which the broker applies them. */
#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/manifest.h"

#include "policy/grant.h"

static struct tb_bytes compile(struct tb_policy *policy, const struct tb_value *table)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_GRANT_MAX);
    tb_packer_init(&packer, &out);
    tb_value_pack(&packer, table);
    return tb_arena_copy(policy->arena, tb_buffer_bytes(&out));
}

void tb_filters_compile(struct tb_policy *policy)
{
    for (struct tb_rule_table *rule = policy->manifest.rules; rule; rule = rule->next)
        rule->compiled = compile(policy, rule->table);
    for (struct tb_detail *detail = policy->manifest.details; detail; detail = detail->next)
        if (detail->schema)
            detail->compiled = compile(policy, detail->schema);
}
