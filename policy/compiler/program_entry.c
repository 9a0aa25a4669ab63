/* An entry of a scope of programs, `{name, cmd, args, sidecar}` as Tauri has it, with what
 * [programs.NAME] says of it, as the one map that who starts the program goes by. */
#include "policy/compiler/programs.h"

#include "policy/compiler/program.h"
#include "policy/compiler/scope.h"

enum { KEYS = 18 + TB_N_PROGRAM_NUMBERS };

struct program {
    struct tb_place place;
    struct tb_bytes name;
    const struct tb_value *cmd;
    const struct tb_value *args;
    bool sidecar;
    const struct tb_program_table *table;
    struct tb_program_file file;
    bool has_interpreter;
    struct tb_program_file interpreter;
    struct tb_bytes argument; /* of the interpreter, before the script's path */
};

void tb_program_tell(struct tb_policy *policy, const char *code, struct tb_place place,
                     const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *text = tb_report_format(policy->arena, format, list);
    va_end(list);
    if (policy->manifest.mode == TB_TAURI)
        tb_report_warning(policy->report, code, place, "%s; the entry allows nothing", text);
    else
        tb_report_error(policy->report, code, place, "%s", text);
}

const struct tb_value *tb_program_field(const struct tb_value *map, const char *key)
{
    const struct tb_value *field = map->type == TB_VALUE_MAP ? map->child : NULL;
    while (field && !tb_bytes_are(field->key, key))
        field = field->next;
    return field && field->type != TB_VALUE_NULL ? field : NULL;
}

/* ---- what the entry says ---- */

static bool is_type(const struct tb_value *value, unsigned types)
{
    return !value || (value->type & types);
}

static bool read_entry(struct tb_policy *policy, const struct tb_value *entry,
                       struct program *ret_program)
{
    const struct tb_value *name = tb_program_field(entry, "name");
    const struct tb_value *sidecar = tb_program_field(entry, "sidecar");
    struct program program = {
        .place = entry->place,
        .cmd = tb_program_field(entry, "cmd"),
        .args = tb_program_field(entry, "args"),
    };
    bool ok = name && is_type(name, TB_VALUE_STRING) && name->string.n > 0 &&
              is_type(program.cmd, TB_VALUE_STRING) && is_type(sidecar, TB_VALUE_BOOL) &&
              is_type(program.args, TB_VALUE_BOOL | TB_VALUE_LIST);
    if (!ok) {
        tb_program_tell(policy, "program", entry->place,
                        "an entry of a scope of programs is a table with the string `name`, and "
                        "with `cmd` (a string), `args` (true, false or a list) or `sidecar`");
        return false;
    }
    program.name = name->string;
    program.sidecar = sidecar && sidecar->boolean;
    program.table = tb_program_table_of(policy, name->string);
    *ret_program = program;
    return true;
}

/* ---- where it is ---- */

/* A path with its variable replaced and without wildcards; false: told. */
static bool plain_path(struct tb_policy *policy, const struct tb_value *value,
                       struct tb_bytes *ret_path)
{
    const char *wrong = "its variable resolves to nothing here";
    struct tb_bytes pattern;
    struct tb_root root;
    if (tb_pattern_expand(policy->arena, &policy->vars, value->string, &pattern, &wrong) ==
        TB_PATTERN_OK) {
        wrong = "write a path without wildcards";
        if (tb_pattern_root(policy->arena, pattern, &root) && root.whole) {
            *ret_path = root.path;
            return true;
        }
    }
    tb_program_tell(policy, "program", value->place, "`%.*s`: %s", TB_SHOWN(value->string), wrong);
    return false;
}

static struct tb_bytes join(struct tb_policy *policy, struct tb_bytes folder, struct tb_bytes name,
                            const char *end)
{
    return tb_bytes_of_string(tb_arena_format(policy->arena, "%.*s/%.*s%s", (int)folder.n,
                                              (const char *)folder.data, (int)name.n,
                                              (const char *)name.data, end));
}

/* The first that is there; else the first. */
static struct tb_bytes first_of(struct tb_policy *policy, const struct tb_bytes *paths, size_t n)
{
    struct tb_program_file file;
    for (size_t i = 0; i < n; i++)
        if (tb_program_file_find(policy->arena, paths[i], &file) == TB_PROGRAM_FOUND)
            return paths[i];
    return paths[0];
}

static struct tb_bytes sidecar_path(struct tb_policy *policy, struct tb_bytes name)
{
#if defined(__aarch64__)
    static const char triple[] = "-aarch64-unknown-linux-gnu";
#else
    static const char triple[] = "-x86_64-unknown-linux-gnu";
#endif
    const struct tb_bytes paths[] = {join(policy, policy->inputs->resource, name, ""),
                                     join(policy, policy->inputs->resource, name, triple)};
    return first_of(policy, paths, TB_ARRAY_LEN(paths));
}

/* Never by a PATH: who compiles the policy is not who runs the app. */
static struct tb_bytes path_by_name(struct tb_policy *policy, const struct tb_value *cmd)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    struct tb_bytes paths[TB_ARRAY_LEN(folders)];
    for (size_t i = 0; i < TB_ARRAY_LEN(folders); i++)
        paths[i] = join(policy, tb_bytes_of_string(folders[i]), cmd->string, "");
    struct tb_bytes path = first_of(policy, paths, TB_ARRAY_LEN(paths));
    tb_report_warning(policy->report, "program-by-name", cmd->place,
                      "`%.*s` is taken to be `%.*s`: write the absolute path, here or as `path` in "
                      "[programs.NAME]",
                      TB_SHOWN(cmd->string), TB_SHOWN(path));
    return path;
}

static bool has_dots(struct tb_bytes path)
{
    struct tb_bytes rest = path;
    while (rest.n > 0)
        if (tb_bytes_are(tb_bytes_cut(&rest, '/'), ".."))
            return true;
    return false;
}

static bool find_path(struct tb_policy *policy, const struct program *program,
                      struct tb_bytes *ret_path)
{
    const struct tb_value *cmd = program->cmd;
    struct tb_bytes text = tb_value_text(cmd);
    struct tb_bytes beside = text.n > 0 ? text : program->name;
    if (program->table->path)
        return plain_path(policy, program->table->path, ret_path);
    if (program->sidecar && beside.data[0] != '/' && !has_dots(beside)) {
        *ret_path = sidecar_path(policy, beside);
        return true;
    }
    if (text.n > 0 && !program->sidecar && !memchr(text.data, '/', text.n)) {
        *ret_path = path_by_name(policy, cmd);
        return true;
    }
    if (text.n > 0 && !program->sidecar)
        return plain_path(policy, cmd, ret_path);
    tb_program_tell(policy, "program", program->place,
                    "`%.*s` has no program: write its absolute path as `cmd`, or as `path` in "
                    "[programs.\"%.*s\"] of the manifest",
                    TB_SHOWN(program->name), TB_SHOWN(program->name));
    return false;
}

static bool find_file(struct tb_policy *policy, struct tb_place place, struct tb_bytes path,
                      struct tb_program_file *ret_file)
{
    switch (tb_program_file_find(policy->arena, path, ret_file)) {
    case TB_PROGRAM_FOUND:
        return true;
    case TB_PROGRAM_MISSING:
        tb_report_warning(policy->report, "program-missing", place,
                          "there is no `%.*s`, so that the entry allows nothing: install it, and "
                          "reload",
                          TB_SHOWN(path));
        return false;
    case TB_PROGRAM_NOT_ONE:
        break;
    }
    tb_program_tell(policy, "program", place, "`%.*s` is no file that can be executed",
                    TB_SHOWN(path));
    return false;
}

/* ---- what runs what ---- */

static bool is_interpreter(const struct tb_program_file *file)
{
    return tb_program_of(file->path) == TB_PROGRAM_INTERPRETER ||
           tb_program_of(file->real) == TB_PROGRAM_INTERPRETER;
}

/* Tauri takes it, and so do the modes that read its files: as an entry that allows nothing. */
static bool check_interpreter(struct tb_policy *policy, const struct program *program)
{
    bool any_args = program->args && program->args->type == TB_VALUE_BOOL && program->args->boolean;
    if (!is_interpreter(&program->file) || (program->table->shell && !any_args))
        return true;
    if (program->table->shell)
        tb_report_warning(policy->report, "interpreter", program->place,
                          "with `args = true` the page runs any program by `%.*s`, so that the "
                          "entry allows nothing: list the arguments",
                          TB_SHOWN(program->file.path));
    else
        tb_report_warning(policy->report, "interpreter", program->place,
                          "`%.*s` runs whatever its arguments or its input say, so that the entry "
                          "allows nothing: name the program that is needed; or, if every argument "
                          "and every input may be run, write `shell = true` in [programs.\"%.*s\"]",
                          TB_SHOWN(program->file.path), TB_SHOWN(program->name));
    return false;
}

static struct tb_bytes last_part(struct tb_bytes path)
{
    struct tb_bytes part = {0};
    while (path.n > 0)
        part = tb_bytes_cut(&path, '/');
    return part;
}

/* `#!/usr/bin/env X` asks for the first X of a PATH that the program does not get. */
static bool by_env(struct tb_bytes interpreter)
{
    return tb_bytes_are(last_part(interpreter), "env");
}

static bool is_named(struct tb_policy *policy, const struct program *program,
                     struct tb_bytes first_line, struct tb_bytes argument)
{
    const struct tb_program_file *file = &program->interpreter;
    struct tb_program_file named;
    if (by_env(first_line))
        return tb_bytes_equal(last_part(file->path), argument);
    return tb_program_file_find(policy->arena, first_line, &named) == TB_PROGRAM_FOUND &&
           tb_bytes_equal(named.real, file->real);
}

static bool check_script(struct tb_policy *policy, struct program *program,
                         struct tb_bytes first_line, struct tb_bytes argument)
{
    struct tb_bytes a, b;
    const struct tb_value *said = program->table->interpreter;
    if (!said || !is_named(policy, program, first_line, argument)) {
        tb_program_tell(policy, "program", said ? said->place : program->place,
                        "`%.*s` is a script whose first line is `#!%.*s%s%.*s`: write that "
                        "interpreter's absolute path as `interpreter` in [programs.\"%.*s\"]",
                        TB_SHOWN(program->file.path), TB_SHOWN(first_line),
                        argument.n > 0 ? " " : "", TB_SHOWN(argument), TB_SHOWN(program->name));
        return false;
    }
    if (tb_program_file_kind(policy->arena, program->interpreter.real, &a, &b) ==
        TB_PROGRAM_SCRIPT) {
        tb_program_tell(policy, "program", said->place, "the interpreter is a script itself");
        return false;
    }
    if (!by_env(first_line))
        program->argument = argument;
    return true;
}

static bool find_interpreter(struct tb_policy *policy, struct program *program)
{
    const struct tb_value *said = program->table->interpreter;
    struct tb_bytes path, first_line, argument;
    if (said && (!plain_path(policy, said, &path) ||
                 !find_file(policy, said->place, path, &program->interpreter)))
        return false;
    program->has_interpreter = said != NULL;
    enum tb_program_kind kind =
        tb_program_file_kind(policy->arena, program->file.real, &first_line, &argument);
    if (kind == TB_PROGRAM_SCRIPT)
        return check_script(policy, program, first_line, argument);
    if (kind == TB_PROGRAM_NATIVE && said)
        tb_program_tell(policy, "program", said->place,
                        "`%.*s` is no script: leave `interpreter` out",
                        TB_SHOWN(program->file.path));
    return kind != TB_PROGRAM_NATIVE || !said;
}

/* ---- the map ---- */

static void pack_paths(struct tb_policy *policy, struct tb_packer *packer, const char *key,
                       const struct tb_value *list)
{
    size_t n;
    const struct tb_bytes *paths = tb_scope_paths(policy, list, &n);
    tb_pack_key(packer, key);
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_str(packer, paths[i]);
}

static void pack_interpreter(struct tb_packer *packer, const struct program *program)
{
    if (!program->has_interpreter)
        return;
    tb_pack_key(packer, "interpreter");
    tb_pack_map(packer, 4);
    tb_program_file_pack(packer, &program->interpreter);
    tb_pack_key_str(packer, "argument", program->argument);
}

static void pack(struct tb_policy *policy, struct tb_packer *packer, const struct program *program,
                 struct tb_bytes cwd)
{
    const struct tb_program_table *table = program->table;
    tb_pack_map(packer, KEYS + program->has_interpreter);
    tb_pack_key_str(packer, "name", program->name);
    tb_pack_key_bool(packer, "sidecar", program->sidecar);
    tb_program_file_pack(packer, &program->file);
    pack_interpreter(packer, program);
    tb_program_args_pack(packer, program->args);
    tb_program_env_pack(policy, packer, table);
    tb_pack_key_str(packer, "cwd", cwd);
    pack_paths(policy, packer, "cwd_allow", table->cwd_allow);
    tb_pack_key_str(packer, "picks", table->picks);
    pack_paths(policy, packer, "read", table->read);
    pack_paths(policy, packer, "write", table->write);
    pack_paths(policy, packer, "exec", table->exec);
    tb_pack_key_bool(packer, "children", table->children);
    tb_pack_key_bool(packer, "network", table->network);
    tb_pack_key_bool(packer, "jit", table->jit);
    tb_pack_key_bool(packer, "stdin", table->takes_input);
    for (size_t i = 0; i < TB_N_PROGRAM_NUMBERS; i++)
        tb_pack_key_uint(packer, tb_program_number_keys[i], table->numbers[i]);
}

/* What is denied needs no file: a program of that name is not started. */
static bool pack_denied(struct tb_policy *policy, struct tb_packer *packer,
                        const struct tb_value *entry)
{
    const struct tb_value *name = tb_program_field(entry, "name");
    if (!name || name->type != TB_VALUE_STRING) {
        tb_program_tell(policy, "program", entry->place,
                        "what denies a program is a table with its `name`");
        return false;
    }
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "name", name->string);
    return true;
}

bool tb_program_entry_pack(struct tb_policy *policy, struct tb_packer *packer, bool deny,
                           const struct tb_value *entry)
{
    struct program program;
    struct tb_bytes path;
    struct tb_bytes cwd = policy->inputs->resource;
    if (deny)
        return pack_denied(policy, packer, entry);
    if (!read_entry(policy, entry, &program) || !find_path(policy, &program, &path) ||
        !find_file(policy, program.place, path, &program.file))
        return false;
    /* All of what is wrong is told. */
    bool ok = check_interpreter(policy, &program);
    ok = find_interpreter(policy, &program) && ok;
    ok = tb_program_args_check(policy, program.args) && ok;
    ok = tb_program_env_check(policy, program.table) && ok;
    ok = (!program.table->cwd || plain_path(policy, program.table->cwd, &cwd)) && ok;
    if (ok)
        pack(policy, packer, &program, cwd);
    return ok;
}
