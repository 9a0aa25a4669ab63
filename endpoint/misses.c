#include "endpoint/misses.h"

#include "base/clock.h"

/* As much of a name as MISS may hold, cut between characters. */
static size_t cut(struct tb_bytes name)
{
    size_t n = name.n;
    if (n > TB_COMMAND_MAX)
        for (n = TB_COMMAND_MAX; n > 0 && (name.data[n] & 0xc0) == 0x80; n--) {
        }
    return n;
}

void tb_misses_add(struct tb_misses *misses, struct tb_bytes name)
{
    misses->n_name = cut(name);
    if (misses->n_name > 0)
        memcpy(misses->name, name.data, misses->n_name);
    if (misses->n_waiting < UINT32_MAX)
        misses->n_waiting++;
}

bool tb_misses_take(struct tb_misses *misses, uint64_t now_ns, struct tb_miss *ret_miss)
{
    if (misses->n_waiting == 0 || misses->most == 0)
        return false;
    uint64_t *at_ns = &misses->sent_ns[misses->n_sent % misses->most];
    if (misses->n_sent >= misses->most && now_ns - *at_ns < TB_S_NS)
        return false;
    *at_ns = now_ns;
    misses->n_sent++;
    *ret_miss = (struct tb_miss){
        .name = tb_bytes_of(misses->name, misses->n_name),
        .count = misses->n_waiting - 1,
    };
    misses->n_waiting = 0;
    return true;
}
