#include "dev/targets.h"

#include "dev/changes.h"
#include "dev/names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HOOK_FILE "isolation.js"

tb_printf(5, 6) static void put(struct dev_targets *targets, unsigned change, bool whole,
                                bool policy, const char *format, ...)
{
    va_list list;
    tb_assert(targets->n < DEV_TARGETS_MAX);
    struct dev_target *target = &targets->list[targets->n];
    *target = (struct dev_target){.change = change, .whole = whole, .policy = policy};
    va_start(list, format);
    int n = vsnprintf(target->path, sizeof target->path, format, list);
    va_end(list);
    targets->n += n > 0 && (size_t)n < sizeof target->path;
}

bool dev_targets_set(struct dev_targets *targets, const char *frontend,
                     const struct dev_manifest *manifest)
{
    targets->n = 0;
    put(targets, DEV_CHANGE_APP, false, false, DEV_MANIFEST_FILE);
    put(targets, DEV_CHANGE_FILES, true, false, "%s", frontend);
    put(targets, DEV_CHANGE_POLICY, true, true, "capabilities");
    put(targets, DEV_CHANGE_POLICY, true, true, "permissions");
    /* One that is there and that the manifest does not name is an error. */
    put(targets, DEV_CHANGE_POLICY, false, false, HOOK_FILE);
    put(targets, DEV_CHANGE_POLICY, false, false, "%s", manifest->hook);
    for (size_t i = 0; i < manifest->n_plugins; i++) {
        put(targets, DEV_CHANGE_POLICY, false, false, "%s/plugin.toml", manifest->plugins[i]);
        put(targets, DEV_CHANGE_POLICY, true, true, "%s/permissions", manifest->plugins[i]);
    }
    return strlen(frontend) < sizeof targets->list[0].path;
}

bool dev_target_is_below(const struct dev_target *target, const char *path)
{
    return dev_path_is_below(target->path, path);
}

bool dev_target_holds(const struct dev_target *target, const char *path)
{
    return target->whole ? dev_path_is_below(path, target->path) : strcmp(path, target->path) == 0;
}

bool dev_target_wants(const struct dev_target *target, const char *name)
{
    static const char *const ends[] = {".toml", ".json", ".json5"};
    const char *dot = strrchr(name, '.');
    if (dev_name_is_temporary(name))
        return false;
    if (!target->policy)
        return true;
    for (size_t i = 0; i < TB_ARRAY_LEN(ends); i++)
        if (dot && strcmp(dot, ends[i]) == 0)
            return true;
    return false;
}
