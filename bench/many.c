#include "bench/many.h"

#include "bench/folder.h"

#include <errno.h>
#include <stdint.h>

enum { PERMISSIONS_PER_FILE = 100, CAPABILITIES_PER_FILE = 10, NAME_MAX_BYTES = 64 };

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

/* Where the part `number` of the permissions begins. */
static unsigned part(const struct bench_size *size, unsigned number)
{
    return (unsigned)((uint64_t)size->permissions * number / size->capabilities);
}

static void put_capability(FILE *file, const struct bench_size *size, unsigned number)
{
    fprintf(file, "{\"identifier\": \"c%u\", \"windows\": [\"w%u\"], \"permissions\": [", number,
            number);
    for (unsigned i = part(size, number); i < part(size, number + 1); i++)
        fprintf(file, "%s\"allow-c%u\"", i > part(size, number) ? ", " : "", i);
    fputs("]}", file);
}

static int write_capabilities(const char *app, const struct bench_size *size, unsigned first,
                              unsigned end)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "capabilities/%06u.json", first);
    FILE *file = bench_folder_open(app, name);
    if (!file)
        return -errno;
    for (unsigned i = first; i < end; i++) {
        fputs(i == first ? "[" : ",\n", file);
        put_capability(file, size, i);
    }
    fputs("]\n", file);
    return bench_folder_close(file);
}

static unsigned lesser(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

int bench_many_write(const char *app, const struct bench_size *size)
{
    unsigned n = size->permissions;
    int r = bench_folder_add(app, "permissions");
    for (unsigned at = 0; r == 0 && at < n; at += PERMISSIONS_PER_FILE)
        r = write_permissions(app, at, lesser(at + PERMISSIONS_PER_FILE, n));
    n = size->capabilities;
    for (unsigned at = 0; r == 0 && at < n; at += CAPABILITIES_PER_FILE)
        r = write_capabilities(app, size, at, lesser(at + CAPABILITIES_PER_FILE, n));
    return r;
}

static int write_description(const char *app, unsigned n)
{
    FILE *file = bench_folder_open(app, "plugin/plugin.toml");
    if (!file)
        return -errno;
    fputs(
        "name = \"echo\"\nprogram = \"echo\"\nscope = \"opaque\"\ncommands = [\"echo\", \"other\"",
        file);
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
