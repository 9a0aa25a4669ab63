#include "bench/many.h"

#include "bench/folder.h"

#include <errno.h>
#include <stdint.h>

enum { PER_FILE = 100, NAME_MAX_BYTES = 64 };

static void put_permission(FILE *file, unsigned number)
{
    fprintf(file,
            "[[permission]]\n"
            "identifier = \"allow-c%u\"\n"
            "description = \"Allows the command c%u.\"\n"
            "commands.allow = [\"c%u\"]\n"
            "[[permission.scope.allow]]\n"
            "name = \"n%u\"\n",
            number, number, number, number);
}

static int write_permissions(const char *app, unsigned first, unsigned end)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "permissions/%06u.toml", first);
    FILE *file = bench_folder_open(app, name);
    if (!file)
        return -errno;
    for (unsigned i = first; i < end; i++)
        put_permission(file, i);
    return bench_folder_close(file);
}

static int write_capability(const char *app, unsigned number, unsigned first, unsigned end)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "capabilities/%06u.json", number);
    FILE *file = bench_folder_open(app, name);
    if (!file)
        return -errno;
    fprintf(file, "{\"identifier\": \"c%u\", \"windows\": [\"w%u\"], \"permissions\": [", number,
            number);
    for (unsigned i = first; i < end; i++)
        fprintf(file, "%s\"allow-c%u\"", i > first ? ", " : "", i);
    fputs("]}\n", file);
    return bench_folder_close(file);
}

/* Where the part `number` of the permissions begins. */
static unsigned part(const struct bench_size *size, unsigned number)
{
    return (unsigned)((uint64_t)size->permissions * number / size->capabilities);
}

int bench_many_write(const char *app, const struct bench_size *size)
{
    int r = bench_folder_add(app, "permissions");
    for (unsigned at = 0; r == 0 && at < size->permissions; at += PER_FILE)
        r = write_permissions(
            app, at, at + PER_FILE < size->permissions ? at + PER_FILE : size->permissions);
    for (unsigned i = 0; r == 0 && i < size->capabilities; i++)
        r = write_capability(app, i, part(size, i), part(size, i + 1));
    return r;
}

static int write_description(const char *app, unsigned n)
{
    FILE *file = bench_folder_open(app, "plugin/plugin.toml");
    if (!file)
        return -errno;
    fputs("name = \"echo\"\nprogram = \"echo\"\nscope = \"opaque\"\ncommands = [\"echo\"", file);
    for (unsigned i = 0; i < n; i++)
        fprintf(file, ", \"c%u\"", i);
    fputs("]\n", file);
    return bench_folder_close(file);
}

static int write_set(const char *app, unsigned n)
{
    FILE *file = bench_folder_open(app, "plugin/permissions/many.toml");
    if (!file)
        return -errno;
    for (unsigned i = 0; i < n; i++)
        put_permission(file, i);
    fputs("[[set]]\nidentifier = \"all\"\ndescription = \"Allows all of them.\"\npermissions = [",
          file);
    for (unsigned i = 0; i < n; i++)
        fprintf(file, "%s\"allow-c%u\"", i > 0 ? ", " : "", i);
    fputs("]\n", file);
    return bench_folder_close(file);
}

int bench_many_plugin(const char *app, unsigned n)
{
    int r = write_description(app, n);
    return r == 0 ? write_set(app, n) : r;
}
