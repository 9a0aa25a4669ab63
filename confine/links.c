#include "base/fd.h"
#include "confine/hull.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* What of `path` is below the folder; NULL: it is elsewhere. "." for the folder itself. */
static const char *below(const char *folder, const char *path)
{
    size_t n = strlen(folder);
    if (n < 2 || strncmp(path, folder, n) != 0 || (path[n] != '/' && path[n] != 0))
        return NULL;
    return path[n] == 0 || path[n + 1] == 0 ? "." : path + n + 1;
}

/* Whether a link lies on the way from the folder on, the folder itself included. */
static bool is_linked(const char *folder, const char *rest)
{
    const struct tb_open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = TB_RESOLVE_BENEATH | TB_RESOLVE_NO_SYMLINKS | TB_RESOLVE_NO_MAGICLINKS,
    };
    tb_fd held = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (held < 0)
        return errno == ELOOP || errno == ENOTDIR;
    tb_fd found = tb_openat2(held, rest, &how);
    return found < 0 && errno == ELOOP;
}

bool hull_leads_through_link(const char *folder, const char *path)
{
    const char *rest = below(folder, path);
    return rest && is_linked(folder, rest);
}

static bool is_linked_anywhere(const struct hull_paths *own, const char *path)
{
    for (size_t i = 0; i < own->n; i++)
        if (hull_leads_through_link(own->list[i], path))
            return true;
    return false;
}

static void drop(const struct hull_paths *own, struct hull_paths *paths)
{
    const char **list = (const char **)(uintptr_t)paths->list;
    size_t kept = 0;
    for (size_t i = 0; i < paths->n; i++) {
        if (is_linked_anywhere(own, list[i]))
            fprintf(stderr, "trollbridge-confine: scope-root-link: %s leads through a link\n",
                    list[i]);
        else
            list[kept++] = list[i];
    }
    paths->n = kept;
}

void hull_drop_links(struct hull *hull, const struct hull_paths *own)
{
    drop(own, &hull->read);
    drop(own, &hull->write);
    drop(own, &hull->make);
    drop(own, &hull->exec);
}
