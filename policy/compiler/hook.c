/*
 * [hook]: the developer's own JavaScript, which a process of its own runs. Its text is read here,
 * with all other files of the policy, and nobody opens the file again: what runs is what was
 * compiled, whatever is written to the file meanwhile.
 */
#include "proto/hook.h"
#include "policy/compiler/command_pattern.h"
#include "policy/compiler/data/source.h"
#include "policy/compiler/manifest_parts.h"
#include "policy/settings.h"

enum { TIME_MS = 50, MEMORY_MIB = 128 };

/* Without a folder: the launcher of a plugin covers the file itself, and a folder around it could
 * be moved away, file and all, by a plugin that may write there. */
static bool name_valid(struct tb_bytes name)
{
    return name.n > 0 && name.n <= TB_HOOK_FILE_MAX && !memchr(name.data, '/', name.n) &&
           !memchr(name.data, 0, name.n) && !tb_bytes_are(name, ".") && !tb_bytes_are(name, "..");
}

static void read_file(struct tb_manifest_context *context, const struct tb_value *map,
                      const struct tb_value *file, struct tb_hook *hook)
{
    hook->file = file ? file->string : tb_bytes_of_string(TB_HOOK_FILE);
    hook->file_place = file ? file->place : map->place;
    if (name_valid(hook->file))
        return;
    tb_report_error(context->report, "value", hook->file_place,
                    "`file` cannot be `%.*s`: write the name of a file that lies in the app folder "
                    "itself, such as " TB_HOOK_FILE,
                    TB_SHOWN(hook->file));
    hook->file = (struct tb_bytes){0};
}

static void check_commands(struct tb_manifest_context *context, const struct tb_value *commands)
{
    if (!tb_value_strings(context->report, commands, "`commands`"))
        return;
    for (const struct tb_value *item = commands ? commands->child : NULL; item; item = item->next)
        if (!tb_command_pattern_valid(item->string))
            tb_report_error(context->report, "value", item->place,
                            "`%.*s` is not a command: write `plugin:NAME|command`, `plugin:NAME|*` "
                            "for all of a plugin, the bare name of a command of the app, or `*`",
                            TB_SHOWN(item->string));
    if (commands && commands->n == 0)
        tb_report_error(context->report, "value", commands->place,
                        "`commands` names none, so that the hook would see nothing: name some, or "
                        "leave it out for all of them");
}

static uint32_t budget(struct tb_manifest_context *context, const struct tb_value *value,
                       const char *what, uint32_t least, uint32_t most, uint32_t otherwise)
{
    if (!value)
        return otherwise;
    if (value->integer >= least && value->integer <= most)
        return (uint32_t)value->integer;
    tb_report_error(context->report, "value", value->place, "`%s` must be from %u to %u", what,
                    least, most);
    return otherwise;
}

void tb_hook_read(struct tb_manifest_context *context, const struct tb_value *map)
{
    struct tb_hook *hook = &context->manifest->hook;
    const struct tb_value *file;
    const struct tb_value *time_ms;
    const struct tb_value *memory_mib;
    const struct tb_want wants[] = {
        {"file", TB_VALUE_STRING, &file, false},
        {"commands", TB_VALUE_LIST, &hook->commands, false},
        {"time_ms", TB_VALUE_INT, &time_ms, false},
        {"memory_mib", TB_VALUE_INT, &memory_mib, false},
    };
    tb_manifest_fields(context, map, "[hook]", wants, TB_ARRAY_LEN(wants));
    hook->place = map->place;
    read_file(context, map, file, hook);
    check_commands(context, hook->commands);
    hook->time_ms = budget(context, time_ms, "time_ms", 1, TB_HOOK_TIME_MS_MAX, TIME_MS);
    hook->memory_mib = budget(context, memory_mib, "memory_mib", TB_HOOK_MEMORY_MIB_MIN,
                              TB_HOOK_MEMORY_MIB_MAX, MEMORY_MIB);
}

bool tb_manifest_hooks(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_hook *hook = &manifest->hook;
    if (hook->file.n == 0 || !hook->commands)
        return hook->file.n > 0;
    for (const struct tb_value *item = hook->commands->child; item; item = item->next)
        if (tb_command_pattern_matches(item->string, command))
            return true;
    return false;
}

/* A hook that lies there would look as if it were run. */
static void refuse_unused(struct tb_policy *policy)
{
    if (tb_source_exists(policy->inputs->app, TB_HOOK_FILE))
        tb_report_error(
            policy->report, "hook-unused", (struct tb_place){TB_HOOK_FILE, 0},
            "the manifest does not have this hook run: write `[hook]` in " TB_MANIFEST_FILE
            ", or move the file out of the app folder");
}

/* Whether it is JavaScript, and a hook, its engine says: in another process, at each start. */
static void check_text(struct tb_policy *policy, const char *file, struct tb_bytes text)
{
    struct tb_place place = {file, 0};
    if (text.n > TB_HOOK_TEXT_MAX)
        tb_report_error(policy->report, "too-large", place,
                        "a hook is at most 512 KiB: leave out of it what it does not need");
    else if (text.n == 0)
        tb_report_error(policy->report, "value", place,
                        "the hook is empty: export a function onRequest, or leave out [hook]");
    else if (!tb_utf8_valid(text) || memchr(text.data, 0, text.n))
        tb_report_error(policy->report, "syntax", place, "a hook is text in UTF-8");
}

void tb_hook_open(struct tb_policy *policy)
{
    struct tb_hook *hook = &policy->manifest.hook;
    if (hook->file.n == 0 || !tb_bytes_are(hook->file, TB_HOOK_FILE))
        refuse_unused(policy);
    if (hook->file.n == 0)
        return;
    const char *file = tb_arena_string(policy->arena, hook->file);
    if (!tb_source_exists(policy->inputs->app, file))
        tb_report_error(policy->report, "hook-missing", hook->file_place,
                        "there is no file %s in the app folder: write the hook there, or leave out "
                        "[hook]",
                        tb_report_text(policy->arena, "%s", file));
    else if (tb_source_read(policy->report, policy->inputs->app, file, file, &hook->text))
        check_text(policy, file, hook->text);
}
