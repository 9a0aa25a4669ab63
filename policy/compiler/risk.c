#include "policy/compiler/risk_row.h"

#include <stdlib.h>

enum { REMOTE_POINTS = 20, ANY_ORIGIN_POINTS = 40, EVERY_WINDOW_POINTS = 10, POINTS_MAX = 95 };

/* ---- a command ---- */

static bool fits(const char *pattern, struct tb_bytes name)
{
    size_t n = strlen(pattern);
    if (n > 0 && pattern[n - 1] == '*')
        return name.n >= n - 1 && memcmp(name.data, pattern, n - 1) == 0;
    return tb_bytes_are(name, pattern);
}

const struct tb_risk_row *tb_risk_row_of(struct tb_bytes plugin, struct tb_bytes command)
{
    if (plugin.n == 0)
        return &tb_risk_app_row;
    for (size_t i = 0; i < tb_risk_table_n; i++)
        if (tb_bytes_are(plugin, tb_risk_table[i].plugin) &&
            fits(tb_risk_table[i].command, command))
            return &tb_risk_table[i];
    return &tb_risk_unknown_row;
}

struct level {
    uint32_t points;
    const char *reason;
};

static const struct level reads[TB_RISK_N_PATHS] = {
    [TB_RISK_NO_PATH] = {0, "reads no file: no path is allowed"},
    [TB_RISK_APP_PATH] = {2, "reads the app's own files"},
    [TB_RISK_TEMP_PATH] = {5, "reads temporary files, other programs' too"},
    [TB_RISK_NAMED_PATH] = {20, "reads files outside the app's folders"},
    [TB_RISK_USER_PATH] = {25, "reads the user's documents"},
    [TB_RISK_PROGRAM_PATH] = {40, "reads other programs' settings and data"},
    [TB_RISK_HOME_PATH] = {50, "reads the whole home folder"},
    [TB_RISK_ALL_PATH] = {60, "reads any file of the user"},
};

static const struct level writes[TB_RISK_N_PATHS] = {
    [TB_RISK_NO_PATH] = {0, "writes no file: no path is allowed"},
    [TB_RISK_APP_PATH] = {5, "writes the app's own files"},
    [TB_RISK_TEMP_PATH] = {8, "writes temporary files"},
    [TB_RISK_NAMED_PATH] = {30, "writes files outside the app's folders"},
    [TB_RISK_USER_PATH] = {40, "writes the user's documents"},
    [TB_RISK_PROGRAM_PATH] = {70, "writes other programs' settings and data"},
    [TB_RISK_HOME_PATH] = {80, "writes in the whole home folder"},
    [TB_RISK_ALL_PATH] = {90, "writes any file of the user"},
};

static const struct level opens[TB_RISK_N_PATHS] = {
    [TB_RISK_NO_PATH] = {2, "opens no file: no path is allowed"},
    [TB_RISK_APP_PATH] = {5, "opens the app's own files in other programs"},
    [TB_RISK_TEMP_PATH] = {20, "opens temporary files in other programs"},
    [TB_RISK_NAMED_PATH] = {20, "opens files in other programs"},
    [TB_RISK_USER_PATH] = {25, "opens the user's documents in other programs"},
    [TB_RISK_PROGRAM_PATH] = {40, "opens other programs' files"},
    [TB_RISK_HOME_PATH] = {50, "opens any file of the home folder, programs too"},
    [TB_RISK_ALL_PATH] = {60, "opens any file, programs too"},
};

static const struct level programs[TB_RISK_N_PROGRAMS] = {
    [TB_RISK_NO_PROGRAM] = {5, "runs no program: the scope names none"},
    [TB_RISK_FIXED_ARGS] = {20, "runs a program, with fixed arguments"},
    [TB_RISK_CHECKED_ARGS] = {45, "runs a program, with arguments that a pattern checks"},
    [TB_RISK_ANY_ARGS] = {80, "runs a program with any arguments"},
    [TB_RISK_INTERPRETER] = {95, "runs an interpreter: any code, as the user"},
};

static const struct level *level_of(const struct tb_risk_row *row,
                                    const struct tb_risk_reach *reach)
{
    static const struct level no_host = {2, "reaches no host: no URL is allowed"};
    static const struct level hosts = {12, "talks to the hosts that its scope names"};
    static const struct level any_host = {45, "talks to any host"};
    switch (row->kind) {
    case TB_RISK_PATH_READS:
        return &reads[reach->path];
    case TB_RISK_PATH_WRITES:
        return &writes[reach->path];
    case TB_RISK_PATH_OPENS:
        return &opens[reach->path];
    case TB_RISK_PROGRAMS:
        return &programs[reach->programs];
    case TB_RISK_HOSTS:
        if (!reach->scoped)
            return &no_host;
        return reach->any_host ? &any_host : &hosts;
    case TB_RISK_PLAIN:
    case TB_RISK_UNKNOWN:
        break;
    }
    return NULL;
}

static struct tb_risk for_context(struct tb_risk risk, bool remote)
{
    if (remote)
        risk.points = 2 * risk.points < POINTS_MAX ? 2 * risk.points : POINTS_MAX;
    return risk;
}

struct tb_risk tb_risk_of(const struct tb_risk_row *row, const struct tb_risk_reach *reach,
                          bool unlimited, bool remote)
{
    const struct level *level = level_of(row, reach);
    struct tb_risk risk = {row->points, row->effects, row->reason};
    if (level)
        risk = (struct tb_risk){level->points, row->effects, level->reason};
    if (row->kind == TB_RISK_UNKNOWN && unlimited)
        risk = (struct tb_risk){25, 0, "not known to Trollbridge, and no scope limits it"};
    if (row->kind == TB_RISK_HOSTS && !reach->any_host)
        risk.effects = 0;
    if (row->kind == TB_RISK_PROGRAMS && reach->programs == TB_RISK_NO_PROGRAM)
        risk.effects = 0;
    return for_context(risk, remote);
}

size_t tb_risk_of_sandbox(const struct tb_sandbox *sandbox, bool secrets, bool remote,
                          struct tb_risk ret_risks[static TB_RISK_SANDBOX_MAX])
{
    static const struct tb_risk starts = {20, TB_RISK_RUNS, "its plugin starts programs"};
    static const struct tb_risk calls = {
        15, TB_RISK_SENDS, "its plugin has the network: whatever this machine reaches"};
    static const struct tb_risk makes = {
        3, 0, "its plugin makes code at run time, which makes flaws in it easier to use"};
    static const struct tb_risk sees = {3, 0, "its plugin reads the app's whole log"};
    static const struct tb_risk prompts = {5, 0, "its plugin asks people for passphrases"};
    size_t n = 0;
    if (sandbox->exec && sandbox->exec->n > 0)
        ret_risks[n++] = for_context(starts, remote);
    if (sandbox->network)
        ret_risks[n++] = for_context(calls, remote);
    if (sandbox->jit)
        ret_risks[n++] = for_context(makes, remote);
    if (sandbox->audit)
        ret_risks[n++] = for_context(sees, remote);
    if (secrets)
        ret_risks[n++] = for_context(prompts, remote);
    return n;
}

/* ---- a view ---- */

static struct tb_risk_item *item_of(struct tb_risk_view *view, const char *reason)
{
    for (size_t i = 0; i < view->n; i++)
        if (view->items[i].risk.reason == reason)
            return &view->items[i];
    tb_assert(view->n < TB_RISK_REASONS);
    struct tb_risk_item *item = &view->items[view->n++];
    *item = (struct tb_risk_item){.risk = {0, 0, reason}};
    return item;
}

void tb_risk_view_add(struct tb_risk_view *view, size_t command, const struct tb_risk *risk)
{
    struct tb_risk_item *item = item_of(view, risk->reason);
    if (item->n == 0)
        item->command = command;
    if (risk->points > item->risk.points)
        item->risk.points = risk->points;
    item->risk.effects |= risk->effects;
    item->n++;
}

static uint32_t most(const struct tb_risk_view *view, enum tb_risk_effect effect)
{
    uint32_t points = 0;
    for (size_t i = 0; i < view->n; i++)
        if ((view->items[i].risk.effects & effect) && view->items[i].risk.points > points)
            points = view->items[i].risk.points;
    return points;
}

static void add_chain(struct tb_risk_view *view, uint32_t first, uint32_t second, uint32_t least,
                      const char *reason)
{
    if (first < least || second == 0)
        return;
    uint32_t points = 20 + (first + second) / 2;
    item_of(view, reason)->risk.points = points < POINTS_MAX ? points : POINTS_MAX;
}

static void add_chains(struct tb_risk_view *view)
{
    uint32_t sent = most(view, TB_RISK_SENDS);
    uint32_t run = most(view, TB_RISK_RUNS);
    add_chain(view, most(view, TB_RISK_READS), sent, 20,
              "reads files and sends to any host: what it reads can leave the machine");
    add_chain(view, most(view, TB_RISK_WRITES), run, 5,
              "writes files and runs programs: what it writes may be run");
}

static void add_context(struct tb_risk_view *view, const struct tb_risk_context *context)
{
    uint32_t points = 0;
    for (size_t i = 0; i < view->n; i++)
        points += view->items[i].risk.points;
    if (view->n == 0)
        return;
    if (context->any_origin)
        item_of(view, "a page of any host may call this")->risk.points = ANY_ORIGIN_POINTS;
    else if (context->remote)
        item_of(view, "a page that the app does not bring may call this")->risk.points =
            REMOTE_POINTS;
    if (context->every_window && points >= 20)
        item_of(view, "every window has this, also those opened later")->risk.points =
            EVERY_WINDOW_POINTS;
}

static int compare_items(const void *a, const void *b)
{
    const struct tb_risk_item *left = a;
    const struct tb_risk_item *right = b;
    if (left->risk.points != right->risk.points)
        return left->risk.points > right->risk.points ? -1 : 1;
    return strcmp(left->risk.reason, right->risk.reason);
}

/* Each reason takes its share of what the ones before it have left up to 100. */
static uint32_t score_of(const struct tb_risk_view *view)
{
    uint64_t left = 1000000;
    for (size_t i = 0; i < view->n; i++)
        left = left * (100 - view->items[i].risk.points) / 100;
    return (uint32_t)((1000000 - left) / 10000);
}

void tb_risk_view_end(struct tb_risk_view *view, const struct tb_risk_context *context)
{
    add_chains(view);
    add_context(view, context);
    if (view->n > 0)
        qsort(view->items, view->n, sizeof *view->items, compare_items);
    view->score = score_of(view);
}
