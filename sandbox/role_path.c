/* The path plugin once it has started: it answers calls out of its memory, and opens nothing. */
#include "sandbox/rules.h"

static const struct tb_syscall refused[] = {
    ANSWER("newfstatat", "looks at no file", EACCES),
};

const struct tb_role tb_role_path = {
    .name = "path",
    .purpose = "the path plugin, once it has started",
    .layers = TB_LAYERS_ALL,
    .lists = {LIST(tb_started_needs), LIST(tb_started_refused), LIST(refused)},
};
