#include "policy/filter/condition.h"

#include "base/result.h"

const char *const tb_filter_op_names[TB_N_OPS] = {"equals", "one_of", "regex",  "length",
                                                  "range",  "inside", "exists", "type"};

/* The keys of a condition besides `op`, `not` and `path`; NULL where absent. */
struct operands {
    const msgpack_object *value;
    const msgpack_object *min;
    const msgpack_object *max;
    const msgpack_object *dfa;
    const msgpack_object *folders;
    const msgpack_object *base;
};

static bool read_op(struct tb_bytes name, enum tb_filter_op *ret_op)
{
    for (unsigned i = 0; i < TB_N_OPS; i++) {
        if (!tb_bytes_are(name, tb_filter_op_names[i]))
            continue;
        *ret_op = (enum tb_filter_op)i;
        return true;
    }
    return false;
}

/* Whether the operands are those of the op and no others. */
static bool operands_fit(enum tb_filter_op op, const struct operands *operands)
{
    bool value = op == TB_OP_EQUALS || op == TB_OP_ONE_OF || op == TB_OP_TYPE;
    bool range = op == TB_OP_LENGTH || op == TB_OP_RANGE;
    return value == (operands->value != NULL) &&
           range == (operands->min != NULL || operands->max != NULL) &&
           (op == TB_OP_REGEX) == (operands->dfa != NULL) &&
           (op == TB_OP_INSIDE) == (operands->folders != NULL) &&
           (op == TB_OP_INSIDE || !operands->base);
}

static int read_operand(const struct operands *operands, msgpack_zone *zone,
                        struct tb_filter_condition *condition)
{
    switch (condition->op) {
    case TB_OP_ONE_OF:
        if (operands->value->type != MSGPACK_OBJECT_ARRAY)
            return TB_MALFORMED;
        condition->u.value = operands->value;
        return TB_OK;
    case TB_OP_EQUALS:
        condition->u.value = operands->value;
        return TB_OK;
    case TB_OP_REGEX:
        return tb_dfa_read(operands->dfa, &condition->u.dfa);
    case TB_OP_LENGTH:
    case TB_OP_RANGE:
        condition->u.range = (struct tb_filter_range){operands->min, operands->max};
        return tb_filter_range_valid(&condition->u.range) ? TB_OK : TB_MALFORMED;
    case TB_OP_INSIDE:
        return tb_filter_inside_read(operands->folders, operands->base, zone, &condition->u.inside);
    case TB_OP_TYPE:
        if (operands->value->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
            operands->value->via.u64 > TB_TYPES_ALL)
            return TB_MALFORMED;
        condition->u.types = (uint32_t)operands->value->via.u64;
        return TB_OK;
    case TB_OP_EXISTS:
    case TB_N_OPS:
        break;
    }
    return TB_OK;
}

int tb_filter_condition_read(const msgpack_object *map, msgpack_zone *zone,
                             struct tb_filter_condition *ret_condition)
{
    struct tb_filter_condition condition = {0};
    struct operands operands = {0};
    struct tb_bytes op;
    const msgpack_object *path;
    bool has; /* NULL says it too */
    const struct tb_field fields[] = {
        {"op", TB_STR, &op, 0, NULL},
        {"not", TB_BOOL, &condition.negated, 0, &has},
        {"path", TB_ARRAY, &path, 0, NULL},
        {"value", TB_ANY, &operands.value, 0, &has},
        {"min", TB_ANY, &operands.min, 0, &has},
        {"max", TB_ANY, &operands.max, 0, &has},
        {"dfa", TB_MAP, &operands.dfa, 0, &has},
        {"folders", TB_ARRAY, &operands.folders, 0, &has},
        {"base", TB_ARRAY, &operands.base, 0, &has},
    };
    if (tb_map_read(map, fields, TB_ARRAY_LEN(fields)) != TB_OK || !read_op(op, &condition.op) ||
        !operands_fit(condition.op, &operands))
        return TB_MALFORMED;
    int r = tb_filter_pointer_read(path, zone, &condition.pointer);
    if (r == TB_OK)
        r = read_operand(&operands, zone, &condition);
    if (r == TB_OK)
        *ret_condition = condition;
    return r;
}

/* One condition on the way through args. */
struct judge {
    const struct tb_filter_condition *condition;
    struct tb_filter_cost *cost;
    struct tb_filter_from from; /* of `inside` */
    bool some;                  /* a value that is as the condition says */
    bool other;                 /* one that is not, or a way that leads nowhere */
};

static bool length_in(const struct tb_filter_range *range, const msgpack_object *value)
{
    uint64_t n;
    return tb_filter_length(value, &n) && tb_filter_range_has(range, n);
}

static bool matches(struct judge *judge, const msgpack_object *value)
{
    const struct tb_filter_condition *condition = judge->condition;
    switch (condition->op) {
    case TB_OP_EQUALS:
        return tb_filter_equal(condition->u.value, value, judge->cost);
    case TB_OP_ONE_OF:
        return tb_filter_among(value, condition->u.value, judge->cost);
    case TB_OP_REGEX:
        return value->type == MSGPACK_OBJECT_STR &&
               tb_dfa_matches(&condition->u.dfa, tb_object_bytes(value), judge->cost);
    case TB_OP_LENGTH:
        return length_in(&condition->u.range, value);
    case TB_OP_RANGE:
        return tb_filter_range_place(&condition->u.range, value) == TB_RANGE_IN;
    case TB_OP_INSIDE:
        return tb_filter_is_inside(&condition->u.inside, &judge->from, value, judge->cost);
    case TB_OP_EXISTS: /* nil is what a page's `undefined` and `null` become: nothing is there */
        return value->type != MSGPACK_OBJECT_NIL;
    case TB_OP_TYPE:
        return (tb_filter_types(value) & condition->u.types) != 0;
    case TB_N_OPS:
        break;
    }
    return false;
}

/* Goes on until the answer is known. */
static bool visit(void *data, const msgpack_object *value)
{
    struct judge *judge = data;
    if (value && matches(judge, value))
        judge->some = true;
    else
        judge->other = true;
    return judge->condition->negated ? !judge->other : !judge->some;
}

bool tb_filter_condition_holds(const struct tb_filter_condition *condition,
                               const msgpack_object *args, struct tb_filter_cost *cost)
{
    struct judge judge = {.condition = condition, .cost = cost};
    if (condition->op == TB_OP_INSIDE)
        judge.from = tb_filter_inside_from(&condition->u.inside, args, cost);
    tb_filter_walk(&condition->pointer, args, cost, visit, &judge);
    return condition->negated ? judge.other : judge.some;
}
