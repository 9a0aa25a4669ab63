#include "plugins/fs/entries.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void fs_entries_begin(struct fs_entries *entries, int folder)
{
    entries->folder = folder;
    entries->at = entries->n = 0;
}

static bool is_itself(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int fs_entries_next(struct fs_entries *entries, const struct fs_entry_head **ret_entry)
{
    for (;;) {
        if (entries->at == entries->n) {
            long n = syscall(SYS_getdents64, entries->folder, entries->room, sizeof entries->room);
            if (n < 0)
                return -errno;
            entries->at = 0;
            entries->n = (uint32_t)n;
        }
        if (entries->n == 0) {
            *ret_entry = NULL;
            return 0;
        }
        const struct fs_entry_head *entry = (const void *)(entries->room + entries->at);
        entries->at += entry->size;
        if (is_itself(entry->name))
            continue;
        *ret_entry = entry;
        return 0;
    }
}
