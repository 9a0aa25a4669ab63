/* When a process that died may be started again: later with each crash in a row. The first one
 * costs nothing. */
#pragma once

#include <stdint.h>

struct tb_back_off {
    uint32_t n_crashes; /* in a row */
    uint64_t started_ns;
    uint64_t not_before_ns;
};

void tb_back_off_died(struct tb_back_off *back_off, uint64_t now_ns);
/* 0: it may be started. */
uint32_t tb_back_off_wait_ms(const struct tb_back_off *back_off, uint64_t now_ns);
