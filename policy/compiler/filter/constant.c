#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/filter/parts.h"
#include "proto/limits.h"

#include <math.h>

static bool refuse(struct tb_filter_compiler *compiler, const struct tb_value *value,
                   const char *wrong)
{
    tb_report_error(compiler->report, "value", value->place, "%s", wrong);
    return false;
}

/* What no argument can ever be. */
static bool check_constant(struct tb_filter_compiler *compiler, const struct tb_value *value,
                           unsigned depth)
{
    if (value->type == TB_VALUE_REAL && !isfinite(value->real))
        return refuse(compiler, value, "infinity and NaN equal no argument: write a number");
    if (value->key.n > TB_MSGPACK_KEY)
        return refuse(compiler, value, "a key of more than 256 bytes, which no argument has");
    if (depth > TB_FILTER_VALUE_DEPTH)
        return refuse(compiler, value,
                      "a value with more than 8 lists or tables inside each other");
    for (const struct tb_value *child = value->child; child; child = child->next)
        if (!check_constant(compiler, child, depth + 1))
            return false;
    return true;
}

bool tb_filter_pack_constant(struct tb_filter_compiler *compiler, const struct tb_value *value)
{
    if (!check_constant(compiler, value, 0))
        return false;
    tb_value_pack(&compiler->packer, value);
    return true;
}

bool tb_filter_pack_one_of(struct tb_filter_compiler *compiler, const struct tb_value *list)
{
    if (list->type != TB_VALUE_LIST)
        return refuse(compiler, list, "`one_of` takes a list of values");
    if (list->n == 0)
        return refuse(compiler, list, "an empty `one_of`, which nothing is: name the values");
    if (list->n > TB_RULE_ONE_OF_MAX)
        return refuse(compiler, list, "`one_of` with more than 256 values: write a `regex`");
    return tb_filter_pack_constant(compiler, list);
}

size_t tb_filter_word(struct tb_filter_compiler *compiler, const struct tb_value *value,
                      const char *what, const char *const *names, size_t n)
{
    const char *all = "";
    for (size_t i = 0; i < n; i++) {
        if (value->type == TB_VALUE_STRING && tb_bytes_are(value->string, names[i]))
            return i;
        all = tb_arena_format(compiler->report->arena, "%s%s%s", all, i ? ", " : "", names[i]);
    }
    tb_report_error(compiler->report, "value", value->place, "%s `%.*s` is none of %s", what,
                    TB_SHOWN(value->string), all);
    return n;
}

static bool add_type(struct tb_filter_compiler *compiler, const struct tb_value *name,
                     uint32_t *types)
{
    size_t n = TB_ARRAY_LEN(tb_filter_type_names);
    size_t i = tb_filter_word(compiler, name, "the type", tb_filter_type_names, n);
    *types |= i < n ? 1u << i : 0;
    return i < n;
}

bool tb_filter_pack_types(struct tb_filter_compiler *compiler, const struct tb_value *value)
{
    uint32_t types = 0;
    bool ok = true;
    if (value->type != TB_VALUE_LIST)
        ok = add_type(compiler, value, &types);
    for (const struct tb_value *item = value->child; item && value->type == TB_VALUE_LIST;
         item = item->next)
        ok = add_type(compiler, item, &types) && ok;
    if (ok && types == 0)
        return refuse(compiler, value, "an empty list of types, which nothing is: name one");
    tb_pack_uint(&compiler->packer, types);
    return ok;
}

static bool check_bound(struct tb_filter_compiler *compiler, const struct tb_value *bound,
                        const char *what, bool lengths)
{
    if (!bound)
        return true;
    bool number = bound->type == TB_VALUE_INT || (bound->type == TB_VALUE_REAL && !lengths);
    if (number && (bound->type == TB_VALUE_INT || isfinite(bound->real)) &&
        (!lengths || bound->integer >= 0))
        return true;
    tb_report_error(compiler->report, "value", bound->place, "`min` and `max` of %s are %s", what,
                    lengths ? "lengths: whole numbers from 0" : "numbers");
    return false;
}

/* As a msgpack_object, so that there is one meaning of "more". */
static msgpack_object number_of(const struct tb_value *number)
{
    msgpack_object object = {.type = MSGPACK_OBJECT_FLOAT64};
    if (number->type == TB_VALUE_REAL) {
        object.via.f64 = number->real;
    } else if (number->integer < 0) {
        object.type = MSGPACK_OBJECT_NEGATIVE_INTEGER;
        object.via.i64 = number->integer;
    } else {
        object.type = MSGPACK_OBJECT_POSITIVE_INTEGER;
        object.via.u64 = (uint64_t)number->integer;
    }
    return object;
}

bool tb_filter_check_range(struct tb_filter_compiler *compiler, const struct tb_value *min,
                           const struct tb_value *max, const char *what, bool lengths)
{
    if (!check_bound(compiler, min, what, lengths) || !check_bound(compiler, max, what, lengths))
        return false;
    if (!min || !max)
        return true;
    const msgpack_object from = number_of(min);
    const msgpack_object to = number_of(max);
    const struct tb_filter_range range = {&from, &to};
    return tb_filter_range_valid(&range) ||
           refuse(compiler, min, "`min` is more than `max`: nothing is in that range");
}

void tb_filter_pack_number(struct tb_filter_compiler *compiler, const char *key,
                           const struct tb_value *number)
{
    if (!number)
        return;
    if (key)
        tb_pack_key(&compiler->packer, key);
    const msgpack_object object = number_of(number);
    tb_pack_object(&compiler->packer, &object);
}
