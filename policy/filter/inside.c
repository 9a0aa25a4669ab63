#include "policy/filter/inside.h"

#include "base/result.h"

#include <errno.h>

static int read_base(const msgpack_object *pair, struct tb_filter_base *ret_base)
{
    if (pair->type != MSGPACK_OBJECT_ARRAY || pair->via.array.size != 2)
        return TB_MALFORMED;
    const msgpack_object *number = &pair->via.array.ptr[0];
    const msgpack_object *prefix = &pair->via.array.ptr[1];
    if (number->type != MSGPACK_OBJECT_POSITIVE_INTEGER || prefix->type != MSGPACK_OBJECT_STR)
        return TB_MALFORMED;
    *ret_base = (struct tb_filter_base){number->via.u64, tb_object_bytes(prefix)};
    return TB_OK;
}

static int read_bases(const msgpack_object *array, msgpack_zone *zone,
                      struct tb_filter_folder *folder)
{
    uint32_t n = array->via.array.size;
    struct tb_filter_base *bases = tb_filter_get(zone, n, sizeof *bases);
    if (!bases)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        if (read_base(&array->via.array.ptr[i], &bases[i]) != TB_OK)
            return TB_MALFORMED;
    folder->bases = bases;
    folder->n_bases = n;
    return TB_OK;
}

static int read_folder(const msgpack_object *map, msgpack_zone *zone,
                       struct tb_filter_folder *ret_folder)
{
    struct tb_filter_folder folder = {0};
    const msgpack_object *bases;
    const struct tb_field fields[] = {
        {"path", TB_STR, &folder.path, 0, NULL},
        {"relative", TB_STR, &folder.prefix, 0, &folder.relative},
        {"bases", TB_ARRAY, &bases, TB_BASES_MAX, NULL},
    };
    if (tb_map_read(map, fields, TB_ARRAY_LEN(fields)) != TB_OK || folder.path.n == 0 ||
        folder.path.data[0] != '/')
        return TB_MALFORMED;
    int r = read_bases(bases, zone, &folder);
    if (r == TB_OK)
        *ret_folder = folder;
    return r;
}

static bool any_segment(const struct tb_filter_pointer *pointer)
{
    for (size_t i = 0; i < pointer->n; i++)
        if (pointer->segments[i].any)
            return true;
    return false;
}

int tb_filter_inside_read(const msgpack_object *folders, const msgpack_object *base,
                          msgpack_zone *zone, struct tb_filter_inside *ret_inside)
{
    struct tb_filter_inside inside = {.n = folders->via.array.size, .has_base = base != NULL};
    if (inside.n > TB_FOLDERS_MAX)
        return TB_MALFORMED;
    struct tb_filter_folder *list = tb_filter_get(zone, inside.n, sizeof *list);
    int r = list ? TB_OK : -ENOMEM;
    for (size_t i = 0; i < inside.n && r == TB_OK; i++)
        r = read_folder(&folders->via.array.ptr[i], zone, &list[i]);
    if (r == TB_OK && base)
        r = tb_filter_pointer_read(base, zone, &inside.base);
    if (r == TB_OK && any_segment(&inside.base))
        r = TB_MALFORMED;
    inside.folders = list;
    if (r == TB_OK)
        *ret_inside = inside;
    return r;
}

/* Absent and nil are the same, as plugins read them; whatever else is in the way is not known to
 * mean anything. */
struct tb_filter_from tb_filter_inside_from(const struct tb_filter_inside *inside,
                                            const msgpack_object *args, struct tb_filter_cost *cost)
{
    const msgpack_object *value = args;
    size_t i = 0;
    while (i < inside->base.n && value && value->type == MSGPACK_OBJECT_MAP)
        value = tb_filter_child(value, &inside->base.segments[i++], cost);
    if (!inside->has_base || !value || value->type == MSGPACK_OBJECT_NIL)
        return (struct tb_filter_from){.kind = TB_FROM_RESOURCE};
    if (i < inside->base.n || value->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return (struct tb_filter_from){.kind = TB_FROM_NOWHERE};
    return (struct tb_filter_from){TB_FROM_NUMBER, value->via.u64};
}

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A plugin may take `file:///etc/passwd` for a path, which looks like a relative one. */
static bool has_scheme(struct tb_bytes text)
{
    size_t n = 0;
    while (n < text.n &&
           (is_letter(text.data[n]) || (n > 0 && ((text.data[n] >= '0' && text.data[n] <= '9') ||
                                                  memchr("+-.", text.data[n], 3)))))
        n++;
    return n > 0 && n < text.n && text.data[n] == ':';
}

/* The next part of a path that is neither empty nor `.`; false: there is none. */
static bool next_part(struct tb_bytes *path, struct tb_bytes *ret_part)
{
    while (path->n > 0) {
        struct tb_bytes part = tb_bytes_cut(path, '/');
        if (part.n == 0 || tb_bytes_are(part, "."))
            continue;
        *ret_part = part;
        return true;
    }
    return false;
}

/* What has one meaning by its letters alone. */
static bool is_plain(struct tb_bytes path)
{
    struct tb_bytes part;
    for (size_t i = 0; i < path.n; i++)
        if (path.data[i] < 0x20 || path.data[i] == 0x7f)
            return false;
    if (has_scheme(path))
        return false;
    while (next_part(&path, &part))
        if (tb_bytes_are(part, ".."))
            return false;
    return true;
}

/* Whether the path has the folder's parts in front; the folder itself counts. */
static bool begins(struct tb_bytes path, struct tb_bytes folder)
{
    struct tb_bytes part;
    struct tb_bytes wanted;
    while (next_part(&folder, &wanted))
        if (!next_part(&path, &part) || !tb_bytes_equal(part, wanted))
            return false;
    return true;
}

static bool from_base(const struct tb_filter_folder *folder, uint64_t number, struct tb_bytes path)
{
    for (size_t i = 0; i < folder->n_bases; i++)
        if (folder->bases[i].number == number)
            return begins(path, folder->bases[i].prefix);
    return false;
}

static bool in_folder(const struct tb_filter_folder *folder, const struct tb_filter_from *from,
                      struct tb_bytes path)
{
    if (path.n > 0 && path.data[0] == '/')
        return begins(path, folder->path);
    switch (from->kind) {
    case TB_FROM_RESOURCE:
        return folder->relative && begins(path, folder->prefix);
    case TB_FROM_NUMBER:
        return from_base(folder, from->number, path);
    case TB_FROM_NOWHERE:
        break;
    }
    return false;
}

bool tb_filter_is_inside(const struct tb_filter_inside *inside, const struct tb_filter_from *from,
                         const msgpack_object *untrusted_path, struct tb_filter_cost *cost)
{
    if (untrusted_path->type != MSGPACK_OBJECT_STR)
        return false;
    struct tb_bytes path = tb_object_bytes(untrusted_path);
    /* Each byte is looked at for each folder, and for what is plain. */
    if (!tb_filter_pay(cost, (1 + inside->n) * (1 + path.n / 4)) || !is_plain(path))
        return false;
    for (size_t i = 0; i < inside->n; i++)
        if (in_folder(&inside->folders[i], from, path))
            return true;
    return false;
}
