/* `trollbridge doctor` alone, for tests that copy it to another user's folder. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

int cli_error(int status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "trollbridge: %s: ", code);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    return status;
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "trollbridge: usage: %s: ", command);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    return CLI_USAGE;
}

int main(int argc, char **argv)
{
    return cli_doctor(argc, argv);
}
