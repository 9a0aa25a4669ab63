/* From a role's table to a seccomp filter. */
#pragma once

#include "sandbox/role.h"

/* Loads the filter for all threads of this process. 0 or -errno; needs no_new_privs. In a build
 * with sandbox=log it only logs, in one with sandbox=off it is never called. */
tb_must_check int tb_filter_load(const struct tb_role *role);
