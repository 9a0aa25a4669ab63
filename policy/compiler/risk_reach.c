/* How far the entries of a scope reach. By their text as the files have it, and not by what its
 * variables are on this machine: the same policy has the same score everywhere. */
#include "policy/compiler/program.h"
#include "policy/compiler/programs.h"
#include "policy/compiler/risk_row.h"
#include "policy/compiler/url/remote.h"

static bool wild(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (memchr("*?[", text.data[i], 3))
            return true;
    return false;
}

/* ---- paths ---- */

static enum tb_risk_path path_below_variable(struct tb_bytes name, struct tb_bytes rest)
{
    static const struct {
        const char *name;
        enum tb_risk_path path;
    } rows[] = {
        {"$RESOURCE", TB_RISK_APP_PATH},   {"$TEMP", TB_RISK_TEMP_PATH},
        {"$DESKTOP", TB_RISK_USER_PATH},   {"$DOCUMENT", TB_RISK_USER_PATH},
        {"$DOWNLOAD", TB_RISK_USER_PATH},  {"$PICTURE", TB_RISK_USER_PATH},
        {"$AUDIO", TB_RISK_USER_PATH},     {"$VIDEO", TB_RISK_USER_PATH},
        {"$PUBLIC", TB_RISK_USER_PATH},    {"$TEMPLATE", TB_RISK_USER_PATH},
        {"$CONFIG", TB_RISK_PROGRAM_PATH}, {"$DATA", TB_RISK_PROGRAM_PATH},
        {"$EXE", TB_RISK_PROGRAM_PATH},    {"$LOCALDATA", TB_RISK_PROGRAM_PATH},
        {"$CACHE", TB_RISK_PROGRAM_PATH},  {"$FONT", TB_RISK_PROGRAM_PATH},
        {"$HOME", TB_RISK_HOME_PATH},      {"$RUNTIME", TB_RISK_PROGRAM_PATH},
    };
    struct tb_bytes first = tb_bytes_cut(&rest, '/');
    bool named = first.n > 0 && !wild(first);
    if (tb_bytes_begin(name, "$APP"))
        return TB_RISK_APP_PATH;
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        if (!tb_bytes_are(name, rows[i].name))
            continue;
        if (!named || rows[i].path < TB_RISK_NAMED_PATH)
            return rows[i].path;
        /* ~/.ssh, ~/.config */
        return first.data[0] == '.' ? TB_RISK_PROGRAM_PATH : TB_RISK_NAMED_PATH;
    }
    return TB_RISK_NAMED_PATH;
}

static enum tb_risk_path path_of(struct tb_bytes path)
{
    struct tb_bytes rest = path;
    struct tb_bytes first = tb_bytes_cut(&rest, '/');
    if (tb_bytes_begin(path, "$"))
        return path_below_variable(first, rest);
    if (path.n == 0 || path.data[0] != '/')
        return wild(first) ? TB_RISK_ALL_PATH : TB_RISK_NAMED_PATH;
    first = tb_bytes_cut(&rest, '/');
    struct tb_bytes second = tb_bytes_cut(&rest, '/');
    if (first.n == 0 || wild(first))
        return TB_RISK_ALL_PATH;
    bool whole_home = second.n == 0 || wild(second) || rest.n == 0 || wild(rest);
    if ((tb_bytes_are(first, "home") || tb_bytes_are(first, "root")) && whole_home)
        return TB_RISK_HOME_PATH;
    return TB_RISK_NAMED_PATH;
}

/* ---- URLs ---- */

bool tb_risk_any_host(struct tb_bytes pattern)
{
    if (pattern.n == 0 || !memmem(pattern.data, pattern.n, "://", 3))
        return tb_bytes_are(pattern, "*") || tb_bytes_are(pattern, "**");
    return tb_remote_is_of_anybody(pattern);
}

/* ---- programs ---- */

static bool checks_any(const struct tb_value *args)
{
    for (const struct tb_value *item = args->child; item; item = item->next)
        if (item->type == TB_VALUE_MAP)
            return true;
    return false;
}

struct program {
    struct tb_bytes name;
    struct tb_bytes command;
    const struct tb_value *args;
};

/* What runs others where its arguments say so is a program like any other if it starts none. */
static bool runs_others(const struct tb_manifest *manifest, const struct program *program,
                        struct tb_bytes name)
{
    const struct tb_program_table *table = tb_table_find(&manifest->program_of, program->name);
    enum tb_program kind = tb_program_of(name);
    return kind == TB_PROGRAM_INTERPRETER ||
           (kind == TB_PROGRAM_BY_ARGUMENTS && (!table || table->children));
}

static enum tb_risk_program program_of(const struct tb_manifest *manifest,
                                       const struct program *program)
{
    struct tb_bytes name = program->command.n > 0 ? program->command : program->name;
    const struct tb_value *args = program->args;
    bool any = args && args->type == TB_VALUE_BOOL && args->boolean;
    bool checked = args && args->type == TB_VALUE_LIST && checks_any(args);
    if (name.n == 0)
        return TB_RISK_NO_PROGRAM;
    if (runs_others(manifest, program, name) && (any || checked))
        return TB_RISK_INTERPRETER;
    if (any)
        return TB_RISK_ANY_ARGS;
    return checked ? TB_RISK_CHECKED_ARGS : TB_RISK_FIXED_ARGS;
}

/* ---- entries ---- */

static void add_path(struct tb_risk_reach *reach, struct tb_bytes text)
{
    enum tb_risk_path path = path_of(text);
    reach->path = path > reach->path ? path : reach->path;
}

static void add_url(struct tb_risk_reach *reach, struct tb_bytes text)
{
    reach->any_host = reach->any_host || tb_risk_any_host(text);
}

static void add_map(const struct tb_manifest *manifest, struct tb_risk_reach *reach,
                    const struct tb_value *entry)
{
    struct program program = {{0}, {0}, NULL};
    for (const struct tb_value *item = entry->child; item; item = item->next) {
        bool text = item->type == TB_VALUE_STRING;
        if (text && tb_bytes_are(item->key, "path"))
            add_path(reach, item->string);
        if (text && tb_bytes_are(item->key, "url"))
            add_url(reach, item->string);
        if (text && tb_bytes_are(item->key, "name"))
            program.name = item->string;
        if (text && tb_bytes_are(item->key, "cmd"))
            program.command = item->string;
        if (tb_bytes_are(item->key, "args"))
            program.args = item;
    }
    enum tb_risk_program found = program_of(manifest, &program);
    reach->programs = found > reach->programs ? found : reach->programs;
}

void tb_risk_reach_add(const struct tb_manifest *manifest, struct tb_risk_reach *reach,
                       const struct tb_value *entry)
{
    reach->scoped = true;
    bool text = entry->type == TB_VALUE_STRING;
    /* Which of the two it is only the plugin knows. */
    if (text)
        add_url(reach, entry->string);
    if (text && !memmem(entry->string.data, entry->string.n, "://", 3))
        add_path(reach, entry->string);
    if (entry->type == TB_VALUE_MAP)
        add_map(manifest, reach, entry);
}

void tb_risk_reach_join(struct tb_risk_reach *reach, const struct tb_risk_reach *more)
{
    reach->scoped = reach->scoped || more->scoped;
    reach->path = more->path > reach->path ? more->path : reach->path;
    reach->any_host = reach->any_host || more->any_host;
    reach->programs = more->programs > reach->programs ? more->programs : reach->programs;
}
