#include "sandbox/limits.h"

#include <errno.h>
#include <sys/resource.h>

enum { FILES_DEFAULT = 1024 };

/* Lowers a limit for good; one that is lower already stays. */
static int lower(__rlimit_resource_t resource, uint64_t most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) < 0)
        return -errno;
    rlim_t hard = now.rlim_max < most ? now.rlim_max : most;
    struct rlimit then = {.rlim_cur = hard, .rlim_max = hard};
    return setrlimit(resource, &then) < 0 ? -errno : 0;
}

/* Never RLIMIT_AS: engines reserve address space that they never use, and abort without it. */
int tb_limits_set(const struct tb_rlimits *limits, bool own_user_namespace)
{
    int r = lower(RLIMIT_CORE, 0);
    if (r == 0)
        r = lower(RLIMIT_NOFILE, limits->files ? limits->files : FILES_DEFAULT);
    if (r == 0 && limits->processes && own_user_namespace)
        r = lower(RLIMIT_NPROC, limits->processes);
    if (r == 0 && limits->data)
        r = lower(RLIMIT_DATA, limits->data);
    if (r == 0 && limits->cpu_s)
        r = lower(RLIMIT_CPU, limits->cpu_s);
    return r;
}
