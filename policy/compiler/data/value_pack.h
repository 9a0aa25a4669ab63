/* A value as msgpack. */
#pragma once

#include "policy/compiler/data/value.h"
#include "proto/pack.h"

/* What is deeper than a msgpack reader goes, and a number that is none, becomes nil. */
void tb_value_pack(struct tb_packer *packer, const struct tb_value *value);

/* A key with a list; NULL is the empty one. */
void tb_value_pack_list(struct tb_packer *packer, const char *key, const struct tb_value *list);
/* A key with two lists as one. */
void tb_value_pack_lists(struct tb_packer *packer, const char *key,
                         const struct tb_value *const lists[2]);
