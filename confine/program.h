/*
 * How a plugin's program is started. The kernel hands a script to its interpreter by name, and the
 * interpreter then has to be a program that may be started: here the launcher reads the first line
 * itself, so that it is the only one that ever starts anything.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

struct program {
    char *path;     /* of the file that is started: the program, or its interpreter; owned */
    char *argument; /* the one that a script's first line may have, or NULL; owned */
    bool script;
};

/* 0; -ENOEXEC: a first line that cannot be followed, which is said on stderr; or -errno. */
tb_must_check int program_read(const char *path, struct program *ret_program);
