/* [programs.NAME], as the manifest has it. */
#include "policy/compiler/programs.h"

enum { NAME_MAX_BYTES = 256 };

const char *const tb_program_number_keys[TB_N_PROGRAM_NUMBERS] = {
    [TB_PROGRAM_PROCESSES] = "processes",   [TB_PROGRAM_MEMORY_MIB] = "memory_mib",
    [TB_PROGRAM_CPU_S] = "cpu_s",           [TB_PROGRAM_TIME_S] = "time_s",
    [TB_PROGRAM_OUTPUT_MIB] = "output_mib",
};

static const struct {
    uint64_t least;
    uint64_t most;
    uint64_t otherwise;
} numbers[TB_N_PROGRAM_NUMBERS] = {
    [TB_PROGRAM_PROCESSES] = {1, 4096, 32},
    [TB_PROGRAM_MEMORY_MIB] = {16, 1024 * 1024, 512},
    [TB_PROGRAM_CPU_S] = {0, 1024 * 1024, 0},
    [TB_PROGRAM_TIME_S] = {0, 1024 * 1024, 0},
    [TB_PROGRAM_OUTPUT_MIB] = {1, 1024 * 1024, 64},
};

static const char *const picks_words[] = {"none", "read", "write"};

static struct tb_program_table defaults(void)
{
    struct tb_program_table table = {
        .picks = tb_bytes_of_string(picks_words[0]),
        .takes_input = true,
    };
    for (size_t i = 0; i < TB_N_PROGRAM_NUMBERS; i++)
        table.numbers[i] = numbers[i].otherwise;
    return table;
}

static void take_number(struct tb_manifest_context *context, const struct tb_value *value,
                        enum tb_program_number which, uint64_t *number)
{
    if (!value)
        return;
    if (value->integer >= (int64_t)numbers[which].least &&
        value->integer <= (int64_t)numbers[which].most)
        *number = (uint64_t)value->integer;
    else
        tb_report_error(context->report, "value", value->place, "`%s` must be from %llu to %llu",
                        tb_program_number_keys[which], (unsigned long long)numbers[which].least,
                        (unsigned long long)numbers[which].most);
}

static bool is_true(const struct tb_value *value)
{
    return value && value->boolean;
}

static void check_texts(struct tb_manifest_context *context, const struct tb_program_table *table)
{
    const struct tb_value *const lists[] = {table->read, table->write, table->exec,
                                            table->cwd_allow};
    const struct tb_value *const maps[] = {table->env, table->env_allow};
    for (size_t i = 0; i < TB_ARRAY_LEN(lists); i++)
        tb_value_strings(context->report, lists[i], "a list of paths");
    for (size_t i = 0; i < TB_ARRAY_LEN(maps); i++)
        for (const struct tb_value *item = maps[i] ? maps[i]->child : NULL; item; item = item->next)
            if (item->type != TB_VALUE_STRING)
                tb_report_error(context->report, "type", item->place,
                                "the variable `%.*s` must be a string", TB_SHOWN(item->key));
}

void tb_program_read(struct tb_manifest_context *context, const struct tb_value *map)
{
    struct tb_program_table table = defaults();
    const struct tb_value *shell, *children, *network, *jit, *picks, *takes_input;
    const struct tb_value *number[TB_N_PROGRAM_NUMBERS];
    const struct tb_want wants[] = {
        {"path", TB_VALUE_STRING, &table.path, false},
        {"interpreter", TB_VALUE_STRING, &table.interpreter, false},
        {"shell", TB_VALUE_BOOL, &shell, false},
        {"env", TB_VALUE_MAP, &table.env, false},
        {"env_allow", TB_VALUE_MAP, &table.env_allow, false},
        {"cwd", TB_VALUE_STRING, &table.cwd, false},
        {"cwd_allow", TB_VALUE_LIST, &table.cwd_allow, false},
        {"picks", TB_VALUE_STRING, &picks, false},
        {"read", TB_VALUE_LIST, &table.read, false},
        {"write", TB_VALUE_LIST, &table.write, false},
        {"exec", TB_VALUE_LIST, &table.exec, false},
        {"children", TB_VALUE_BOOL, &children, false},
        {"network", TB_VALUE_BOOL, &network, false},
        {"jit", TB_VALUE_BOOL, &jit, false},
        {"stdin", TB_VALUE_BOOL, &takes_input, false},
        {"processes", TB_VALUE_INT, &number[TB_PROGRAM_PROCESSES], false},
        {"memory_mib", TB_VALUE_INT, &number[TB_PROGRAM_MEMORY_MIB], false},
        {"cpu_s", TB_VALUE_INT, &number[TB_PROGRAM_CPU_S], false},
        {"time_s", TB_VALUE_INT, &number[TB_PROGRAM_TIME_S], false},
        {"output_mib", TB_VALUE_INT, &number[TB_PROGRAM_OUTPUT_MIB], false},
    };
    tb_manifest_fields(context, map, "a table of [programs]", wants, TB_ARRAY_LEN(wants));
    for (size_t i = 0; i < TB_N_PROGRAM_NUMBERS; i++)
        take_number(context, number[i], (enum tb_program_number)i, &table.numbers[i]);
    check_texts(context, &table);
    table.name = map->key;
    table.place = map->place;
    table.shell = is_true(shell);
    table.children = is_true(children);
    table.network = is_true(network);
    table.jit = is_true(jit);
    table.takes_input = !takes_input || takes_input->boolean;
    table.picks =
        tb_manifest_word(context, picks, "`picks`", picks_words, TB_ARRAY_LEN(picks_words));
    if (map->key.n == 0 || map->key.n > NAME_MAX_BYTES)
        tb_report_error(context->report, "value", map->place,
                        "a table of [programs] has the `name` of an entry, of 1 to %d bytes",
                        NAME_MAX_BYTES);
    struct tb_program_table *kept = TB_NEW(context->report->arena, struct tb_program_table);
    *kept = table;
    kept->next = context->manifest->programs;
    context->manifest->programs = kept;
    tb_table_put(context->report->arena, &context->manifest->program_of, kept->name, kept);
}

const struct tb_program_table *tb_program_table_of(struct tb_policy *policy, struct tb_bytes name)
{
    struct tb_program_table *table = tb_table_find(&policy->manifest.program_of, name);
    if (!table) {
        table = TB_NEW(policy->arena, struct tb_program_table);
        *table = defaults();
    }
    table->used = true;
    return table;
}

void tb_programs_tell_unused(struct tb_policy *policy)
{
    for (const struct tb_program_table *table = policy->manifest.programs; table;
         table = table->next)
        if (!table->used)
            tb_report_warning(policy->report, "program-unused", table->place,
                              "no entry in a scope of `shell` is named `%.*s`: grant "
                              "`shell:allow-execute` or `shell:allow-spawn` with one, or leave "
                              "this table out",
                              TB_SHOWN(table->name));
}
