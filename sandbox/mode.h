/*
 * How strict this build is: meson's option `sandbox` links one of mode_enforce.c, mode_log.c and
 * mode_off.c. There is no switch at run time.
 */
#pragma once

#include "sandbox/layer.h"

#include <stdbool.h>

struct tb_mode {
    const char *name;
    uint32_t unlisted;           /* seccomp's action for what a role does not list */
    enum tb_layer_state seccomp; /* what a loaded filter is worth */
    bool namespaces;             /* whether any are made: a sanitizer wants to see /proc */
};

extern const struct tb_mode tb_mode;
