#include "sandbox/caps.h"

#include "sandbox/linux.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>

enum { N_CAPS_MAX = 64, N_WORDS = 2 };

static int read_sets(struct __user_cap_data_struct ret_sets[static N_WORDS])
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capget, &header, ret_sets) < 0 ? -errno : 0;
}

static int write_sets(const struct __user_cap_data_struct sets[static N_WORDS])
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capset, &header, sets) < 0 ? -errno : 0;
}

/* These need CAP_SETPCAP. Who does not have it has nothing to lose by them either: no_new_privs
 * keeps the bounding set from ever counting. */
static void close_the_way_back(uint64_t kept)
{
    for (unsigned long cap = 0; cap < N_CAPS_MAX; cap++)
        if (!(kept >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
            break;
    prctl(PR_SET_SECUREBITS, TB_SECBITS_LOCKED_NONE, 0, 0, 0);
    prctl(TB_PR_CAP_AMBIENT, TB_PR_AMBIENT_CLEAR, 0, 0, 0);
}

struct tb_layer_report tb_caps_drop(uint64_t kept)
{
    close_the_way_back(kept);
    struct __user_cap_data_struct sets[N_WORDS];
    int r = read_sets(sets);
    bool any = false;
    for (size_t i = 0; r == 0 && i < N_WORDS; i++) {
        uint32_t permitted = sets[i].permitted & (uint32_t)(kept >> 32 * i);
        sets[i] = (struct __user_cap_data_struct){.permitted = permitted, .effective = permitted};
        any |= permitted != 0;
    }
    if (r == 0)
        r = write_sets(sets);
    if (r < 0)
        return (struct tb_layer_report){.state = TB_LAYER_MISSING, .error = -r};
    return (struct tb_layer_report){.state = any ? TB_LAYER_PARTIAL : TB_LAYER_HELD};
}
