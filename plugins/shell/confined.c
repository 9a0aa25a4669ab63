#include "plugins/shell/confined.h"

#include "base/result.h"
#include "sandbox/filter.h"
#include "sandbox/landlock.h"
#include "sandbox/linux.h"
#include "sandbox/role.h"
#include "sandbox/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { RULES_MAX = 512 };

struct rules {
    struct tb_landlock_rule list[RULES_MAX];
    size_t n;
};

static int add_fd(struct rules *rules, int fd, uint32_t access)
{
    if (fd < 0)
        return 0; /* what is not there needs no rule */
    if (rules->n == RULES_MAX)
        return -E2BIG;
    rules->list[rules->n++] = (struct tb_landlock_rule){.fd = fd, .access = access};
    return 0;
}

static int add(struct rules *rules, const char *path, uint32_t access)
{
    return add_fd(rules, open(path, O_PATH | O_CLOEXEC), access);
}

static int add_each(struct rules *rules, const char *const *paths, uint32_t access)
{
    int r = 0;
    for (size_t i = 0; r == 0 && paths[i]; i++)
        r = add(rules, paths[i], access);
    return r;
}

static int add_list(struct rules *rules, const struct tb_value *paths, uint32_t access)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < tb_value_n(paths); i++) {
        char path[PATH_MAX];
        struct tb_bytes text = {0};
        if (!tb_value_str(tb_value_at(paths, i), &text) || text.n >= sizeof path)
            return -EINVAL;
        memcpy(path, text.data, text.n);
        path[text.n] = 0;
        r = add(rules, path, access);
    }
    return r;
}

static int add_runtime(struct rules *rules, bool network)
{
    int r = add_each(rules, tb_runtime_folders, TB_PATH_READ);
    if (r == 0)
        r = add_each(rules, tb_runtime_libraries, TB_PATH_READ);
    if (r == 0)
        r = add_each(rules, tb_runtime_loaders, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0)
        r = add_each(rules, tb_runtime_devices, TB_PATH_READ | TB_PATH_WRITE);
    if (r == 0)
        r = add_each(rules, tb_runtime_settings, TB_PATH_READ);
    return r == 0 && network ? add_each(rules, tb_runtime_network, TB_PATH_READ) : r;
}

/* Without `children` it could only become what is here: itself, and what interprets it. */
static int add_program(struct rules *rules, const struct shell_request *request)
{
    const struct shell_program *program = request->program;
    int r = add_fd(rules, program->file.fd, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0 && program->has_interpreter)
        r = add_fd(rules, program->interpreter.fd, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0 && program->children)
        r = add_list(rules, program->exec, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0)
        r = add_list(rules, program->read, TB_PATH_READ);
    if (r == 0)
        r = add_list(rules, program->write, TB_PATH_READ | TB_PATH_WRITE);
    return r;
}

/* The whole of a pick that it runs in, for what it may do there; else the folder itself. */
static int add_cwd(struct rules *rules, const struct shell_request *request)
{
    const struct shell_pick *pick = request->at;
    bool write = pick && pick->writable && request->program->picks == SHELL_PICKS_WRITE;
    if (!pick)
        return add_fd(rules, request->cwd, TB_PATH_READ);
    return add(rules, pick->at, TB_PATH_READ | (write ? TB_PATH_WRITE : 0));
}

static int set_limit(__rlimit_resource_t resource, uint64_t most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) < 0)
        return -errno;
    rlim_t hard = most < now.rlim_max ? most : now.rlim_max;
    const struct rlimit then = {.rlim_cur = hard, .rlim_max = hard};
    return setrlimit(resource, &then) < 0 ? -errno : 0;
}

/* Processes are counted in its own user namespace, where its init is one of them. */
static int set_limits(const struct shell_program *program)
{
    int r = set_limit(RLIMIT_NPROC, program->processes + 1);
    if (r == 0)
        r = set_limit(RLIMIT_DATA, program->memory);
    if (r == 0 && program->cpu_s > 0)
        r = set_limit(RLIMIT_CPU, program->cpu_s);
    return r;
}

int shell_confine(const struct shell_request *request)
{
    const struct shell_program *program = request->program;
    struct rules rules = {.n = 0};
    int r = add_runtime(&rules, program->network);
    if (r == 0)
        r = add_program(&rules, request);
    if (r == 0)
        r = add_cwd(&rules, request);
    if (r == 0)
        r = set_limits(program);
    if (r == 0)
        r = tb_landlock_enter(rules.list, rules.n, program->network);
    if (r == -ENOSYS || r == -EOPNOTSUPP)
        r = 0; /* without Landlock the mount namespace of the plugin holds it, and no more */
    if (r == 0 && !program->jit)
        (void)prctl(TB_PR_SET_MDWE, TB_PR_MDWE_REFUSE, 0, 0, 0); /* since Linux 6.3 */
    if (r == 0)
        r = tb_filter_load(tb_role_of_program(program->network, program->children));
    return r;
}
