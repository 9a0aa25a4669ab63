#include "base/fd.h"
#include "graft/graft.h"
#include "proto/inner.h"
#include "sandbox/linux.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

/* A plugin with a root of its own has the one; one that was given the machine's has the other. */
static int open_places(void)
{
    const struct tb_open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = TB_RESOLVE_NO_SYMLINKS | TB_RESOLVE_NO_MAGICLINKS,
    };
    int whole = tb_openat2(AT_FDCWD, TB_PICKED_WHOLE, &how);
    return whole >= 0 ? whole : tb_openat2(AT_FDCWD, TB_PICKED_PLACE, &how);
}

/*
 * The plugin cannot change its root, but who knows what it is by now: no link is followed, and no
 * mount crossed, so that the tree lies on the launcher's place for it or nowhere, and once. From
 * here on the plugin's capabilities are this process's too; it opens and moves, and ends.
 */
int graft_place(const struct graft *graft, int tree)
{
    char name[16];
    const struct tb_open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = TB_RESOLVE_BENEATH | TB_RESOLVE_NO_SYMLINKS | TB_RESOLVE_NO_XDEV,
    };
    (void)snprintf(name, sizeof name, graft->folder ? TB_PICKED_FOLDER : TB_PICKED_FILE,
                   graft->number);
    if (setns(GRAFT_PLUGIN, CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return TB_GRAFT_FAILED;
    tb_fd places = open_places();
    tb_fd at = places < 0 ? -1 : tb_openat2(places, name, &how);
    return at >= 0 && tb_move_mount(tree, at) == 0 ? TB_GRAFT_DONE : TB_GRAFT_FAILED;
}
