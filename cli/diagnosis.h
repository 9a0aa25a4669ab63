/* What the sandbox is worth on this machine, found by entering it: once for every role. */
#pragma once

#include "sandbox/role.h"

struct diagnosis_role {
    const struct tb_role *role;
    struct tb_layers layers;
    bool entered; /* nothing that it cannot do without is missing */
};

struct diagnosis {
    struct diagnosis_role roles[TB_ROLES_MAX];
    size_t n_roles;
    const struct diagnosis_role *broker; /* the one that has every layer */
    uint32_t namespaces;
    char kernel[65];
};

void diagnosis_make(struct diagnosis *ret_diagnosis);

/* "full" with all namespaces, else "no-userns". */
const char *diagnosis_level(const struct diagnosis *diagnosis);

/* Whether the tree would start here for an app that requires the layers of the mask. */
bool diagnosis_is_enough(const struct diagnosis *diagnosis, uint32_t require);

/* The role's system calls that are allowed, with none twice; returns their number. */
size_t diagnosis_calls(const struct tb_role *role,
                       const struct tb_syscall *ret_calls[TB_RULES_MAX]);
