#include "confine/program.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 256 };

static int refuse(const char *path, const char *why)
{
    fprintf(stderr, "trollbridge-confine: %s: its first line %s\n", path, why);
    return -ENOEXEC;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The text without blanks around it. */
static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && is_blank(text[n - 1]))
        text[--n] = 0;
    return text;
}

static bool is_env(const char *interpreter)
{
    const char *slash = strrchr(interpreter, '/');
    return slash && strcmp(slash, "/env") == 0;
}

/* What stands behind `#!`, in the kernel's reading: a path, then at most one argument, which may
 * hold blanks. */
static int read_line(const char *path, char *line, struct program *program)
{
    char *interpreter = trim(line);
    size_t n = strcspn(interpreter, " \t");
    char *argument = interpreter[n] ? trim(interpreter + n + 1) : NULL;
    interpreter[n] = 0;
    if (interpreter[0] != '/')
        return refuse(path, "names no interpreter by its absolute path");
    if (is_env(interpreter))
        return refuse(path, "names env, which may not start another program: name the interpreter "
                            "itself, as #!/usr/bin/python3");
    program->path = realpath(interpreter, NULL);
    program->argument = argument ? strdup(argument) : NULL;
    return program->path ? 0 : refuse(path, "names an interpreter that is not there");
}

int program_read(const char *path, struct program *ret_program)
{
    char line[LINE_MAX_BYTES + 1];
    tb_fd file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = file < 0 ? -1 : read(file, line, LINE_MAX_BYTES);
    if (n < 0)
        return -errno;
    line[n] = 0;
    struct program program = {.script = strncmp(line, "#!", 2) == 0};
    char *end = program.script ? strchr(line, '\n') : NULL;
    if (program.script && !end)
        return refuse(path, "is too long");
    if (end)
        *end = 0;
    int r = 0;
    if (program.script)
        r = read_line(path, line + 2, &program);
    else if (!(program.path = realpath(path, NULL)))
        r = -errno;
    if (r == 0)
        *ret_program = program;
    return r;
}
