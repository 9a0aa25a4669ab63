#include "cli/cli.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What plugins, pages and files say is part of it. */
tb_printf(1, 0) static void put_message(const char *format, va_list arguments)
{
    char *message;
    if (vasprintf(&message, format, arguments) < 0)
        return;
    cli_put_to(stderr, message);
    free(message);
}

int cli_error(int status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "trollbridge: %s: ", code);
    put_message(format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "trollbridge: usage: ");
    put_message(format, arguments);
    fprintf(stderr, "; see trollbridge %s --help\n", command);
    va_end(arguments);
    return CLI_USAGE;
}
