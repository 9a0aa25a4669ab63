#include "plugins/fs/changes.h"

#include <stdlib.h>

enum {
    ARRIVAL =
        FS_CHANGE_CREATED | FS_CHANGE_CAME | FS_CHANGE_WRITTEN | FS_CHANGE_META | FS_CHANGE_CLOSED,
    DEPARTURE = FS_CHANGE_LEFT | FS_CHANGE_REMOVED,
    NAMES = FS_CHANGE_CREATED | FS_CHANGE_CAME,
};

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static struct fs_change *find(struct fs_changes *changes, const char *path, uint32_t hash)
{
    for (uint32_t i = 0; i < changes->n; i++)
        if (changes->items[i].hash == hash && strcmp(changes->items[i].path, path) == 0)
            return &changes->items[i];
    return NULL;
}

void fs_changes_add(struct fs_changes *changes, const struct fs_path *path, uint32_t bits)
{
    uint32_t hash = hash_of(path->text);
    struct fs_change *change = find(changes, path->text, hash);
    if (change) {
        change->bits |= bits;
        return;
    }
    char *copy = changes->n < FS_CHANGES_MAX ? strdup(path->text) : NULL;
    if (copy)
        changes->items[changes->n++] = (struct fs_change){copy, hash, bits};
    else
        changes->lost = true;
}

void fs_changes_condense(struct fs_changes *changes)
{
    for (uint32_t i = 0; i < changes->n; i++) {
        uint32_t *bits = &changes->items[i].bits;
        uint32_t left_out = FS_CHANGE_CLOSED;
        if (*bits & (NAMES | FS_CHANGE_WRITTEN))
            left_out |= FS_CHANGE_META;
        if (*bits & NAMES)
            left_out |= FS_CHANGE_WRITTEN;
        if (*bits & ~left_out & ~(uint32_t)FS_CHANGE_FOLDER)
            *bits &= ~left_out;
    }
}

void fs_changes_clear(struct fs_changes *changes)
{
    for (uint32_t i = 0; i < changes->n; i++)
        free(changes->items[i].path);
    changes->n = 0;
    changes->lost = false;
}

/* What is there came last, what is not there went last. */
static uint32_t next_bit(uint32_t bits, bool is_there)
{
    uint32_t first = bits & (is_there ? DEPARTURE : ARRIVAL);
    uint32_t of = first ? first : bits & (ARRIVAL | DEPARTURE);
    return of & (~of + 1);
}

bool fs_changes_next(struct fs_changes *changes, bool (*is_there)(void *data, const char *path),
                     void *data, struct fs_telling *ret_telling)
{
    if (changes->lost) {
        *ret_telling = (struct fs_telling){0};
        return true;
    }
    if (changes->n == 0)
        return false;
    const struct fs_change *change = &changes->items[0];
    bool both = (change->bits & ARRIVAL) && (change->bits & DEPARTURE);
    *ret_telling = (struct fs_telling){
        .path = change->path,
        .bit = next_bit(change->bits, both && is_there(data, change->path)),
        .folder = change->bits & FS_CHANGE_FOLDER,
    };
    return true;
}

void fs_changes_told(struct fs_changes *changes, const struct fs_telling *telling)
{
    if (!telling->path) {
        changes->lost = false;
        return;
    }
    struct fs_change *change = &changes->items[0];
    change->bits &= ~telling->bit;
    if (change->bits & (ARRIVAL | DEPARTURE))
        return;
    free(change->path);
    changes->n--;
    memmove(change, change + 1, changes->n * sizeof *change);
}

struct shape {
    uint32_t bit;
    const char *type;
    const char *kind; /* NULL: of a file or a folder */
    const char *mode; /* NULL: it has none */
};

static void pack_type(uint32_t bit, bool folder, struct tb_packer *packer)
{
    static const struct shape shapes[] = {
        {FS_CHANGE_CREATED, "create", NULL, NULL},
        {FS_CHANGE_CAME, "modify", "rename", "to"},
        {FS_CHANGE_WRITTEN, "modify", "data", "any"},
        {FS_CHANGE_META, "modify", "metadata", "any"},
        {FS_CHANGE_CLOSED, "access", "close", "write"},
        {FS_CHANGE_LEFT, "modify", "rename", "from"},
        {FS_CHANGE_REMOVED, "remove", NULL, NULL},
    };
    const struct shape *shape = shapes;
    while (shape->bit != bit)
        shape++;
    tb_pack_map(packer, 1);
    tb_pack_key(packer, shape->type);
    tb_pack_map(packer, shape->mode ? 2 : 1);
    tb_pack_key_text(packer, "kind", shape->kind ? shape->kind : folder ? "folder" : "file");
    if (shape->mode)
        tb_pack_key_text(packer, "mode", shape->mode);
}

void fs_telling_pack(const struct fs_telling *telling, const char *const *paths, size_t n,
                     struct tb_packer *packer)
{
    tb_pack_map(packer, 3);
    tb_pack_key(packer, "type");
    if (telling->path)
        pack_type(telling->bit, telling->folder, packer);
    else
        tb_pack_text(packer, "other");
    tb_pack_key(packer, "paths");
    tb_pack_array(packer, telling->path ? 1 : n);
    for (size_t i = 0; i < (telling->path ? 1 : n); i++)
        tb_pack_text(packer, telling->path ? telling->path : paths[i]);
    tb_pack_key(packer, "attrs");
    tb_pack_map(packer, telling->path ? 0 : 1);
    if (!telling->path)
        tb_pack_key_text(packer, "flag", "rescan");
}
