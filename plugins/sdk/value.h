/* Values of the public header are msgpack-c's objects behind another name. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"
#include "proto/pack.h"

static inline const struct tb_value *tb_value_of(const msgpack_object *object)
{
    return (const struct tb_value *)(const void *)object;
}

static inline const msgpack_object *tb_value_object(const struct tb_value *value)
{
    return (const msgpack_object *)(const void *)value;
}
