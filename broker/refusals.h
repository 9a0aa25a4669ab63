/* What a person has dismissed in one view a short while ago, over its documents: a page that asks
 * for the same again and again, or reloads itself, does not get another prompt by it. */
#pragma once

#include "base/compiler.h"
#include "proto/limits.h"

#include <stdint.h>

enum { TB_REFUSALS_MAX = 8 };

struct tb_refusals {
    struct {
        uint8_t key[TB_ASK_KEY_SIZE];
        uint64_t until_ns; /* 0: free */
    } list[TB_REFUSALS_MAX];
    uint64_t next_ask_ns; /* no prompt is shown before */
};

/* The one that is nearest its end makes room. */
void tb_refusals_add(struct tb_refusals *refusals, const uint8_t key[static TB_ASK_KEY_SIZE],
                     uint64_t now_ns);
/* For how many more milliseconds it is refused; 0: it is not. */
uint32_t tb_refusals_left_ms(const struct tb_refusals *refusals,
                             const uint8_t key[static TB_ASK_KEY_SIZE], uint64_t now_ns);
/* When the last of them ends; 0: none holds. */
uint64_t tb_refusals_until_ns(const struct tb_refusals *refusals, uint64_t now_ns);
