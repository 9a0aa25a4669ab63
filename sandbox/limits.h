/* Limits on resources. */
#pragma once

#include "sandbox/enter.h"

/* Core files are always off. Processes are limited only if counted apart. 0 or -errno. */
tb_must_check int tb_limits_set(const struct tb_rlimits *limits, bool own_user_namespace);
