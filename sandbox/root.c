#include "sandbox/root.h"

#include "sandbox/linux.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mount.h>

#define FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* The new root needs a folder to lie on until it becomes the root; which one does not matter. */
static int cover_any(void)
{
    static const char *const folders[] = {"/tmp", "/run", "/usr"};
    for (size_t i = 0; i < TB_ARRAY_LEN(folders); i++) {
        if (mount("tmpfs", folders[i], "tmpfs", FLAGS, "mode=0755,size=1m,nr_inodes=4096") == 0)
            return chdir(folders[i]) < 0 ? -errno : 0;
        if (errno != ENOENT && errno != ENOTDIR)
            break;
    }
    return -errno;
}

int tb_root_begin(void)
{
    /* Private: nothing that is mounted here is seen outside, nor what is mounted outside, here. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    return cover_any();
}

int tb_root_finish(void)
{
    /* Stacks the old root on top of the new one, where it is then taken off. */
    bool ok = tb_pivot_root(".", ".") == 0 && umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
    return ok ? 0 : -errno;
}

int tb_root_seal(void)
{
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | FLAGS, NULL) < 0 ? -errno : 0;
}

int tb_root_empty(void)
{
    int r = tb_root_begin();
    if (r == 0)
        r = tb_root_finish();
    return r == 0 ? tb_root_seal() : r;
}
