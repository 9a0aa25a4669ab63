#include "broker/refusals.h"

#include "base/clock.h"

#include <string.h>

void tb_refusals_add(struct tb_refusals *refusals, const uint8_t key[static TB_ASK_KEY_SIZE],
                     uint64_t now_ns)
{
    size_t at = 0;
    for (size_t i = 1; i < TB_REFUSALS_MAX; i++)
        if (refusals->list[i].until_ns < refusals->list[at].until_ns)
            at = i;
    memcpy(refusals->list[at].key, key, TB_ASK_KEY_SIZE);
    refusals->list[at].until_ns = now_ns + TB_ASK_DISMISSED_S * TB_S_NS;
}

uint32_t tb_refusals_left_ms(const struct tb_refusals *refusals,
                             const uint8_t key[static TB_ASK_KEY_SIZE], uint64_t now_ns)
{
    uint64_t until_ns = 0;
    for (size_t i = 0; i < TB_REFUSALS_MAX; i++)
        if (refusals->list[i].until_ns > until_ns &&
            memcmp(refusals->list[i].key, key, TB_ASK_KEY_SIZE) == 0)
            until_ns = refusals->list[i].until_ns;
    return until_ns > now_ns ? (uint32_t)((until_ns - now_ns) / TB_MS_NS + 1) : 0;
}

uint64_t tb_refusals_until_ns(const struct tb_refusals *refusals, uint64_t now_ns)
{
    uint64_t until_ns = refusals->next_ask_ns;
    for (size_t i = 0; i < TB_REFUSALS_MAX; i++)
        if (refusals->list[i].until_ns > until_ns)
            until_ns = refusals->list[i].until_ns;
    return until_ns > now_ns ? until_ns : 0;
}
