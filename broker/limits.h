/*
 * What the commands of one view have used up of their limits (docs/formats.md, Grant). A bucket
 * belongs to view and command, not to a document and not to a policy: a page that reloads itself
 * has no more left than before, and a policy that is reloaded finds what was used up under the one
 * before.
 *
 * A bucket is one number: when it will be full again. What is taken out moves that time on by what
 * refilling it takes, so that nothing has to be counted while nobody calls, and the time until one
 * more call passes is a difference. A reload that changes a rate leaves the time as it is, but no
 * further off than the new rate could have brought it.
 */
#pragma once

#include "policy/grant.h"

/* Of what a page can cause as often as it likes the log is told so often a second. */
enum { TB_TOLD_PER_S = 10 };

/* The buckets of one command: when each is full again. */
struct tb_meter {
    uint64_t calls_ns;
    uint64_t in_ns;
    uint64_t out_ns;
    uint64_t n_untold;    /* tb_limits_tell */
    struct tb_bytes name; /* of the command; the meter's own */
};

/* Each answers 0, and what was asked for is taken; or, in nanoseconds, after which time one more
 * call would pass, and nothing is taken. */

/* A call with so many bytes. It passes while no bucket is used up, so that its bytes can bring that
 * into debt once. */
tb_must_check uint64_t tb_meter_call(struct tb_meter *meter, const struct tb_grant_rates *rates,
                                     uint64_t n_in, uint64_t now_ns);
/* A part of a request's body; and of what goes back: a reply, a chunk, an event. Both pass until
 * the debt is more than another second's worth: a call that was let in is not cut short for what it
 * could not know, but a stream of them is. */
tb_must_check uint64_t tb_meter_in(struct tb_meter *meter, const struct tb_grant_rates *rates,
                                   uint64_t n, uint64_t now_ns);
tb_must_check uint64_t tb_meter_out(struct tb_meter *meter, const struct tb_grant_rates *rates,
                                    uint64_t n, uint64_t now_ns);

/* What a page is told of such an answer. */
uint32_t tb_meter_retry_ms(uint64_t wait_ns);

struct tb_limits {
    struct tb_meter **meters; /* sorted by name; each stays where it is until it is forgotten */
    uint32_t n_meters;
    uint32_t n_room;
};

/* The command's meter, a new one if it has none; NULL: no memory, or more than there may be. */
struct tb_meter *tb_limits_meter(struct tb_limits *limits, struct tb_bytes name);
/* Forgets the meters whose buckets are full: a new one says the same. No one may use them any more.
 */
void tb_limits_forget(struct tb_limits *limits, uint64_t now_ns);
uint64_t tb_limits_full_ns(const struct tb_limits *limits); /* when all are full; 0: no meters */
/*
 * Whether to tell of one more event of that kind: of each kind so many a second are told of, and
 * *ret_n_untold is how many were not, since the last one that was. Kinds are counted apart, so that
 * a flood of one hides none of another. It has a table of its own.
 */
bool tb_limits_tell(struct tb_limits *told, struct tb_bytes kind, uint64_t now_ns,
                    uint64_t *ret_n_untold);
void tb_limits_deinit(struct tb_limits *limits);
