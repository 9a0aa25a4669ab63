/* A folder of the benchmark's own below the temporary folder, and files in it. All but remove
 * return 0 or -errno. */
#pragma once

#include "base/compiler.h"

#include <limits.h>
#include <stdio.h>

/* On failure *ret_path is empty. */
tb_must_check int bench_folder_make(char ret_path[static PATH_MAX]);
void bench_folder_remove(const char *path); /* with all that is in it; "" is fine */

tb_must_check int bench_folder_join(const char *folder, const char *name,
                                    char ret_path[static PATH_MAX]);
tb_must_check int bench_folder_add(const char *folder, const char *name); /* a folder in it */

/* A file that is written piece by piece, and whose errors are all told at the end. NULL: errno. */
FILE *bench_folder_open(const char *folder, const char *name);
tb_must_check int bench_folder_close(FILE *file);

tb_must_check tb_printf(3, 4) int bench_folder_write(const char *folder, const char *name,
                                                     const char *format, ...);
