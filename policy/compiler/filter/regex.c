#include "policy/compiler/filter/regex.h"

#include "policy/compiler/filter/parts.h"
#include "policy/compiler/filter/regex_tree.h"

static size_t table_size(const struct tb_regex *regex)
{
    return (size_t)regex->n_states * regex->n_classes * 2;
}

const char *tb_regex_compile(struct tb_arena *arena, struct tb_bytes text,
                             struct tb_regex *ret_regex)
{
    /* What it takes to make a table is much more than the table: a manifest may have thousands. */
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    const char *wrong;
    struct tb_regex_nfa nfa;
    struct tb_regex regex;
    const struct tb_regex_node *tree = tb_regex_read(&scratch, text, &wrong);
    if (!wrong)
        wrong = tb_regex_nfa_of(&scratch, tree, &nfa);
    if (!wrong)
        wrong = tb_regex_dfa_of(&scratch, &nfa, &regex);
    if (wrong)
        return wrong;
    *ret_regex = regex;
    ret_regex->table = tb_arena_get(arena, table_size(&regex), 1);
    memcpy(ret_regex->table, regex.table, table_size(&regex));
    return NULL;
}

void tb_regex_pack(struct tb_packer *packer, const struct tb_regex *regex)
{
    tb_pack_map(packer, 5);
    tb_pack_key(packer, "classes");
    tb_pack_bin(packer, tb_bytes_of(regex->classes, sizeof regex->classes));
    tb_pack_key_uint(packer, "n_classes", regex->n_classes);
    tb_pack_key_uint(packer, "start", regex->start);
    tb_pack_key_uint(packer, "accept", regex->accept);
    tb_pack_key(packer, "table");
    tb_pack_bin(packer, tb_bytes_of(regex->table, table_size(regex)));
}

bool tb_filter_pack_regex(struct tb_filter_compiler *compiler, const struct tb_value *text)
{
    struct tb_regex regex;
    const char *wrong = tb_regex_compile(compiler->report->arena, text->string, &regex);
    if (wrong) {
        tb_report_error(compiler->report, "regex", text->place,
                        "the regular expression `%.*s` cannot be used: %s", TB_SHOWN(text->string),
                        wrong);
        return false;
    }
    tb_regex_pack(&compiler->packer, &regex);
    return true;
}
