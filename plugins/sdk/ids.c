#include "base/result.h"
#include "plugins/sdk/session.h"

#include <stdlib.h>
#include <sys/random.h>

struct slot {
    uint64_t id; /* 0: free */
    void *thing;
};

/* Open addressing by the random part of the ids, never more than half full. */
struct tb_ids {
    struct tb_ids *next; /* of the session's */
    struct tb_session *session;
    void (*end)(void *thing);
    size_t n;
    size_t most;
    size_t mask; /* number of slots, less 1 */
    struct slot slots[];
};

struct tb_ids *tb_ids_new(struct tb_session *session, size_t most, void (*end)(void *thing))
{
    size_t n_slots = 2;
    while (n_slots < 2 * most && n_slots <= SIZE_MAX / 4 / sizeof(struct slot))
        n_slots *= 2;
    struct tb_ids *ids =
        n_slots < 2 * most ? NULL : calloc(1, sizeof *ids + n_slots * sizeof *ids->slots);
    if (!ids)
        return NULL;
    ids->next = session->ids;
    ids->session = session;
    ids->end = end;
    ids->most = most;
    ids->mask = n_slots - 1;
    session->ids = ids;
    return ids;
}

/* The slot that holds the id, or the free one where it would be. */
static size_t slot_of(const struct tb_ids *ids, uint64_t id)
{
    size_t at = (size_t)id & ids->mask;
    while (ids->slots[at].id != 0 && ids->slots[at].id != id)
        at = (at + 1) & ids->mask;
    return at;
}

/* Whether any table of the plugin has it: an id names one thing. */
static bool is_known(const struct tb_session *session, uint64_t id)
{
    for (const struct tb_ids *ids = session->ids; ids; ids = ids->next)
        if (ids->slots[slot_of(ids, id)].id == id)
            return true;
    return false;
}

uint64_t tb_ids_add(struct tb_ids *ids, void *thing)
{
    if (ids->n == ids->most || !thing)
        return 0;
    uint64_t id;
    do {
        uint32_t random;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return 0;
        id = ids->session->init.ids + random;
    } while (is_known(ids->session, id));
    ids->slots[slot_of(ids, id)] = (struct slot){id, thing};
    ids->n++;
    return id;
}

void *tb_ids_find(const struct tb_ids *ids, uint64_t id)
{
    return id == 0 ? NULL : ids->slots[slot_of(ids, id)].thing;
}

/* Those behind it move up, so that none is cut off from where its search begins. */
static void empty(struct tb_ids *ids, size_t hole)
{
    for (size_t at = (hole + 1) & ids->mask; ids->slots[at].id != 0; at = (at + 1) & ids->mask) {
        size_t home = (size_t)ids->slots[at].id & ids->mask;
        if (((at - home) & ids->mask) < ((at - hole) & ids->mask))
            continue;
        ids->slots[hole] = ids->slots[at];
        hole = at;
    }
    ids->slots[hole] = (struct slot){0};
    ids->n--;
}

void *tb_ids_remove(struct tb_ids *ids, uint64_t id)
{
    void *thing = tb_ids_find(ids, id);
    if (thing)
        empty(ids, slot_of(ids, id));
    return thing;
}

void tb_ids_end_all(struct tb_session *session)
{
    while (session->ids) {
        struct tb_ids *ids = session->ids;
        for (size_t i = 0; i <= ids->mask; i++)
            if (ids->slots[i].id != 0 && ids->end)
                ids->end(ids->slots[i].thing);
        session->ids = ids->next;
        free(ids);
    }
}

static void unknown(struct tb_call *call, struct tb_args args, const char *key)
{
    tb_reply_error(call, TB_CODE_NOT_FOUND, 0, "%s%s%s: there is no such id",
                   args.name ? args.name : "", args.name ? "." : "", key);
}

bool tb_arg_id(struct tb_call *call, struct tb_args args, const char *key, const struct tb_ids *ids,
               void **ret_thing)
{
    uint64_t id;
    if (!tb_arg_uint(call, args, key, TB_REQUIRED, UINT64_MAX, &id))
        return false;
    void *thing = tb_ids_find(ids, id);
    if (thing)
        *ret_thing = thing;
    else
        unknown(call, args, key);
    return thing != NULL;
}

void tb_ids_close(struct tb_call *call)
{
    uint64_t id;
    if (!tb_arg_uint(call, call->args, "rid", TB_REQUIRED, UINT64_MAX, &id))
        return;
    for (struct tb_ids *ids = call->init->session->ids; ids; ids = ids->next) {
        void *thing = tb_ids_remove(ids, id);
        if (!thing)
            continue;
        if (ids->end)
            ids->end(thing);
        tb_reply_nil(call);
        return;
    }
    unknown(call, call->args, "rid");
}
