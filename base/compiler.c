#include "base/compiler.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void tb_assert_failed(const char *expression, const char *file, int line)
{
    char text[512];
    int n = snprintf(text, sizeof text, "trollbridge: bug: %s:%d: %s\n", file, line, expression);
    /* write and trap, not abort: abort needs signal calls that no role's seccomp list has. */
    if (n > 0 && write(STDERR_FILENO, text, strnlen(text, sizeof text)) < 0)
        __builtin_trap();
    __builtin_trap();
}
