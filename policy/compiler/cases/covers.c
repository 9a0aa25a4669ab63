/* What the cases of an app can cover: all that its policy decides by. */
#include "policy/compiler/cases/cases.h"

#include "policy/compiler/command_pattern.h"
#include "proto/pack.h"

struct list {
    struct tb_packer *packer; /* NULL: they are only counted */
    size_t n;
};

static void add(struct list *list, const char *kind, struct tb_bytes name, struct tb_place place)
{
    list->n++;
    if (!list->packer)
        return;
    tb_pack_map(list->packer, 4);
    tb_pack_key_text(list->packer, "kind", kind);
    tb_pack_key_str(list->packer, "name", name);
    tb_pack_key_text(list->packer, "file", place.file ? place.file : "");
    tb_pack_key_uint(list->packer, "line", place.line);
}

/* A case makes one call at a time, and is answered at once: it meets what is counted by the second,
 * and neither calls in flight nor a deadline. */
static bool can_be_met(const struct tb_limit *limit)
{
    static const enum tb_limit_key keys[] = {TB_LIMIT_CALLS_PER_S, TB_LIMIT_BYTES_IN,
                                             TB_LIMIT_BYTES_OUT};
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++)
        if (limit->values[keys[i]] && limit->values[keys[i]]->integer > 0)
            return true;
    return false;
}

static void add_limits(struct list *list, const struct tb_manifest *manifest)
{
    for (const struct tb_limit *limit = manifest->limits; limit; limit = limit->next)
        if (can_be_met(limit))
            add(list, "limit", limit->command, limit->place);
}

static void add_details(struct list *list, const struct tb_manifest *manifest)
{
    for (const struct tb_detail *detail = manifest->details; detail; detail = detail->next) {
        if (detail->schema)
            add(list, "schema", detail->command, detail->place);
        if (detail->tripwire)
            add(list, "tripwire", detail->command, detail->place);
        if (detail->ask)
            add(list, "ask", detail->command, detail->place);
    }
}

static bool hooked(const struct tb_hook *hook, struct tb_bytes command)
{
    if (!hook->commands)
        return hook->file.n > 0;
    for (const struct tb_value *item = hook->commands->child; item; item = item->next)
        if (tb_command_pattern_matches(item->string, command))
            return true;
    return false;
}

/* A tripwire ends the session before anything else is asked of the call. */
static bool is_tripwire(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_detail *detail = tb_table_find(&manifest->detail_of, command);
    return detail && detail->tripwire;
}

static void add_commands(struct list *list, const struct tb_manifest *manifest,
                         const struct tb_compiled *compiled)
{
    static const struct tb_place nowhere = {NULL, 0};
    for (size_t i = 0; i < compiled->n_commands; i++) {
        struct tb_bytes name = compiled->commands[i].name;
        if (is_tripwire(manifest, name))
            continue;
        add(list, "command", name, nowhere);
        if (hooked(&manifest->hook, name))
            add(list, "hook", name, manifest->hook.place);
    }
}

static void add_all(struct list *list, const struct tb_policy *policy,
                    const struct tb_compiled *compiled)
{
    const struct tb_manifest *manifest = &policy->manifest;
    for (size_t i = 0; i < manifest->n_rules; i++) {
        const struct tb_rule_source *rule = &manifest->rules[i];
        add(list, "rule", tb_value_text(rule->command), rule->place);
    }
    add_limits(list, manifest);
    add_details(list, manifest);
    add_commands(list, manifest, compiled);
}

void tb_covers_write(const struct tb_policy *policy, const struct tb_compiled *compiled,
                     struct tb_packer *packer)
{
    struct list counted = {.packer = NULL};
    struct list packed = {.packer = packer};
    add_all(&counted, policy, compiled);
    tb_pack_key(packer, "covers");
    tb_pack_array(packer, counted.n);
    add_all(&packed, policy, compiled);
}
