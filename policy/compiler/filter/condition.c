#include "policy/compiler/filter/parts.h"

/* The keys of a condition besides `path`, `op` and `not`; NULL where absent. */
struct operands {
    const struct tb_value *path;
    const struct tb_value *value;
    const struct tb_value *min;
    const struct tb_value *max;
    const struct tb_value *base;
};

enum { ONE_VALUE = 1, MIN_MAX = 2, A_BASE = 4 };

static const struct {
    unsigned takes;
    unsigned types; /* of the value */
    const char *what;
} operands_of[TB_N_OPS] = {
    [TB_OP_EQUALS] = {ONE_VALUE, TB_VALUE_ANY, "`value`, of any type"},
    [TB_OP_ONE_OF] = {ONE_VALUE, TB_VALUE_LIST, "`value`, a list"},
    [TB_OP_REGEX] = {ONE_VALUE, TB_VALUE_STRING, "`value`, a regular expression"},
    [TB_OP_LENGTH] = {MIN_MAX, 0, "`min` or `max`, or both"},
    [TB_OP_RANGE] = {MIN_MAX, 0, "`min` or `max`, or both"},
    [TB_OP_INSIDE] = {ONE_VALUE | A_BASE, TB_VALUE_STRING | TB_VALUE_LIST,
                      "`value`, a folder or a list of folders, and may take `base`"},
    [TB_OP_EXISTS] = {0, 0, "no value"},
    [TB_OP_TYPE] = {ONE_VALUE, TB_VALUE_STRING | TB_VALUE_LIST,
                    "`value`, the name of a type or a list of such names"},
};

static bool operands_fit(struct tb_filter_compiler *compiler, const struct tb_value *map,
                         enum tb_filter_op op, const struct operands *operands)
{
    unsigned takes = operands_of[op].takes;
    bool value = operands->value != NULL;
    bool range = operands->min || operands->max;
    if (value == ((takes & ONE_VALUE) != 0) && range == ((takes & MIN_MAX) != 0) &&
        (!operands->base || (takes & A_BASE)) &&
        (!value || (operands->value->type & operands_of[op].types)))
        return true;
    tb_report_error(compiler->report, "value", map->place, "a condition with `%s` takes %s",
                    tb_filter_op_names[op], operands_of[op].what);
    return false;
}

static bool pack_range(struct tb_filter_compiler *compiler, enum tb_filter_op op,
                       const struct operands *operands)
{
    if (!tb_filter_check_range(compiler, operands->min, operands->max,
                               op == TB_OP_LENGTH ? "`length`" : "`range`", op == TB_OP_LENGTH))
        return false;
    tb_filter_pack_number(compiler, "min", operands->min);
    tb_filter_pack_number(compiler, "max", operands->max);
    return true;
}

/* Said, or as the commands of fs have it; an empty one says that there is none. */
static struct tb_value base_for(struct tb_filter_compiler *compiler,
                                const struct operands *operands)
{
    if (operands->base)
        return *operands->base;
    struct tb_value base = *operands->path;
    base.string = tb_filter_base_of(compiler->report->arena, operands->path->string);
    return base;
}

static bool pack_operands(struct tb_filter_compiler *compiler, enum tb_filter_op op,
                          const struct operands *operands, const struct tb_value *base)
{
    struct tb_packer *packer = &compiler->packer;
    switch (op) {
    case TB_OP_EQUALS:
        tb_pack_key(packer, "value");
        return tb_filter_pack_constant(compiler, operands->value);
    case TB_OP_ONE_OF:
        tb_pack_key(packer, "value");
        return tb_filter_pack_one_of(compiler, operands->value);
    case TB_OP_REGEX:
        tb_pack_key(packer, "dfa");
        return tb_filter_pack_regex(compiler, operands->value);
    case TB_OP_LENGTH:
    case TB_OP_RANGE:
        return pack_range(compiler, op, operands);
    case TB_OP_INSIDE:
        if (base->string.n > 0) {
            tb_pack_key(packer, "base");
            if (!tb_filter_pack_pointer(compiler, base, false))
                return false;
        }
        tb_pack_key(packer, "folders");
        return tb_filter_pack_folders(compiler, operands->value);
    case TB_OP_TYPE:
        tb_pack_key(packer, "value");
        return tb_filter_pack_types(compiler, operands->value);
    case TB_OP_EXISTS:
    case TB_N_OPS:
        break;
    }
    return true;
}

/* How many keys the operands are, as pack_operands writes them. */
static size_t n_operands(enum tb_filter_op op, const struct operands *operands,
                         const struct tb_value *base)
{
    if (op == TB_OP_LENGTH || op == TB_OP_RANGE)
        return (size_t)(operands->min != NULL) + (operands->max != NULL);
    return (op != TB_OP_EXISTS) + (size_t)(op == TB_OP_INSIDE && base->string.n > 0);
}

bool tb_filter_pack_condition(struct tb_filter_compiler *compiler, const struct tb_value *map)
{
    struct operands operands;
    const struct tb_value *op;
    const struct tb_value *negated;
    const struct tb_want wants[] = {
        {"path", TB_VALUE_STRING, &operands.path, true},
        {"op", TB_VALUE_STRING, &op, true},
        {"value", TB_VALUE_ANY, &operands.value, false},
        {"min", TB_VALUE_INT | TB_VALUE_REAL, &operands.min, false},
        {"max", TB_VALUE_INT | TB_VALUE_REAL, &operands.max, false},
        {"base", TB_VALUE_STRING, &operands.base, false},
        {"not", TB_VALUE_BOOL, &negated, false},
    };
    if (!tb_value_fields(compiler->report, map, "a condition", wants, TB_ARRAY_LEN(wants),
                         TB_UNKNOWN_ERROR))
        return false;
    size_t kind = tb_filter_word(compiler, op, "`op`", tb_filter_op_names, TB_N_OPS);
    if (kind == TB_N_OPS || !operands_fit(compiler, map, (enum tb_filter_op)kind, &operands))
        return false;
    const struct tb_value base = base_for(compiler, &operands);
    bool is_not = negated && negated->boolean;
    tb_pack_map(&compiler->packer,
                2u + is_not + n_operands((enum tb_filter_op)kind, &operands, &base));
    tb_pack_key_text(&compiler->packer, "op", tb_filter_op_names[kind]);
    if (is_not)
        tb_pack_key_bool(&compiler->packer, "not", true);
    tb_pack_key(&compiler->packer, "path");
    return tb_filter_pack_pointer(compiler, operands.path, true) &&
           pack_operands(compiler, (enum tb_filter_op)kind, &operands, &base);
}
