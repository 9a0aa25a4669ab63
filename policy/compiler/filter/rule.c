#include "base/escape.h"
#include "policy/compiler/filter/parts.h"

enum { COMPILED_MAX = 4 * 1024 * 1024 };

/* The keys of a rule; NULL where absent. */
struct keys {
    const struct tb_value *then;
    const struct tb_value *message;
    const struct tb_value *when;
    const struct tb_value *set;
    const struct tb_value *drop;
    const struct tb_value *clamp;
};

static bool refuse(struct tb_filter_compiler *compiler, const struct tb_value *value,
                   const char *wrong)
{
    tb_report_error(compiler->report, "value", value->place, "%s", wrong);
    return false;
}

static size_t length(const struct tb_value *list)
{
    return list ? list->n : 0;
}

static bool check_edits(struct tb_filter_compiler *compiler, const struct tb_value *table,
                        const struct keys *keys, enum tb_filter_then then)
{
    size_t n = length(keys->set) + length(keys->drop) + length(keys->clamp);
    if (then != TB_THEN_REWRITE && (keys->set || keys->drop || keys->clamp))
        return refuse(compiler, table,
                      "`set`, `drop` and `clamp` change arguments: write `then = \"rewrite\"`, and "
                      "what else is to happen as a rule of its own behind it");
    if (then == TB_THEN_REWRITE && n == 0)
        return refuse(compiler, table,
                      "a rule that rewrites needs `set`, `drop` or `clamp`: what does it change?");
    return n <= TB_RULE_EDITS_MAX ||
           refuse(compiler, table, "a rule with more than 32 changes: write two rules");
}

static bool check_message(struct tb_filter_compiler *compiler, const struct tb_value *message)
{
    if (!message || (message->string.n <= TB_RULE_MESSAGE_MAX && tb_is_plain_line(message->string)))
        return true;
    return refuse(compiler, message,
                  "`message` is one line of at most 256 bytes, all of it visible");
}

static bool pack_list(struct tb_filter_compiler *compiler, const char *key,
                      const struct tb_value *list,
                      bool (*pack)(struct tb_filter_compiler *, const struct tb_value *),
                      unsigned type)
{
    bool ok = true;
    tb_pack_key(&compiler->packer, key);
    tb_pack_array(&compiler->packer, length(list));
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next) {
        if (item->type & type) {
            ok = pack(compiler, item) && ok;
            continue;
        }
        tb_report_error(
            compiler->report, "type", item->place, "an element of `%s` must be %s, not %s", key,
            tb_value_type_name((enum tb_value_type)type), tb_value_type_name(item->type));
        ok = false;
    }
    return ok;
}

static bool pack_edits(struct tb_filter_compiler *compiler, const struct keys *keys)
{
    bool ok = true;
    if (keys->set)
        ok = pack_list(compiler, "set", keys->set, tb_filter_pack_set, TB_VALUE_MAP) && ok;
    if (keys->drop)
        ok = pack_list(compiler, "drop", keys->drop, tb_filter_pack_drop, TB_VALUE_STRING) && ok;
    if (keys->clamp)
        ok = pack_list(compiler, "clamp", keys->clamp, tb_filter_pack_clamp, TB_VALUE_MAP) && ok;
    return ok;
}

static bool pack_rule(struct tb_filter_compiler *compiler, const struct tb_value *table,
                      const struct keys *keys, enum tb_filter_then then)
{
    struct tb_packer *packer = &compiler->packer;
    tb_pack_map(packer, 4u + (keys->message != NULL) + (keys->set != NULL) + (keys->drop != NULL) +
                            (keys->clamp != NULL));
    tb_pack_key_text(packer, "file", table->place.file);
    tb_pack_key_uint(packer, "line", table->place.line);
    tb_pack_key_text(packer, "then", tb_filter_then_names[then]);
    if (keys->message)
        tb_pack_key_str(packer, "message", keys->message->string);
    bool ok = pack_list(compiler, "when", keys->when, tb_filter_pack_condition, TB_VALUE_MAP);
    return pack_edits(compiler, keys) && ok;
}

/* What has been packed, kept. */
static bool keep(struct tb_filter_compiler *compiler, const struct tb_value *value,
                 struct tb_bytes *ret_compiled)
{
    if (compiler->packer.failed)
        return refuse(compiler, value,
                      "compiled it would be larger than 4 MiB: write fewer or smaller conditions");
    *ret_compiled = tb_arena_copy(compiler->report->arena, tb_buffer_bytes(compiler->packer.out));
    return true;
}

static bool read_rule(struct tb_filter_compiler *compiler, const struct tb_value *table,
                      struct keys *keys, struct tb_rule_source *rule)
{
    const struct tb_want wants[] = {
        {"command", TB_VALUE_STRING, &rule->command, false},
        {"view", TB_VALUE_STRING, &rule->view, false},
        {"origin", TB_VALUE_STRING, &rule->origin, false},
        {"when", TB_VALUE_LIST, &keys->when, false},
        {"then", TB_VALUE_STRING, &keys->then, true},
        {"set", TB_VALUE_LIST, &keys->set, false},
        {"drop", TB_VALUE_LIST, &keys->drop, false},
        {"clamp", TB_VALUE_LIST, &keys->clamp, false},
        {"message", TB_VALUE_STRING, &keys->message, false},
    };
    if (!tb_value_fields(compiler->report, table, "[[rule]]", wants, TB_ARRAY_LEN(wants),
                         TB_UNKNOWN_ERROR))
        return false;
    size_t then = tb_filter_word(compiler, keys->then, "`then`", tb_filter_then_names, TB_N_THENS);
    if (then == TB_N_THENS)
        return false;
    rule->then = (enum tb_filter_then)then;
    rule->place = table->place;
    rule->always = length(keys->when) == 0;
    if (length(keys->when) > TB_RULE_CONDITIONS_MAX)
        return refuse(compiler, table, "a rule with more than 16 conditions: write two rules");
    return check_edits(compiler, table, keys, rule->then) && check_message(compiler, keys->message);
}

bool tb_rule_compile(struct tb_report *report, const struct tb_vars *vars,
                     const struct tb_value *table, struct tb_rule_source *ret_rule)
{
    struct tb_filter_compiler compiler = {.report = report, .vars = vars};
    struct tb_rule_source rule = {0};
    struct keys keys;
    if (!read_rule(&compiler, table, &keys, &rule))
        return false;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer buffer;
    tb_buffer_init(&buffer, COMPILED_MAX);
    tb_packer_init(&compiler.packer, &buffer);
    bool ok =
        pack_rule(&compiler, table, &keys, rule.then) && keep(&compiler, table, &rule.compiled);
    if (!ok)
        return false;
    tb_filter_warn_contradiction(report, keys.when);
    *ret_rule = rule;
    return true;
}
