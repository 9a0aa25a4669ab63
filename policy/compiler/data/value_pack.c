#include "policy/compiler/data/value_pack.h"

#include <math.h>

enum { DEPTH = 26 }; /* some levels less than the reader's, for what the value lies in */

static void pack(struct tb_packer *packer, const struct tb_value *value, unsigned depth);

static void pack_children(struct tb_packer *packer, const struct tb_value *value, unsigned depth)
{
    if (value->type == TB_VALUE_MAP)
        tb_pack_map(packer, value->n);
    else
        tb_pack_array(packer, value->n);
    for (const struct tb_value *child = value->child; child; child = child->next) {
        if (value->type == TB_VALUE_MAP)
            tb_pack_str(packer, child->key);
        pack(packer, child, depth + 1);
    }
}

static void pack(struct tb_packer *packer, const struct tb_value *value, unsigned depth)
{
    switch (value->type) {
    case TB_VALUE_BOOL:
        tb_pack_bool(packer, value->boolean);
        return;
    case TB_VALUE_INT:
        tb_pack_int(packer, value->integer);
        return;
    case TB_VALUE_REAL:
        if (isfinite(value->real))
            tb_pack_double(packer, value->real);
        else
            tb_pack_nil(packer);
        return;
    case TB_VALUE_STRING:
        tb_pack_str(packer, value->string);
        return;
    case TB_VALUE_LIST:
    case TB_VALUE_MAP:
        if (depth < DEPTH) {
            pack_children(packer, value, depth);
            return;
        }
        break;
    case TB_VALUE_NULL:
        break;
    }
    tb_pack_nil(packer);
}

void tb_value_pack(struct tb_packer *packer, const struct tb_value *value)
{
    pack(packer, value, 0);
}

static void pack_items(struct tb_packer *packer, const struct tb_value *list)
{
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        tb_value_pack(packer, item);
}

static size_t length(const struct tb_value *list)
{
    return list ? list->n : 0;
}

void tb_value_pack_list(struct tb_packer *packer, const char *key, const struct tb_value *list)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, length(list));
    pack_items(packer, list);
}

void tb_value_pack_lists(struct tb_packer *packer, const char *key,
                         const struct tb_value *const lists[2])
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, length(lists[0]) + length(lists[1]));
    pack_items(packer, lists[0]);
    pack_items(packer, lists[1]);
}
