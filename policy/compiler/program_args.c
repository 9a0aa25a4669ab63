/* Arguments of a program: each fixed, or what a pattern lets the page choose. */
#include "policy/compiler/programs.h"

#include "argument/pattern.h"
#include "base/result.h"

enum { ARGS_MAX = 256, FIXED_MAX = 4096 };

bool tb_program_pattern_check(struct tb_policy *policy, const struct tb_value *value)
{
    struct tb_argument_pattern *pattern = NULL;
    struct tb_argument_error error;
    int r = tb_argument_pattern_new(value->string, &pattern, &error);
    tb_argument_pattern_free(pattern);
    if (r == TB_OK)
        return true;
    if (r == TB_MALFORMED)
        tb_program_tell(policy, "program", value->place,
                        "`%.*s` is no pattern (PCRE2): %s, at its byte %zu",
                        TB_SHOWN(value->string), error.message, error.at);
    else
        tb_program_tell(policy, "program", value->place, "a pattern of more than %d bytes",
                        TB_ARGUMENT_PATTERN_MAX);
    return false;
}

static bool check_fixed(struct tb_policy *policy, const struct tb_value *fixed)
{
    bool ok = fixed->string.n <= FIXED_MAX &&
              (fixed->string.n == 0 || !memchr(fixed->string.data, 0, fixed->string.n));
    if (!ok)
        tb_program_tell(policy, "program", fixed->place,
                        "a fixed argument has at most %d bytes, and no NUL among them", FIXED_MAX);
    return ok;
}

static bool check_validated(struct tb_policy *policy, const struct tb_value *map)
{
    const struct tb_value *validator = tb_program_field(map, "validator");
    const struct tb_value *raw = tb_program_field(map, "raw"); /* all of it matches anyway */
    bool ok = validator && validator->type == TB_VALUE_STRING &&
              (!raw || raw->type == TB_VALUE_BOOL) && map->n == 1u + (raw != NULL);
    if (!ok)
        tb_program_tell(policy, "program", map->place,
                        "an argument that the page chooses is a table with the string `validator`, "
                        "and no other key but `raw`");
    return ok && tb_program_pattern_check(policy, validator);
}

static bool check_one(struct tb_policy *policy, const struct tb_value *item)
{
    if (item->type == TB_VALUE_STRING)
        return check_fixed(policy, item);
    if (item->type == TB_VALUE_MAP)
        return check_validated(policy, item);
    tb_program_tell(policy, "program", item->place,
                    "an argument is a string, or a table with the string `validator`, not %s",
                    tb_value_type_name(item->type));
    return false;
}

bool tb_program_args_check(struct tb_policy *policy, const struct tb_value *args)
{
    bool ok = true;
    if (!args || args->type == TB_VALUE_BOOL)
        return true;
    if (args->n > ARGS_MAX) {
        tb_program_tell(policy, "program", args->place, "a program has at most %d arguments",
                        ARGS_MAX);
        return false;
    }
    for (const struct tb_value *item = args->child; item; item = item->next)
        ok = check_one(policy, item) && ok;
    return ok;
}

static void pack_one(struct tb_packer *packer, const struct tb_value *item)
{
    if (item->type == TB_VALUE_STRING) {
        tb_pack_str(packer, item->string);
        return;
    }
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "pattern", tb_value_text(tb_program_field(item, "validator")));
}

void tb_program_args_pack(struct tb_packer *packer, const struct tb_value *args)
{
    tb_pack_key(packer, "args");
    if (!args || args->type == TB_VALUE_BOOL) {
        tb_pack_bool(packer, args && args->boolean);
        return;
    }
    tb_pack_array(packer, args->n);
    for (const struct tb_value *item = args->child; item; item = item->next)
        pack_one(packer, item);
}
