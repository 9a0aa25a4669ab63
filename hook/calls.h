/* What became of the args of each call that is under way: a reply's function sees them too. */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"
#include "proto/limits.h"

struct hook_call {
    uint64_t call;
    uint8_t *args; /* msgpack; NULL: a free place */
    size_t n;
};

struct hook_calls {
    struct hook_call list[TB_HOOK_CALLS];
    size_t n_bytes;
    size_t most_bytes; /* of all */
};

/* Keeps a copy. TB_OK; TB_FULL: too many, or too large altogether. */
tb_must_check int hook_calls_keep(struct hook_calls *calls, uint64_t call, struct tb_bytes args);
/* Empty: not kept. */
struct tb_bytes hook_calls_find(const struct hook_calls *calls, uint64_t call);
void hook_calls_drop(struct hook_calls *calls, uint64_t call);
