#include "sandbox/mode.h"

#include <seccomp.h>

const struct tb_mode tb_mode = {"enforce", SCMP_ACT_KILL_PROCESS, TB_LAYER_HELD, true};
