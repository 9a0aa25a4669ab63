/*
 * The order matters: descriptors first, since an open folder would outlive a new root; mounts
 * before capabilities go, which they need, and before Landlock, which forbids them; no_new_privs
 * before what an ordinary user may do only with it; seccomp last, so that its list need not hold
 * what the other steps call.
 */
#include "sandbox/enter.h"

#include "base/result.h"
#include "sandbox/caps.h"
#include "sandbox/filter.h"
#include "sandbox/limits.h"
#include "sandbox/linux.h"
#include "sandbox/mode.h"
#include "sandbox/root.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>

/* What is never done without, whatever the manifest says; seccomp besides. */
#define ALWAYS                                                                                     \
    (TB_LAYER_BIT(TB_LAYER_NNP) | TB_LAYER_BIT(TB_LAYER_NODUMP) | TB_LAYER_BIT(TB_LAYER_RLIMITS) | \
     TB_LAYER_BIT(TB_LAYER_CAPS))

static bool has(const struct tb_role *role, enum tb_layer layer)
{
    return (role->layers & TB_LAYER_BIT(layer)) != 0;
}

static void set_result(struct tb_layers *layers, enum tb_layer layer, int r)
{
    tb_layers_set(layers, layer, r < 0 ? TB_LAYER_MISSING : TB_LAYER_HELD, r < 0 ? -r : 0);
}

/* The lowest descriptor from `from` on that stays open, or UINT32_MAX. */
static unsigned next_kept(const struct tb_sandbox_options *options, unsigned from)
{
    unsigned next = UINT32_MAX;
    for (size_t i = 0; i < options->n_keep; i++)
        if (options->keep[i] >= 0 && (unsigned)options->keep[i] >= from &&
            (unsigned)options->keep[i] < next)
            next = (unsigned)options->keep[i];
    for (size_t i = 0; i < options->n_rules; i++)
        if ((unsigned)options->rules[i].fd >= from && (unsigned)options->rules[i].fd < next)
            next = (unsigned)options->rules[i].fd;
    return next;
}

static int close_others(const struct tb_sandbox_options *options)
{
    unsigned from = STDERR_FILENO + 1;
    for (;;) {
        unsigned kept = next_kept(options, from);
        if (kept > from && tb_close_range(from, kept - (kept != UINT32_MAX), 0) < 0)
            return -errno;
        if (kept == UINT32_MAX)
            return 0;
        from = kept + 1;
    }
}

static bool is_kept(const struct tb_sandbox_options *options, int fd)
{
    for (size_t i = 0; i < options->n_keep; i++)
        if (options->keep[i] == fd)
            return true;
    return false;
}

static void close_rules(const struct tb_sandbox_options *options)
{
    for (size_t i = 0; i < options->n_rules; i++)
        if (!is_kept(options, options->rules[i].fd))
            close(options->rules[i].fd);
}

static void enter_mounts(const struct tb_role *role, const struct tb_sandbox_options *options,
                         struct tb_layers *layers)
{
    if (!(options->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT)))
        return;
    if (options->root == TB_ROOT_KEPT || !has(role, TB_LAYER_MOUNT))
        tb_layers_set(layers, TB_LAYER_MOUNT, TB_LAYER_PARTIAL, 0);
    else
        set_result(layers, TB_LAYER_MOUNT, options->root == TB_ROOT_MADE ? 0 : tb_root_empty());
}

/* The spawner's clone made all of them or failed as a whole: that we run is the proof. */
static void report_namespaces(const struct tb_sandbox_options *options, struct tb_layers *layers)
{
    static const enum tb_layer made[] = {TB_LAYER_USERNS, TB_LAYER_PID, TB_LAYER_NET, TB_LAYER_IPC};
    for (size_t i = 0; i < TB_ARRAY_LEN(made); i++)
        if (options->namespaces & TB_LAYER_BIT(made[i]))
            tb_layers_set(layers, made[i], TB_LAYER_HELD, 0);
}

static void enter_process(const struct tb_role *role, struct tb_layers *layers)
{
    set_result(layers, TB_LAYER_NNP, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0);
    set_result(layers, TB_LAYER_NODUMP, prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0);
    if (role->execs && layers->layer[TB_LAYER_NODUMP].state == TB_LAYER_HELD)
        tb_layers_set(layers, TB_LAYER_NODUMP, TB_LAYER_PARTIAL, 0);
    if (!role->detached)
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static void enter_mdwe(const struct tb_sandbox_options *options, struct tb_layers *layers)
{
    unsigned long flags = TB_PR_MDWE_REFUSE | (options->allow_jit ? TB_PR_MDWE_NO_INHERIT : 0);
    int r = prctl(TB_PR_SET_MDWE, flags, 0, 0, 0) < 0 ? -errno : 0;
    if (r == 0 && options->allow_jit)
        tb_layers_set(layers, TB_LAYER_MDWE, TB_LAYER_PARTIAL, 0);
    else
        set_result(layers, TB_LAYER_MDWE, r);
}

static void enter_landlock(const struct tb_role *role, const struct tb_sandbox_options *options,
                           struct tb_layers *layers)
{
    int r = tb_landlock_enter(options->rules, options->n_rules, !has(role, TB_LAYER_NET));
    if (r == 0 && layers->landlock_abi < TB_LANDLOCK_ABI_HELD)
        tb_layers_set(layers, TB_LAYER_LANDLOCK, TB_LAYER_PARTIAL, 0);
    else
        set_result(layers, TB_LAYER_LANDLOCK, r);
}

static void enter_seccomp(const struct tb_role *role, struct tb_layers *layers)
{
    int r = tb_filter_load(role);
    tb_layers_set(layers, TB_LAYER_SECCOMP, r < 0 ? TB_LAYER_MISSING : tb_mode.seccomp,
                  r < 0 ? -r : 0);
}

static void enter_all(const struct tb_role *role, const struct tb_sandbox_options *options,
                      struct tb_layers *layers)
{
    report_namespaces(options, layers);
    enter_mounts(role, options, layers);
    layers->layer[TB_LAYER_CAPS] = tb_caps_drop(role->capabilities);
    set_result(layers, TB_LAYER_RLIMITS,
               tb_limits_set(&options->limits,
                             (options->namespaces & TB_LAYER_BIT(TB_LAYER_USERNS)) != 0));
    enter_process(role, layers);
    if (has(role, TB_LAYER_MDWE))
        enter_mdwe(options, layers);
    if (has(role, TB_LAYER_LANDLOCK))
        enter_landlock(role, options, layers);
    close_rules(options);
    enter_seccomp(role, layers);
}

int tb_sandbox_enter(const struct tb_role *role, const struct tb_sandbox_options *options,
                     struct tb_layers *ret_layers)
{
    int abi = tb_landlock_abi();
    struct tb_layers layers = {.landlock_abi = (uint16_t)(abi < 0 ? 0 : abi)};
    int r = close_others(options);
    if (r == 0)
        enter_all(role, options, &layers);
    *ret_layers = layers;
    bool ok = r == 0 && layers.layer[TB_LAYER_SECCOMP].state >= tb_mode.seccomp &&
              (tb_layers_in(&layers, TB_LAYER_MISSING) & ALWAYS) == 0 &&
              tb_layers_lacking(&layers, options->require) == 0;
    return ok ? TB_OK : TB_DENIED;
}

int tb_sandbox_tighten(const struct tb_role *role)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || tb_filter_load(role) < 0)
        return TB_DENIED;
    return TB_OK;
}
