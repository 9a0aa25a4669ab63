#include "policy/compiler/merge.h"

#include "policy/compiler/data/table.h"

/* The members of a map while it is merged, in their order; NULL: taken out. */
struct members {
    struct tb_arena *arena;
    struct tb_value **items;
    size_t n;
    struct tb_table places; /* by key */
};

static void set(struct members *members, struct tb_value *value)
{
    struct tb_value **place = tb_table_find(&members->places, value->key);
    if (!place)
        place = &members->items[members->n++];
    *place = value;
    tb_table_put(members->arena, &members->places, value->key, place);
}

static void patch_member(struct members *members, struct tb_value *patch)
{
    struct tb_value **place = tb_table_find(&members->places, patch->key);
    if (patch->type != TB_VALUE_NULL)
        set(members, tb_value_merge(members->arena, place ? *place : NULL, patch));
    else if (place)
        *place = NULL;
}

static void relink(struct tb_value *map, const struct members *members)
{
    map->child = NULL;
    map->last = NULL;
    map->n = 0;
    for (size_t i = 0; i < members->n; i++) {
        struct tb_value *item = members->items[i];
        if (!item)
            continue;
        *(map->last ? &map->last->next : &map->child) = item;
        map->last = item;
        map->n++;
    }
    if (map->last)
        map->last->next = NULL;
}

struct tb_value *tb_value_merge(struct tb_arena *arena, struct tb_value *target,
                                struct tb_value *patch)
{
    if (patch->type != TB_VALUE_MAP)
        return patch;
    /* A map laid over something else, or over nothing, is laid over an empty one: its nulls go. */
    struct tb_value empty = {.child = NULL};
    const struct tb_value *old = target && target->type == TB_VALUE_MAP ? target : &empty;
    struct members members = {.arena = arena};
    members.items = tb_arena_get(arena, old->n + patch->n + 1, sizeof(struct tb_value *));
    for (struct tb_value *child = old->child; child; child = child->next)
        set(&members, child);
    for (struct tb_value *child = patch->child, *next; child; child = next) {
        next = child->next;
        patch_member(&members, child);
    }
    struct tb_value *merged = old == &empty ? patch : target;
    relink(merged, &members);
    return merged;
}
