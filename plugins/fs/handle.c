#include "plugins/fs/handle.h"

#include "base/result.h"

#include <errno.h>
#include <sys/random.h>

static struct fs_handle *find(struct fs_handles *handles, uint64_t rid)
{
    for (size_t i = 0; i < FS_HANDLES_MAX; i++)
        if (handles->items[i].rid == rid)
            return &handles->items[i];
    return NULL;
}

static int draw(struct fs_handles *handles, uint64_t *ret_rid)
{
    uint32_t random;
    uint64_t rid;
    do {
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return -EIO;
        rid = handles->ids + random;
    } while (rid == 0 || find(handles, rid));
    *ret_rid = rid;
    return TB_OK;
}

int fs_handles_add(struct fs_handles *handles, const struct fs_handle_kind *kind, void *object,
                   uint64_t *ret_rid)
{
    uint64_t rid = 0;
    struct fs_handle *handle = find(handles, 0);
    int r = handle ? draw(handles, &rid) : TB_FULL;
    if (r != TB_OK) {
        kind->close(object);
        return r;
    }
    *handle = (struct fs_handle){.rid = rid, .kind = kind, .object = object};
    *ret_rid = rid;
    return TB_OK;
}

void *fs_handles_find(const struct fs_handles *handles, const struct fs_handle_kind *kind,
                      uint64_t rid)
{
    for (size_t i = 0; rid != 0 && i < FS_HANDLES_MAX; i++)
        if (handles->items[i].rid == rid && handles->items[i].kind == kind)
            return handles->items[i].object;
    return NULL;
}

bool fs_handles_close(struct fs_handles *handles, uint64_t rid)
{
    struct fs_handle *handle = rid != 0 ? find(handles, rid) : NULL;
    if (!handle)
        return false;
    struct fs_handle closing = *handle;
    *handle = (struct fs_handle){0};
    closing.kind->close(closing.object);
    return true;
}

void fs_handles_deinit(struct fs_handles *handles)
{
    for (size_t i = 0; i < FS_HANDLES_MAX; i++)
        if (handles->items[i].rid != 0)
            fs_handles_close(handles, handles->items[i].rid);
}
