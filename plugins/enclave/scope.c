#include "plugins/enclave/scope.h"

enum entry_kind { ENTRY_UNKNOWN = 0, ENTRY_KEY, ENTRY_VALUE };

struct entry {
    enum entry_kind kind;
    bool all;                          /* "*" */
    struct tb_fingerprint fingerprint; /* of ENTRY_KEY, unless `all` */
    struct tb_bytes name;              /* of ENTRY_VALUE; without the "*" that is its end */
    bool prefix;
    uint64_t unlock_s; /* 0: says nothing of it */
};

/* ---- reading entries ---- */

static bool read_key(const struct tb_value *map, struct entry *entry)
{
    const struct tb_value *unlock = tb_value_get(map, "unlock_s");
    struct tb_bytes key;
    if (!tb_value_str(tb_value_get(map, "key"), &key) || tb_value_n(map) != 1u + !!unlock)
        return false;
    if (unlock && (!tb_value_uint(unlock, &entry->unlock_s) || entry->unlock_s == 0 ||
                   entry->unlock_s > ENCLAVE_UNLOCK_MOST_S))
        return false;
    entry->all = tb_bytes_are(key, "*");
    return entry->all || tb_fingerprint_read(key, &entry->fingerprint);
}

static bool read_value(const struct tb_value *map, struct entry *entry)
{
    struct tb_bytes name;
    if (!tb_value_str(tb_value_get(map, "vault"), &name) || tb_value_n(map) != 1 || name.n == 0)
        return false;
    const uint8_t *star = memchr(name.data, '*', name.n);
    if (star && star != name.data + name.n - 1)
        return false;
    entry->prefix = star != NULL;
    entry->name = tb_bytes_of(name.data, name.n - entry->prefix);
    return true;
}

static struct entry entry_of(const struct tb_value *value)
{
    struct entry entry = {0};
    if (tb_value_get(value, "key"))
        entry.kind = read_key(value, &entry) ? ENTRY_KEY : ENTRY_UNKNOWN;
    else if (tb_value_get(value, "vault"))
        entry.kind = read_value(value, &entry) ? ENTRY_VALUE : ENTRY_UNKNOWN;
    return entry;
}

/* ---- what is asked of them ---- */

struct question {
    enum entry_kind kind;
    const struct tb_fingerprint *fingerprint; /* NULL: any that there may ever be */
    const struct tb_bytes *name;
};

static bool matches_key(const struct entry *entry, const struct question *question)
{
    return entry->all ||
           (question->fingerprint && tb_bytes_equal(tb_fingerprint_bytes(question->fingerprint),
                                                    tb_fingerprint_bytes(&entry->fingerprint)));
}

static bool matches_name(const struct entry *entry, struct tb_bytes name)
{
    if (!entry->prefix)
        return tb_bytes_equal(entry->name, name);
    return name.n >= entry->name.n &&
           tb_bytes_equal(tb_bytes_of(name.data, entry->name.n), entry->name);
}

static bool matches(const struct entry *entry, const struct question *question)
{
    if (entry->kind != question->kind)
        return false;
    if (entry->kind == ENTRY_KEY)
        return matches_key(entry, question);
    return matches_name(entry, *question->name);
}

static bool denied(const struct tb_plugin_scope *scope, const struct question *question)
{
    for (uint32_t i = 0; i < tb_value_n(scope->deny); i++) {
        struct entry entry = entry_of(tb_value_at(scope->deny, i));
        if (entry.kind == ENTRY_UNKNOWN || matches(&entry, question))
            return true;
    }
    return false;
}

static bool in_scope(const struct tb_plugin_scope *scope, const struct question *question)
{
    if (!scope || denied(scope, question))
        return false;
    for (uint32_t i = 0; i < tb_value_n(scope->allow); i++) {
        struct entry entry = entry_of(tb_value_at(scope->allow, i));
        if (matches(&entry, question))
            return true;
    }
    return false;
}

/* Whether an entry of that kind allows anything; which of it is denied, each use finds out. */
static bool allows_any(const struct tb_plugin_scope *scope, enum entry_kind kind)
{
    for (uint32_t i = 0; scope && i < tb_value_n(scope->allow); i++)
        if (entry_of(tb_value_at(scope->allow, i)).kind == kind)
            return true;
    return false;
}

const struct tb_plugin_scope *enclave_scope_of(const struct tb_call *call)
{
    return call->scope == TB_NO_SCOPE ? NULL : &call->init->scopes[call->scope];
}

bool enclave_scope_has_key(const struct tb_plugin_scope *scope,
                           const struct tb_fingerprint *fingerprint)
{
    return in_scope(scope, &(struct question){.kind = ENTRY_KEY, .fingerprint = fingerprint});
}

bool enclave_scope_has_all_keys(const struct tb_plugin_scope *scope)
{
    return in_scope(scope, &(struct question){.kind = ENTRY_KEY});
}

bool enclave_scope_has_value(const struct tb_plugin_scope *scope, struct tb_bytes name)
{
    return in_scope(scope, &(struct question){.kind = ENTRY_VALUE, .name = &name});
}

/* ---- with a failure ---- */

bool enclave_scope_key(const struct tb_plugin_scope *scope,
                       const struct tb_fingerprint *fingerprint,
                       struct enclave_failure *ret_failure)
{
    if (enclave_scope_has_key(scope, fingerprint))
        return true;
    return enclave_fail(ret_failure, ENCLAVE_SCOPE,
                        "the key %s is not in this command's scope; a capability allows it by "
                        "{ key = \"%s\" }",
                        fingerprint->text, fingerprint->text);
}

bool enclave_scope_all_keys(const struct tb_plugin_scope *scope,
                            struct enclave_failure *ret_failure)
{
    if (enclave_scope_has_all_keys(scope))
        return true;
    return enclave_fail(ret_failure, ENCLAVE_SCOPE,
                        "new keys are for those whose scope has all: { key = \"*\" }");
}

bool enclave_scope_some_key(const struct tb_plugin_scope *scope,
                            struct enclave_failure *ret_failure)
{
    if (allows_any(scope, ENTRY_KEY))
        return true;
    return enclave_fail(ret_failure, ENCLAVE_SCOPE,
                        "no key is in this command's scope; a capability allows one by "
                        "{ key = \"FINGERPRINT\" }, all by { key = \"*\" }");
}

static bool fail_value(struct enclave_failure *ret_failure)
{
    return enclave_fail(ret_failure, ENCLAVE_SCOPE,
                        "the vault's name is not in this command's scope; a capability allows it "
                        "by { vault = \"PREFIX*\" }, all by { vault = \"*\" }");
}

bool enclave_scope_value(const struct tb_plugin_scope *scope, struct tb_bytes name,
                         struct enclave_failure *ret_failure)
{
    return enclave_scope_has_value(scope, name) || fail_value(ret_failure);
}

bool enclave_scope_some_value(const struct tb_plugin_scope *scope,
                              struct enclave_failure *ret_failure)
{
    return allows_any(scope, ENTRY_VALUE) || fail_value(ret_failure);
}

uint32_t enclave_scope_unlock_s(const struct tb_plugin_scope *scope,
                                const struct tb_fingerprint *fingerprint)
{
    const struct question question = {.kind = ENTRY_KEY, .fingerprint = fingerprint};
    uint32_t least = 0;
    for (uint32_t i = 0; scope && i < tb_value_n(scope->allow); i++) {
        struct entry entry = entry_of(tb_value_at(scope->allow, i));
        if (entry.unlock_s != 0 && matches(&entry, &question) &&
            (least == 0 || entry.unlock_s < least))
            least = (uint32_t)entry.unlock_s;
    }
    return least != 0 ? least : ENCLAVE_UNLOCK_DEFAULT_S;
}
