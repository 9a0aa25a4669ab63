#include "cli/diagnosis.h"

#include "base/result.h"
#include "sandbox/enter.h"
#include "sandbox/namespaces.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* In memory that both processes see: not every role may write to a descriptor. */
struct outcome {
    struct tb_layers layers;
    bool entered;
};

tb_noreturn static void enter(const struct tb_role *role, uint32_t namespaces, uid_t uid, gid_t gid,
                              struct outcome *outcome)
{
    const struct tb_sandbox_options options = {
        .namespaces = namespaces,
        .root = role->layers & TB_LAYER_BIT(TB_LAYER_MOUNT) ? TB_ROOT_EMPTY : TB_ROOT_KEPT,
    };
    if (namespaces && tb_namespaces_map(uid, gid) < 0)
        _exit(1);
    /* Only what comes back is the proof: a filter that killed at once would leave it false. */
    bool entered = tb_sandbox_enter(role, &options, &outcome->layers) == TB_OK;
    outcome->entered = entered;
    _exit(0);
}

static void try_role(const struct tb_role *role, uint32_t namespaces, struct outcome *outcome)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    pid_t pid;
    if (tb_namespaces_fork(namespaces, &pid, NULL) < 0)
        return;
    if (pid == 0)
        enter(role, namespaces, uid, gid, outcome);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        outcome->entered = false;
}

static struct diagnosis_role diagnose(const struct tb_role *role, uint32_t namespaces)
{
    struct diagnosis_role result = {.role = role};
    struct outcome *outcome =
        mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        return result;
    try_role(role, role->layers & namespaces, outcome);
    result.layers = outcome->layers;
    result.entered = outcome->entered;
    munmap(outcome, sizeof *outcome);
    return result;
}

void diagnosis_make(struct diagnosis *ret_diagnosis)
{
    struct utsname name;
    *ret_diagnosis = (struct diagnosis){.namespaces = tb_namespaces_probe()};
    if (uname(&name) == 0)
        snprintf(ret_diagnosis->kernel, sizeof ret_diagnosis->kernel, "%s", name.release);
    fflush(NULL);
    for (size_t i = 0; tb_roles[i]; i++) {
        ret_diagnosis->roles[i] = diagnose(tb_roles[i], ret_diagnosis->namespaces);
        if (tb_roles[i] == &tb_role_broker)
            ret_diagnosis->broker = &ret_diagnosis->roles[i];
        ret_diagnosis->n_roles++;
    }
}

const char *diagnosis_level(const struct diagnosis *diagnosis)
{
    return tb_layers_lacking(&diagnosis->broker->layers, TB_LAYERS_NAMESPACES) == 0 ? "full"
                                                                                    : "no-userns";
}

bool diagnosis_is_enough(const struct diagnosis *diagnosis, uint32_t require)
{
    bool enough = tb_layers_lacking(&diagnosis->broker->layers, require) == 0;
    for (size_t i = 0; i < diagnosis->n_roles; i++)
        enough = enough && diagnosis->roles[i].entered &&
                 diagnosis->roles[i].layers.layer[TB_LAYER_SECCOMP].state == TB_LAYER_HELD;
    return enough;
}

size_t diagnosis_calls(const struct tb_role *role, const struct tb_syscall *ret_calls[TB_RULES_MAX])
{
    const struct tb_syscall *rules[TB_RULES_MAX];
    size_t n_rules = tb_role_rules(role, rules);
    size_t n = 0;
    for (size_t i = 0; i < n_rules; i++) {
        bool seen = rules[i]->error != 0;
        for (size_t j = 0; !seen && j < n; j++)
            seen = strcmp(ret_calls[j]->name, rules[i]->name) == 0;
        if (!seen)
            ret_calls[n++] = rules[i];
    }
    return n;
}
