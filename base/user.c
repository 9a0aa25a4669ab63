#include "base/user.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const names[TB_USER_VARIABLES] = {
    "HOME",           "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
    "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TMPDIR",
};

size_t tb_user_variables(char *ret_variables[static TB_USER_VARIABLES])
{
    size_t n = 0;
    for (size_t i = 0; i < TB_USER_VARIABLES; i++) {
        const char *value = getenv(names[i]);
        if (value && asprintf(&ret_variables[n], "%s=%s", names[i], value) >= 0)
            n++;
    }
    return n;
}

void tb_user_free(char **variables, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(variables[i]);
}
