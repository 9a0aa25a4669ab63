#include "broker/limits.h"

#include "base/clock.h"

#include <stdlib.h>

/* Those of the policy in force, and of ones before it that are in use still. */
enum { METERS_MAX = 2 * TB_COMMANDS_MAX };

/* ---- buckets ---- */

/* How long it takes to refill n of them, by the nanosecond in whose course it is done. */
static uint64_t refill_ns(uint64_t n, uint64_t per_s)
{
    static const uint64_t most = UINT64_MAX / TB_S_NS - UINT32_MAX;
    return ((n < most ? n : most) * TB_S_NS + per_s - 1) / per_s;
}

static uint64_t refill_calls_ns(uint32_t n, const struct tb_grant_rates *rates)
{
    return n * refill_ns(1, rates->calls_per_s);
}

/* From now on it is full at the earliest now, and at the latest after what the rate in force can
 * have brought it to. */
static void bound(uint64_t *full_ns, uint64_t most_ns, uint64_t now_ns)
{
    if (*full_ns < now_ns)
        *full_ns = now_ns;
    else if (*full_ns - now_ns > most_ns)
        *full_ns = now_ns + most_ns;
}

/* Less than two seconds' worth were used up before the last that passed. */
static void bound_bytes(uint64_t *full_ns, uint64_t per_s, uint64_t now_ns)
{
    if (per_s != 0)
        bound(full_ns, 2 * TB_S_NS + refill_ns(TB_FRAME_MAX, per_s), now_ns);
}

static void bound_all(struct tb_meter *meter, const struct tb_grant_rates *rates, uint64_t now_ns)
{
    if (rates->calls_per_s != 0)
        bound(&meter->calls_ns, refill_calls_ns(rates->burst, rates), now_ns);
    bound_bytes(&meter->in_ns, rates->bytes_in, now_ns);
    bound_bytes(&meter->out_ns, rates->bytes_out, now_ns);
}

/* Until a bucket of bytes lacks less than that. */
static uint64_t bytes_wait_ns(uint64_t full_ns, uint64_t per_s, uint64_t lack_ns, uint64_t now_ns)
{
    uint64_t ns = full_ns - now_ns;
    return per_s != 0 && ns >= lack_ns ? ns - lack_ns + 1 : 0;
}

/* Until there is one whole call in it. */
static uint64_t calls_wait_ns(const struct tb_meter *meter, const struct tb_grant_rates *rates,
                              uint64_t now_ns)
{
    if (rates->calls_per_s == 0)
        return 0;
    uint64_t ns = meter->calls_ns - now_ns;
    uint64_t room_ns = refill_calls_ns(rates->burst - 1, rates);
    return ns > room_ns ? ns - room_ns : 0;
}

static void take_bytes(uint64_t *full_ns, uint64_t per_s, uint64_t n)
{
    if (per_s != 0)
        *full_ns += refill_ns(n, per_s);
}

/* ---- meters ---- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Until one more call passes. */
static uint64_t wait_ns(const struct tb_meter *meter, const struct tb_grant_rates *rates,
                        uint64_t now_ns)
{
    uint64_t in_ns = bytes_wait_ns(meter->in_ns, rates->bytes_in, TB_S_NS, now_ns);
    uint64_t out_ns = bytes_wait_ns(meter->out_ns, rates->bytes_out, TB_S_NS, now_ns);
    return larger(calls_wait_ns(meter, rates, now_ns), larger(in_ns, out_ns));
}

uint64_t tb_meter_call(struct tb_meter *meter, const struct tb_grant_rates *rates, uint64_t n_in,
                       uint64_t now_ns)
{
    bound_all(meter, rates, now_ns);
    uint64_t ns = wait_ns(meter, rates, now_ns);
    if (ns > 0)
        return ns;
    if (rates->calls_per_s != 0)
        meter->calls_ns += refill_calls_ns(1, rates);
    take_bytes(&meter->in_ns, rates->bytes_in, n_in);
    return 0;
}

uint64_t tb_meter_in(struct tb_meter *meter, const struct tb_grant_rates *rates, uint64_t n,
                     uint64_t now_ns)
{
    bound_all(meter, rates, now_ns);
    if (bytes_wait_ns(meter->in_ns, rates->bytes_in, 2 * TB_S_NS, now_ns) > 0)
        return wait_ns(meter, rates, now_ns);
    take_bytes(&meter->in_ns, rates->bytes_in, n);
    return 0;
}

uint64_t tb_meter_out(struct tb_meter *meter, const struct tb_grant_rates *rates, uint64_t n,
                      uint64_t now_ns)
{
    bound_all(meter, rates, now_ns);
    if (bytes_wait_ns(meter->out_ns, rates->bytes_out, 2 * TB_S_NS, now_ns) > 0)
        return wait_ns(meter, rates, now_ns);
    take_bytes(&meter->out_ns, rates->bytes_out, n);
    return 0;
}

uint32_t tb_meter_retry_ms(uint64_t wait_ns)
{
    uint64_t ms = wait_ns / TB_MS_NS + (wait_ns % TB_MS_NS != 0);
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

/* ---- the table ---- */

/* Where the name is, or would be. */
static uint32_t place_of(const struct tb_limits *limits, struct tb_bytes name)
{
    uint32_t from = 0;
    uint32_t to = limits->n_meters;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (tb_bytes_compare(limits->meters[middle]->name, name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool has_room(struct tb_limits *limits)
{
    if (limits->n_meters < limits->n_room)
        return true;
    uint32_t n_room = limits->n_room ? 2 * limits->n_room : 8;
    struct tb_meter **meters =
        n_room <= METERS_MAX ? realloc(limits->meters, n_room * sizeof(struct tb_meter *)) : NULL;
    if (!meters)
        return false;
    limits->meters = meters;
    limits->n_room = n_room;
    return true;
}

static struct tb_meter *meter_new(struct tb_bytes name)
{
    struct tb_meter *meter = malloc(sizeof *meter + name.n);
    if (!meter)
        return NULL;
    uint8_t *own_name = (uint8_t *)(meter + 1);
    if (name.n > 0)
        memcpy(own_name, name.data, name.n);
    *meter = (struct tb_meter){.name = tb_bytes_of(own_name, name.n)};
    return meter;
}

struct tb_meter *tb_limits_meter(struct tb_limits *limits, struct tb_bytes name)
{
    uint32_t at = place_of(limits, name);
    if (at < limits->n_meters && tb_bytes_equal(limits->meters[at]->name, name))
        return limits->meters[at];
    struct tb_meter *meter = has_room(limits) ? meter_new(name) : NULL;
    if (!meter)
        return NULL;
    memmove(limits->meters + at + 1, limits->meters + at,
            (limits->n_meters - at) * sizeof(struct tb_meter *));
    limits->meters[at] = meter;
    limits->n_meters++;
    return meter;
}

static uint64_t full_ns(const struct tb_meter *meter)
{
    return larger(meter->calls_ns, larger(meter->in_ns, meter->out_ns));
}

static bool is_full(const struct tb_meter *meter, uint64_t now_ns)
{
    return meter->n_untold == 0 && full_ns(meter) <= now_ns;
}

uint64_t tb_limits_full_ns(const struct tb_limits *limits)
{
    uint64_t ns = 0;
    for (uint32_t i = 0; i < limits->n_meters; i++)
        ns = larger(ns, full_ns(limits->meters[i]));
    return ns;
}

void tb_limits_forget(struct tb_limits *limits, uint64_t now_ns)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < limits->n_meters; i++) {
        if (is_full(limits->meters[i], now_ns))
            free(limits->meters[i]);
        else
            limits->meters[n++] = limits->meters[i];
    }
    limits->n_meters = n;
}

bool tb_limits_tell(struct tb_limits *told, struct tb_bytes kind, uint64_t now_ns,
                    uint64_t *ret_n_untold)
{
    static const struct tb_grant_rates rates = {.calls_per_s = TB_TOLD_PER_S,
                                                .burst = TB_TOLD_PER_S};
    struct tb_meter *meter = tb_limits_meter(told, kind);
    if (meter && tb_meter_call(meter, &rates, 0, now_ns) > 0) {
        meter->n_untold++;
        return false;
    }
    *ret_n_untold = meter ? meter->n_untold : 0;
    if (meter)
        meter->n_untold = 0;
    return true;
}

void tb_limits_deinit(struct tb_limits *limits)
{
    for (uint32_t i = 0; i < limits->n_meters; i++)
        free(limits->meters[i]);
    free(limits->meters);
    *limits = (struct tb_limits){0};
}
