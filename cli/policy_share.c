#include "cli/policy_share.h"

#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_SHOWN = 4 };

/* Commands that one entry of a capability stands for, or that it denies; or that several entries of
 * one command each do, which are alike. */
struct share {
    const json_t *first;
    size_t n;
    size_t n_entries;
    size_t n_implemented;
};

struct shares {
    struct share *items;
    size_t n;
};

static void free_shares(struct shares *shares)
{
    free(shares->items);
}

static int compare_items(const void *a, const void *b)
{
    static const char *const keys[] = {"file", "entry"};
    const json_t *left = *(json_t *const *)a;
    const json_t *right = *(json_t *const *)b;
    json_int_t lines[] = {cli_number(left, "line"), cli_number(right, "line")};
    int order = strcmp(cli_text(left, keys[0]), cli_text(right, keys[0]));
    if (order == 0)
        order = (lines[0] > lines[1]) - (lines[0] < lines[1]);
    if (order == 0)
        order = strcmp(cli_text(left, keys[1]), cli_text(right, keys[1]));
    return order != 0 ? order : strcmp(cli_text(left, "name"), cli_text(right, "name"));
}

static bool same_rule(const json_t *a, const json_t *b)
{
    return cli_number(a, "line") == cli_number(b, "line") &&
           strcmp(cli_text(a, "file"), cli_text(b, "file")) == 0 &&
           strcmp(cli_text(a, "entry"), cli_text(b, "entry")) == 0;
}

/* The items of a list, those of one rule next to each other. The caller frees; NULL: none. */
static json_t **sort_items(const json_t *list)
{
    size_t n = json_array_size(list);
    json_t **items = n == 0 ? NULL : calloc(n, sizeof *items);
    for (size_t i = 0; items && i < n; i++)
        items[i] = json_array_get(list, i);
    if (items)
        qsort(items, n, sizeof *items, compare_items);
    return items;
}

static struct shares share(json_t *const *items, size_t n)
{
    struct shares shares = {.items = n == 0 ? NULL : calloc(n, sizeof *shares.items)};
    for (size_t i = 0; shares.items && i < n; i++) {
        if (i == 0 || !same_rule(items[i - 1], items[i]))
            shares.items[shares.n++] = (struct share){items[i], 0, 1, 0};
        struct share *last = &shares.items[shares.n - 1];
        last->n++;
        last->n_implemented += json_is_true(json_object_get(items[i], "implemented"));
    }
    return shares;
}

/* `core:window` of `core:window:allow-close`. */
static size_t prefix_of(const struct share *share)
{
    const char *entry = cli_text(share->first, "entry");
    const char *colon = strrchr(entry, ':');
    return colon ? (size_t)(colon - entry) : 0;
}

static bool alike(const struct share *a, const struct share *b)
{
    size_t n = prefix_of(a);
    return a->n == 1 && b->n == 1 && n == prefix_of(b) &&
           strncmp(cli_text(a->first, "entry"), cli_text(b->first, "entry"), n) == 0 &&
           strcmp(cli_text(a->first, "file"), cli_text(b->first, "file")) == 0;
}

/* Where a plugin's commands are listed one by one, the list is one share. */
static void fold(struct shares *shares)
{
    size_t n = 0;
    for (size_t i = 0, run; i < shares->n; i += run) {
        struct share share = shares->items[i];
        for (run = 1; i + run < shares->n && alike(&share, &shares->items[i + run]);)
            run++;
        run = run > ENTRIES_SHOWN ? run : 1;
        for (size_t k = 1; k < run; k++) {
            share.n_implemented += shares->items[i + k].n_implemented;
            share.n_entries++;
            share.n++;
        }
        shares->items[n++] = share;
    }
    shares->n = n;
}

int policy_name_width(int width, size_t n)
{
    if (width < POLICY_NAME_LEAST)
        width = POLICY_NAME_LEAST;
    return n > (size_t)width && n <= POLICY_NAME_MOST ? (int)n : width;
}

void policy_print_heading(const char *text)
{
    cli_colour(CLI_BOLD);
    printf("  %s\n", text);
    cli_colour(CLI_PLAIN);
}

void policy_print_place(const json_t *rule)
{
    cli_colour(CLI_DIM);
    fputs("  ", stdout);
    (void)cli_put_place(rule);
    cli_colour(CLI_PLAIN);
    putchar('\n');
}

static void print_entry(const struct share *share, int width)
{
    char *prefix = strndup(cli_text(share->first, "entry"), prefix_of(share));
    int used = cli_put(share->n_entries > 1 && prefix ? prefix : cli_text(share->first, "entry"));
    if (share->n_entries > 1)
        used += printf(", %zu entries", share->n_entries);
    cli_pad(used, width);
    free(prefix);
}

static void print_share(const struct share *share, int width, bool counts)
{
    fputs("    ", stdout);
    print_entry(share, width);
    fputs("  ", stdout);
    if (share->n == 1)
        (void)cli_put(cli_text(share->first, "name"));
    else
        cli_put_count(share->n, "command");
    if (counts && share->n_implemented == 0)
        fputs(", unimplemented", stdout);
    else if (counts && share->n_implemented < share->n)
        printf(", %zu unimplemented", share->n - share->n_implemented);
    policy_print_place(share->first);
}

static void print_each(json_t *const *items, size_t n, bool counts)
{
    for (size_t i = 0; i < n; i++) {
        fputs("      ", stdout);
        (void)cli_put(cli_text(items[i], "name"));
        if (counts && !json_is_true(json_object_get(items[i], "implemented")))
            fputs(", unimplemented", stdout);
        putchar('\n');
    }
}

static int width_of(const struct shares *shares)
{
    int width = 0;
    for (size_t i = 0; i < shares->n; i++)
        if (shares->items[i].n_entries == 1)
            width = policy_name_width(width, strlen(cli_text(shares->items[i].first, "entry")));
    return policy_name_width(width, 0);
}

static void free_items(json_t ***items)
{
    free(*items);
}

void policy_print_shares(const char *heading, const json_t *list, bool counts, bool all)
{
    tb_cleanup(free_items) json_t **items = sort_items(list);
    tb_cleanup(free_shares) struct shares shares = {NULL, 0};
    if (!items)
        return;
    policy_print_heading(heading);
    shares = share(items, json_array_size(list));
    if (!all)
        fold(&shares);
    int width = width_of(&shares);
    for (size_t i = 0, at = 0; i < shares.n; at += shares.items[i++].n) {
        print_share(&shares.items[i], width, counts);
        if (all && shares.items[i].n > 1)
            print_each(items + at, shares.items[i].n, counts);
    }
}
