/* A value as msgpack. */
#pragma once

#include "policy/compiler/data/value.h"
#include "proto/pack.h"

/* What is deeper than a msgpack reader goes, and a number that is none, becomes nil. */
void tb_value_pack(struct tb_packer *packer, const struct tb_value *value);
