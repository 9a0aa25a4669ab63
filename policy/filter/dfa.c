#include "policy/filter/dfa.h"

#include "base/result.h"
#include "base/wire.h"

static bool classes_valid(struct tb_bytes classes, uint64_t n_classes)
{
    if (classes.n != 256 || n_classes == 0 || n_classes > 256)
        return false;
    for (size_t i = 0; i < classes.n; i++)
        if (classes.data[i] >= n_classes)
            return false;
    return true;
}

/* Every state leads to states that there are, and the dead one nowhere else. */
static bool table_valid(struct tb_bytes table, uint64_t n_classes, uint64_t n_states)
{
    for (size_t i = 0; i < table.n / 2; i++) {
        uint32_t next = tb_load_u16(table.data + 2 * i);
        if (next >= n_states || (i < n_classes && next != 0))
            return false;
    }
    return true;
}

int tb_dfa_read(const msgpack_object *object, struct tb_dfa *ret_dfa)
{
    struct tb_bytes classes;
    struct tb_bytes table;
    uint64_t n_classes;
    uint64_t start;
    uint64_t accept;
    const struct tb_field fields[] = {
        {"classes", TB_BIN, &classes, 256, NULL},
        {"n_classes", TB_UINT, &n_classes, 256, NULL},
        {"start", TB_UINT, &start, TB_DFA_STATES_MAX, NULL},
        {"accept", TB_UINT, &accept, TB_DFA_STATES_MAX, NULL},
        {"table", TB_BIN, &table, TB_DFA_TABLE_MAX, NULL},
    };
    if (tb_map_read(object, fields, TB_ARRAY_LEN(fields)) != TB_OK ||
        !classes_valid(classes, n_classes))
        return TB_MALFORMED;
    uint64_t n_states = table.n / 2 / n_classes;
    if (table.n != n_states * n_classes * 2 || n_states > TB_DFA_STATES_MAX || start >= n_states ||
        accept == 0 || accept > n_states || !table_valid(table, n_classes, n_states))
        return TB_MALFORMED;
    *ret_dfa = (struct tb_dfa){.classes = classes.data,
                               .table = table.data,
                               .n_classes = (uint32_t)n_classes,
                               .start = (uint32_t)start,
                               .accept = (uint32_t)accept};
    return TB_OK;
}

bool tb_dfa_matches(const struct tb_dfa *dfa, struct tb_bytes text, struct tb_filter_cost *cost)
{
    uint32_t state = dfa->start;
    size_t i = 0;
    for (; i < text.n && state != 0; i++)
        state = tb_load_u16(dfa->table +
                            2 * ((size_t)state * dfa->n_classes + dfa->classes[text.data[i]]));
    return tb_filter_pay_bytes(cost, i) && state >= dfa->accept;
}
