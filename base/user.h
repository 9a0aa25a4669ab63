/* The user's folders, as the environment names them: the only part of it that Trollbridge passes
 * on, and as arguments. */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

enum { TB_USER_VARIABLES = 7 };

/* NAME=VALUE of those that are set; returns how many. Each is the caller's to free. */
size_t tb_user_variables(char *ret_variables[static TB_USER_VARIABLES]);
void tb_user_free(char **variables, size_t n);
