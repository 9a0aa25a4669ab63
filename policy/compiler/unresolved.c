#include "policy/compiler/unresolved.h"

#include "policy/compiler/capability.h"
#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/identifier.h"

/* The entry, if its plugin is not known. */
static bool read_unresolved(struct tb_policy *policy, const struct tb_value *item,
                            struct tb_entry *ret_entry)
{
    struct tb_report silent = {.arena = policy->arena, .silent = true};
    struct tb_identifier identifier;
    struct tb_entry entry;
    if (!tb_entry_read(&silent, item, &entry) ||
        tb_identifier_parse(entry.identifier, &identifier) != NULL ||
        !tb_table_find(&policy->missing, identifier.key))
        return false;
    *ret_entry = entry;
    return true;
}

static size_t count(struct tb_policy *policy, const struct tb_capability *source)
{
    struct tb_entry entry;
    size_t n = 0;
    for (const struct tb_value *item = source->permissions->child; item; item = item->next)
        n += read_unresolved(policy, item, &entry);
    return n;
}

static void pack_entry(struct tb_packer *packer, const struct tb_entry *entry)
{
    tb_pack_map(packer, 5);
    tb_pack_key_str(packer, "entry", entry->identifier);
    tb_value_pack_list(packer, "allow", entry->allow);
    tb_value_pack_list(packer, "deny", entry->deny);
    tb_pack_key_text(packer, "file", entry->place.file);
    tb_pack_key_uint(packer, "line", entry->place.line);
}

static void pack_capability(struct tb_policy *policy, const struct tb_capability *source, size_t n,
                            struct tb_packer *packer)
{
    struct tb_entry entry;
    tb_pack_map(packer, 5);
    tb_value_pack_list(packer, "windows", source->windows);
    tb_value_pack_list(packer, "webviews", source->webviews);
    tb_pack_key_bool(packer, "local", source->local);
    tb_value_pack_list(packer, "urls", source->urls);
    tb_pack_key(packer, "entries");
    tb_pack_array(packer, n);
    for (const struct tb_value *item = source->permissions->child; item; item = item->next)
        if (read_unresolved(policy, item, &entry))
            pack_entry(packer, &entry);
}

void tb_unresolved_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                         struct tb_packer *packer)
{
    size_t n = 0;
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        n += count(policy, compiled->capabilities[i].source) > 0;
    tb_pack_key(packer, "unresolved");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < compiled->n_capabilities && !packer->failed; i++) {
        const struct tb_capability *source = compiled->capabilities[i].source;
        size_t n_entries = count(policy, source);
        if (n_entries > 0)
            pack_capability(policy, source, n_entries, packer);
    }
}
