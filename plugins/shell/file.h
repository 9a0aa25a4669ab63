/* A program's file: held by descriptor, and known again by its identity. */
#pragma once

#include "plugins/shell/program.h"

/* Reads the map and opens the file. TB_OK, also where it is not there; TB_MALFORMED or -ENOMEM. */
tb_must_check int shell_file_read(const struct tb_value *map, struct shell_file *ret_file);
void shell_file_deinit(struct shell_file *file);
/* Whether the descriptor, and what its path leads to, are the file that the policy named. */
bool shell_file_same(const struct shell_file *file);
