#include "keystore/names.h"

#include "base/fd.h"
#include "keystore/keystore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void tb_names_deinit(struct tb_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->list[i]);
    free(names->list);
    *names = (struct tb_names){0};
}

/* Not realloc, which may move pages by a system call that no sandbox of ours allows. */
static int grow(struct tb_names *names)
{
    size_t cap = names->cap == 0 ? 64 : names->cap * 2;
    char **list = malloc(cap * sizeof *list);
    if (!list)
        return -ENOMEM;
    if (names->n > 0)
        memcpy(list, names->list, names->n * sizeof *list);
    free(names->list);
    names->list = list;
    names->cap = cap;
    return 0;
}

static int add(struct tb_names *names, const char *name)
{
    if (names->n == TB_NAMES_MAX)
        return TB_KEYSTORE_FULL;
    if (names->n == names->cap && grow(names) < 0)
        return -ENOMEM;
    names->list[names->n] = strdup(name);
    if (!names->list[names->n])
        return -ENOMEM;
    names->n++;
    return 0;
}

static int add_entries(const char *entries, size_t n, struct tb_names *names)
{
    int r = 0;
    for (size_t at = 0; at < n && r == 0;) {
        const struct dirent64 *entry = (const void *)(entries + at);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            r = add(names, entry->d_name);
        at += entry->d_reclen;
    }
    return r;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int tb_names_read(int folder, struct tb_names *ret_names)
{
    _Alignas(struct dirent64) char entries[8192];
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    /* A description of its own: its place in the folder is nobody else's. */
    tb_fd fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n;
    while ((n = getdents64(fd, entries, sizeof entries)) > 0) {
        int r = add_entries(entries, (size_t)n, &names);
        if (r != 0)
            return r;
    }
    if (n < 0)
        return -errno;
    if (names.n > 0)
        qsort(names.list, names.n, sizeof *names.list, compare);
    *ret_names = names;
    names = (struct tb_names){0};
    return 0;
}
