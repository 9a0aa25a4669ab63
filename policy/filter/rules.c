#include "policy/filter/rules.h"

#include <errno.h>

const char *const tb_filter_then_names[TB_N_THENS] = {"deny", "rewrite", "alert", "ask"};

static bool read_then(struct tb_bytes name, enum tb_filter_then *ret_then)
{
    for (unsigned i = 0; i < TB_N_THENS; i++) {
        if (!tb_bytes_are(name, tb_filter_then_names[i]))
            continue;
        *ret_then = (enum tb_filter_then)i;
        return true;
    }
    return false;
}

static int read_conditions(const msgpack_object *array, msgpack_zone *zone,
                           struct tb_filter_rule *rule)
{
    uint32_t n = array->via.array.size;
    struct tb_filter_condition *conditions = tb_filter_get(zone, n, sizeof *conditions);
    int r = conditions ? TB_OK : -ENOMEM;
    for (uint32_t i = 0; i < n && r == TB_OK; i++)
        r = tb_filter_condition_read(&array->via.array.ptr[i], zone, &conditions[i]);
    rule->conditions = conditions;
    rule->n_conditions = n;
    return r;
}

/* The lists of a rule's edits, each in its order. */
struct edit_lists {
    const msgpack_object *of[3]; /* by enum tb_filter_edit_kind; NULL: none */
};

static int read_edits(const struct edit_lists *lists, msgpack_zone *zone,
                      struct tb_filter_rule *rule)
{
    struct tb_filter_edit *edits = tb_filter_get(zone, TB_RULE_EDITS_MAX, sizeof *edits);
    int r = edits ? TB_OK : -ENOMEM;
    size_t n = 0;
    for (unsigned kind = 0; kind < TB_ARRAY_LEN(lists->of) && r == TB_OK; kind++) {
        const msgpack_object *list = lists->of[kind];
        for (uint32_t i = 0; list && i < list->via.array.size && r == TB_OK; i++) {
            if (n == TB_RULE_EDITS_MAX)
                return TB_MALFORMED;
            r = tb_filter_edit_read((enum tb_filter_edit_kind)kind, &list->via.array.ptr[i], zone,
                                    &edits[n++]);
        }
    }
    rule->edits = edits;
    rule->n_edits = n;
    return r;
}

int tb_filter_rule_read(const msgpack_object *object, msgpack_zone *zone,
                        struct tb_filter_rule *ret_rule)
{
    struct tb_filter_rule rule = {0};
    struct edit_lists lists = {{NULL, NULL, NULL}};
    const msgpack_object *when;
    struct tb_bytes then;
    uint64_t line;
    bool has; /* NULL, or an empty message, says it too */
    const struct tb_field fields[] = {
        {"file", TB_STR, &rule.file, 0, NULL},
        {"line", TB_UINT, &line, UINT32_MAX, NULL},
        {"then", TB_STR, &then, 0, NULL},
        {"message", TB_STR, &rule.message, TB_RULE_MESSAGE_MAX, &has},
        {"when", TB_ARRAY, &when, TB_RULE_CONDITIONS_MAX, NULL},
        {"set", TB_ARRAY, &lists.of[TB_EDIT_SET], TB_RULE_EDITS_MAX, &has},
        {"drop", TB_ARRAY, &lists.of[TB_EDIT_DROP], TB_RULE_EDITS_MAX, &has},
        {"clamp", TB_ARRAY, &lists.of[TB_EDIT_CLAMP], TB_RULE_EDITS_MAX, &has},
    };
    if (tb_map_read(object, fields, TB_ARRAY_LEN(fields)) != TB_OK || !read_then(then, &rule.then))
        return TB_MALFORMED;
    rule.line = (uint32_t)line;
    int r = read_conditions(when, zone, &rule);
    if (r == TB_OK && rule.then == TB_THEN_REWRITE)
        r = read_edits(&lists, zone, &rule);
    else if (r == TB_OK && (lists.of[0] || lists.of[1] || lists.of[2]))
        r = TB_MALFORMED;
    if (r == TB_OK && rule.then == TB_THEN_REWRITE && rule.n_edits == 0)
        r = TB_MALFORMED;
    if (r == TB_OK)
        *ret_rule = rule;
    return r;
}

/* One call on its way through the rules. */
struct run {
    const msgpack_object *args; /* as they are by now */
    struct tb_filter_draft draft;
    struct tb_filter_cost cost;
    struct tb_filter_verdict verdict;
};

static void deny(struct run *run, const struct tb_filter_rule *rule, struct tb_bytes reason)
{
    run->verdict.verdict = TB_DENY;
    run->verdict.rule = rule;
    run->verdict.reason = reason;
}

static void deny_size(struct run *run, const struct tb_filter_rule *rule)
{
    static const char reason[] = "the arguments are too many to be judged or rewritten";
    deny(run, rule, tb_bytes_of_string(reason));
    run->verdict.too_large = true;
}

static bool holds(struct run *run, const struct tb_filter_rule *rule)
{
    for (size_t i = 0; i < rule->n_conditions; i++)
        if (!tb_filter_condition_holds(&rule->conditions[i], run->args, &run->cost))
            return false;
    return true;
}

static int rewrite(struct run *run, const struct tb_filter_rule *rule)
{
    bool changed_before = run->draft.changed;
    run->draft.changed = false;
    int r = tb_filter_draft_begin(&run->draft, run->args, &run->cost);
    for (size_t i = 0; i < rule->n_edits && r == TB_OK; i++)
        r = tb_filter_edit_make(&rule->edits[i], &run->draft, &run->cost);
    if (r < 0)
        return r;
    if (r == TB_TOO_LARGE)
        deny_size(run, rule);
    else if (r != TB_OK)
        deny(run, rule, tb_bytes_of_string(run->draft.wrong));
    else if (run->draft.changed)
        run->verdict.rule = rule;
    run->draft.changed |= changed_before;
    run->args = &run->draft.root;
    return TB_OK;
}

static int follow(struct run *run, const struct tb_filter_rule *rule)
{
    struct tb_filter_verdict *verdict = &run->verdict;
    switch (rule->then) {
    case TB_THEN_DENY:
        deny(run, rule, rule->message);
        return TB_OK;
    case TB_THEN_REWRITE:
        return rewrite(run, rule);
    case TB_THEN_ALERT:
        if (verdict->n_alerts < TB_FILTER_ALERTS_MAX)
            verdict->alerts[verdict->n_alerts] = rule;
        verdict->n_alerts++;
        return TB_OK;
    case TB_THEN_ASK:
        if (!verdict->ask)
            verdict->ask = rule;
        return TB_OK;
    case TB_N_THENS:
        break;
    }
    deny(run, rule, rule->message);
    return TB_OK;
}

/* One rule after the other, until the call is denied. */
static int run_rules(struct run *run, const struct tb_filter_rule *rules, const uint32_t *indexes,
                     size_t n)
{
    int r = TB_OK;
    for (size_t i = 0; i < n && r == TB_OK && run->verdict.verdict != TB_DENY; i++) {
        const struct tb_filter_rule *rule = &rules[indexes[i]];
        bool met = holds(run, rule);
        if (met && !run->cost.spent)
            r = follow(run, rule);
        if (run->cost.spent)
            deny_size(run, rule);
    }
    return r;
}

static void write_rewritten(struct run *run, struct tb_buffer *out)
{
    if (run->verdict.verdict == TB_DENY || !run->draft.changed)
        return;
    if (tb_filter_draft_write(&run->draft, out) == TB_OK)
        run->verdict.verdict = TB_REWRITE;
    else
        deny_size(run, run->verdict.rule);
}

int tb_filter_apply(const struct tb_filter_rule *rules, const uint32_t *indexes, size_t n,
                    const msgpack_object *args, struct tb_buffer *out,
                    struct tb_filter_verdict *ret_verdict)
{
    struct run run = {.args = args, .cost = tb_filter_cost_new(), .verdict = {.verdict = TB_ALLOW}};
    int r = run_rules(&run, rules, indexes, n);
    if (r == TB_OK)
        write_rewritten(&run, out);
    tb_filter_draft_deinit(&run.draft);
    if (r == TB_OK)
        *ret_verdict = run.verdict;
    return r;
}
