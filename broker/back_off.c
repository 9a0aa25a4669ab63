#include "broker/back_off.h"

#include "base/clock.h"

#define FIRST_NS  (100 * TB_MS_NS)
#define MOST_NS   (5 * TB_S_NS)
#define STEADY_NS (60 * TB_S_NS) /* having run this long ends a row of crashes */

void tb_back_off_died(struct tb_back_off *back_off, uint64_t now_ns)
{
    if (now_ns - back_off->started_ns > STEADY_NS)
        back_off->n_crashes = 0;
    uint64_t wait_ns = 0;
    if (back_off->n_crashes > 0) {
        uint32_t doublings = back_off->n_crashes - 1 < 6 ? back_off->n_crashes - 1 : 6;
        wait_ns = FIRST_NS << doublings;
    }
    back_off->n_crashes++;
    back_off->not_before_ns = now_ns + (wait_ns < MOST_NS ? wait_ns : MOST_NS);
}

uint32_t tb_back_off_wait_ms(const struct tb_back_off *back_off, uint64_t now_ns)
{
    if (back_off->not_before_ns <= now_ns)
        return 0;
    return (uint32_t)((back_off->not_before_ns - now_ns) / TB_MS_NS) + 1;
}
