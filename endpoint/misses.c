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

static struct tb_bytes name_of(const struct tb_missed *missed)
{
    return tb_bytes_of(missed->name, missed->n_name);
}

static struct tb_missed *find(struct tb_misses *misses, struct tb_bytes name)
{
    for (size_t i = 0; i < misses->n_names; i++)
        if (tb_bytes_compare(name_of(&misses->names[i]), name) == 0)
            return &misses->names[i];
    return NULL;
}

/* The oldest one with these two flags; NULL: none has them. */
static struct tb_missed *oldest(struct tb_misses *misses, bool waiting, bool told)
{
    for (size_t i = 0; i < misses->n_names; i++)
        if (misses->names[i].waiting == waiting && misses->names[i].told == told)
            return &misses->names[i];
    return NULL;
}

static void count_more(struct tb_misses *misses)
{
    if (misses->n_more < UINT32_MAX)
        misses->n_more++;
}

static void forget(struct tb_misses *misses, struct tb_missed *missed)
{
    size_t n_behind = misses->n_names - (size_t)(missed - misses->names) - 1;
    memmove(missed, missed + 1, n_behind * sizeof *missed);
    misses->n_names--;
}

/* Who was told before makes room, and who was not never does. */
static bool make_room(struct tb_misses *misses)
{
    if (misses->n_names < TB_MISSES_NAMES)
        return true;
    struct tb_missed *told = oldest(misses, false, true);
    if (!told)
        told = oldest(misses, true, true);
    if (!told)
        return false;
    if (told->waiting) {
        misses->n_waiting--;
        count_more(misses);
    }
    forget(misses, told);
    return true;
}

/* As the newest of them; there is room. */
static struct tb_missed *put(struct tb_misses *misses, struct tb_bytes name)
{
    struct tb_missed *missed = &misses->names[misses->n_names++];
    *missed = (struct tb_missed){.n_name = name.n};
    if (name.n > 0)
        memcpy(missed->name, name.data, name.n);
    return missed;
}

void tb_misses_add(struct tb_misses *misses, struct tb_bytes name)
{
    name.n = cut(name);
    struct tb_missed *missed = find(misses, name);
    if (!missed && make_room(misses))
        missed = put(misses, name);
    if (!missed || missed->waiting) {
        count_more(misses);
        return;
    }
    missed->waiting = true;
    misses->n_waiting++;
}

/* Whether the budget has one left, which is spent then. */
static bool spend(struct tb_misses *misses, uint64_t now_ns)
{
    uint64_t *at_ns = &misses->sent_ns[misses->n_sent % misses->most];
    if (misses->n_sent >= misses->most && now_ns - *at_ns < TB_S_NS)
        return false;
    *at_ns = now_ns;
    misses->n_sent++;
    return true;
}

bool tb_misses_take(struct tb_misses *misses, uint64_t now_ns, struct tb_miss *ret_miss)
{
    if (misses->n_waiting == 0 || misses->most == 0 || !spend(misses, now_ns))
        return false;
    struct tb_missed *next = oldest(misses, true, false);
    if (!next)
        next = oldest(misses, true, true);
    struct tb_missed missed = *next;
    forget(misses, next);
    next = put(misses, name_of(&missed));
    next->told = true;
    *ret_miss = (struct tb_miss){.name = name_of(next), .count = misses->n_more};
    misses->n_waiting--;
    misses->n_more = 0;
    return true;
}
