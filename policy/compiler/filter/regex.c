#include "policy/compiler/filter/regex.h"

#include "policy/compiler/filter/parts.h"
#include "policy/compiler/filter/regex_tree.h"

const char *tb_regex_compile(struct tb_arena *arena, struct tb_bytes text,
                             struct tb_regex *ret_regex)
{
    const char *wrong;
    struct tb_regex_nfa nfa;
    const struct tb_regex_node *tree = tb_regex_read(arena, text, &wrong);
    if (wrong)
        return wrong;
    wrong = tb_regex_nfa_of(arena, tree, &nfa);
    return wrong ? wrong : tb_regex_dfa_of(arena, &nfa, ret_regex);
}

void tb_regex_pack(struct tb_packer *packer, const struct tb_regex *regex)
{
    size_t n = (size_t)regex->n_states * regex->n_classes * 2;
    tb_pack_map(packer, 5);
    tb_pack_key(packer, "classes");
    tb_pack_bin(packer, tb_bytes_of(regex->classes, sizeof regex->classes));
    tb_pack_key_uint(packer, "n_classes", regex->n_classes);
    tb_pack_key_uint(packer, "start", regex->start);
    tb_pack_key_uint(packer, "accept", regex->accept);
    tb_pack_key(packer, "table");
    tb_pack_bin(packer, tb_bytes_of(regex->table, n));
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
