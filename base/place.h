/*
 * Where the parts of Trollbridge are: relative to the file that this code was loaded from (a
 * program in bin/ or libexec/, or a library in lib/ or lib/<triplet>/), never by PATH, environment
 * or working directory.
 */
#pragma once

#include "base/compiler.h"

#include <limits.h>
#include <stdbool.h>

/* The absolute path of an existing file of the tree, as "libexec/trollbridge/broker". 0 or -errno.
 */
tb_must_check int tb_place_of(const char *relative, char ret_path[static PATH_MAX]);
