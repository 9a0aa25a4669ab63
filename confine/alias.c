/*
 * A denied subtree is covered by its name. A folder of the hull that is a link to one around it, or
 * that leads through one, has it under another name, which is covered as well. Where a link leads
 * is asked of what was opened, and that is what the plugin gets: somebody who can write where the
 * link lies may have it lead elsewhere at any time.
 */
#include "confine/alias.h"

#include "base/result.h"
#include "confine/cover.h"
#include "confine/inside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void hull_aliases_deinit(struct hull_aliases *aliases)
{
    for (size_t i = 0; i < aliases->n; i++)
        free(aliases->list[i]);
    free(aliases->list);
    *aliases = (struct hull_aliases){0};
}

char *hull_real_of(int fd)
{
    char link[64];
    char real[PATH_MAX];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, real, sizeof real);
    bool whole = n > 0 && (size_t)n < sizeof real && real[0] == '/';
    return whole ? strndup(real, (size_t)n) : NULL;
}

static int add(struct hull_aliases *aliases, const char *folder, const char *rest)
{
    char **list = realloc(aliases->list, (aliases->n + 1) * sizeof *list);
    if (!list)
        return -ENOMEM;
    aliases->list = list;
    if (asprintf(&list[aliases->n], "%s/%s", folder, rest) < 0)
        return -ENOMEM;
    aliases->n++;
    return 0;
}

int hull_aliases_add(struct hull_aliases *aliases, const struct hull *hull, const char *path,
                     const char *real)
{
    int r = 0;
    if (strcmp(path, real) == 0)
        return 0;
    for (size_t i = 0; r == 0 && i < hull->mask.n; i++) {
        char *denied = realpath(hull->mask.list[i], NULL);
        const char *rest = denied ? hull_below(real, denied) : NULL;
        if (rest)
            r = add(aliases, path, rest);
        free(denied);
    }
    return r;
}

int hull_cover_aliases(int root, int lids, const struct hull_aliases *aliases)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < aliases->n; i++)
        r = hull_cover(root, lids, aliases->list[i]);
    return r;
}
