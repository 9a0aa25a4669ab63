#include "policy/compiler/url/regexp_code.h"
#include "policy/compiler/url/text.h"

enum { NO_PLACE = -1 };

/* Steps that can be reached at one place of the text, the most wanted first, each once. */
struct threads {
    uint32_t *steps;
    int32_t *slots; /* n_slots for each */
    size_t n;
};

/* A step to go to; or, with a slot, a place to put back into it. */
struct task {
    uint32_t step;
    int32_t slot;
    int32_t place;
};

struct tb_regexp_machine {
    const struct tb_regexp *regexp;
    size_t n_slots;
    struct threads now;
    struct threads next;
    uint64_t *seen; /* by step: the last round that came by */
    uint64_t round;
    struct task *tasks;
    size_t n_tasks;
    int32_t *slots; /* of the thread at hand */
};

static struct threads threads_new(struct tb_arena *arena, size_t n, size_t n_slots)
{
    return (struct threads){.steps = tb_arena_get(arena, n, sizeof(uint32_t)),
                            .slots = tb_arena_get(arena, n * n_slots, sizeof(int32_t))};
}

struct tb_regexp_machine *tb_regexp_machine_new(struct tb_arena *arena,
                                                const struct tb_regexp *regexp, bool groups)
{
    struct tb_regexp_machine *machine = TB_NEW(arena, struct tb_regexp_machine);
    size_t n_slots = groups ? 2 * regexp->n_groups : 0;
    machine->regexp = regexp;
    machine->n_slots = n_slots;
    machine->now = threads_new(arena, regexp->n, n_slots);
    machine->next = threads_new(arena, regexp->n, n_slots);
    machine->seen = tb_arena_get(arena, regexp->n, sizeof(uint64_t));
    /* A step is walked through once a round, and leaves two tasks at most. */
    machine->tasks = tb_arena_get(arena, 2 * regexp->n + 1, sizeof(struct task));
    machine->slots = tb_arena_get(arena, n_slots, sizeof(int32_t));
    return machine;
}

static void push(struct tb_regexp_machine *m, size_t step)
{
    m->tasks[m->n_tasks++] = (struct task){.step = (uint32_t)step, .slot = NO_PLACE};
}

static void save(struct tb_regexp_machine *m, size_t slot, size_t place)
{
    if (slot >= m->n_slots)
        return;
    m->tasks[m->n_tasks++] = (struct task){.slot = (int32_t)slot, .place = m->slots[slot]};
    m->slots[slot] = (int32_t)place;
}

static bool is_word(struct tb_bytes text, size_t at)
{
    if (at >= text.n)
        return false;
    uint8_t c = text.data[at];
    return tb_url_is_alpha(c) || tb_url_is_digit(c) || c == '_';
}

static bool at_word_edge(struct tb_bytes text, size_t place)
{
    return is_word(text, place - 1) != is_word(text, place);
}

static void add_thread(struct tb_regexp_machine *m, struct threads *threads, size_t step)
{
    if (m->n_slots > 0)
        memcpy(threads->slots + threads->n * m->n_slots, m->slots, m->n_slots * sizeof(int32_t));
    threads->steps[threads->n++] = (uint32_t)step;
}

/* One step that takes no byte. */
static void walk(struct tb_regexp_machine *m, struct threads *threads, size_t at,
                 struct tb_bytes text, size_t place)
{
    const struct tb_regexp_step *step = &m->regexp->steps[at];
    size_t target = at + (size_t)step->offset; /* modulo: it leads back as well */
    switch (step->kind) {
    case TB_STEP_SET:
    case TB_STEP_MATCH:
        add_thread(m, threads, at);
        break;
    case TB_STEP_JUMP:
        push(m, target);
        break;
    case TB_STEP_FORK:
        push(m, target);
        push(m, at + 1);
        break;
    case TB_STEP_FORK_LAZY:
        push(m, at + 1);
        push(m, target);
        break;
    case TB_STEP_SAVE:
        save(m, (size_t)step->offset, place);
        push(m, at + 1);
        break;
    case TB_STEP_BEGIN:
    case TB_STEP_END:
        if (step->kind == TB_STEP_BEGIN ? place == 0 : place == text.n)
            push(m, at + 1);
        break;
    case TB_STEP_WORD:
    case TB_STEP_NOT_WORD:
        if (at_word_edge(text, place) == (step->kind == TB_STEP_WORD))
            push(m, at + 1);
        break;
    }
}

/* All that can be reached from a step without taking a byte. */
static void reach(struct tb_regexp_machine *m, struct threads *threads, size_t step,
                  struct tb_bytes text, size_t place)
{
    push(m, step);
    while (m->n_tasks > 0) {
        struct task task = m->tasks[--m->n_tasks];
        if (task.slot != NO_PLACE) {
            m->slots[task.slot] = task.place;
            continue;
        }
        if (m->seen[task.step] == m->round)
            continue;
        m->seen[task.step] = m->round;
        walk(m, threads, task.step, text, place);
    }
}

static void load_slots(struct tb_regexp_machine *m, size_t thread)
{
    if (m->n_slots > 0)
        memcpy(m->slots, m->now.slots + thread * m->n_slots, m->n_slots * sizeof(int32_t));
}

/* Every thread on by one byte. True: one has come to the end with all of the text, and its slots
 * are loaded; those that come after it were less wanted. */
static bool advance(struct tb_regexp_machine *m, struct tb_bytes text, size_t place)
{
    m->round++;
    m->next.n = 0;
    for (size_t i = 0; i < m->now.n; i++) {
        const struct tb_regexp_step *step = &m->regexp->steps[m->now.steps[i]];
        load_slots(m, i);
        if (step->kind == TB_STEP_MATCH && place == text.n)
            return true;
        if (step->kind == TB_STEP_SET && place < text.n &&
            tb_regexp_set_has(&step->set, text.data[place]))
            reach(m, &m->next, m->now.steps[i] + 1, text, place + 1);
    }
    struct threads now = m->now;
    m->now = m->next;
    m->next = now;
    return false;
}

static bool run(struct tb_regexp_machine *m, struct tb_bytes text)
{
    m->now.n = 0;
    m->round++;
    for (size_t i = 0; i < m->n_slots; i++)
        m->slots[i] = NO_PLACE;
    reach(m, &m->now, 0, text, 0);
    for (size_t place = 0; place <= text.n && m->now.n > 0; place++)
        if (advance(m, text, place))
            return true;
    return false;
}

bool tb_regexp_matches(const struct tb_regexp *regexp, struct tb_bytes text)
{
    return run(regexp->machine, text);
}

size_t tb_regexp_n_groups(const struct tb_regexp *regexp)
{
    return regexp->n_groups;
}

bool tb_regexp_match_groups(struct tb_arena *arena, const struct tb_regexp *regexp,
                            struct tb_bytes text, struct tb_regexp_group *ret_groups)
{
    struct tb_regexp_machine *m = tb_regexp_machine_new(arena, regexp, true);
    if (!run(m, text))
        return false;
    for (size_t i = 0; i < regexp->n_groups; i++) {
        int32_t from = m->slots[2 * i];
        int32_t to = m->slots[2 * i + 1];
        bool set = from != NO_PLACE && to != NO_PLACE;
        ret_groups[i].set = set;
        ret_groups[i].text =
            set ? tb_bytes_of(text.data + from, (size_t)(to - from)) : tb_bytes_of_string("");
    }
    return true;
}
