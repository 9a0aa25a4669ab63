/* Monotonic time in nanoseconds; comparable within one boot, across processes. */
#pragma once

#include <stdint.h>
#include <time.h>

#define TB_MS_NS UINT64_C(1000000)
#define TB_S_NS  UINT64_C(1000000000)
#define TB_NEVER UINT64_MAX

static inline uint64_t tb_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * TB_S_NS + (uint64_t)now.tv_nsec;
}

/* A span that is TB_NEVER, or too long to be reached, ends never. */
static inline uint64_t tb_clock_after(uint64_t start_ns, uint64_t span_ns)
{
    return span_ns > TB_NEVER - start_ns ? TB_NEVER : start_ns + span_ns;
}

/* Seconds since 1970, as the machine has it: a person or a program may set it back. */
static inline uint64_t tb_clock_wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec > 0 ? (uint64_t)now.tv_sec : 0;
}
