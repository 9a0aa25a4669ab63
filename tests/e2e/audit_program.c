/* `trollbridge audit` as a program of its own, so that tests can drive it without the rest. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

int cli_error(int status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "trollbridge: %s: ", code);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "trollbridge: usage: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (see trollbridge %s --help)\n", command);
    va_end(arguments);
    return CLI_USAGE;
}

int main(int argc, char **argv)
{
    return cli_audit(argc, argv);
}
