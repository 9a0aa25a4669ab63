#include "cli/policy_warning.h"

#include "cli/group.h"
#include "cli/text.h"

enum { PLACES_SHOWN = 3 };

/* By code and message: the warnings of which only the place differs, in their order. */
static json_t *alike(const json_t *warnings)
{
    json_t *groups = json_object();
    size_t i;
    json_t *warning;
    json_array_foreach(warnings, i, warning)
    {
        json_t *key = json_pack("[ss]", cli_text(warning, "code"), cli_text(warning, "message"));
        cli_group_add(groups, key, warning);
    }
    return groups;
}

static void print_places(const json_t *group, bool all)
{
    size_t n = json_array_size(group);
    size_t shown = all || n <= PLACES_SHOWN + 1 ? n : PLACES_SHOWN;
    cli_colour(CLI_DIM);
    for (size_t i = 0; i < shown; i++) {
        fputs(i == 0 ? "  " : ", ", stdout);
        (void)cli_put_place(json_array_get(group, i));
    }
    if (shown < n)
        printf(" and %zu more", n - shown);
    cli_colour(CLI_PLAIN);
    putchar('\n');
}

void policy_print_warnings(const json_t *warnings, bool all)
{
    json_t *groups = alike(warnings);
    const char *key;
    json_t *group;
    if (json_object_size(groups) > 0) {
        cli_colour(CLI_BOLD);
        puts("warnings");
        cli_colour(CLI_PLAIN);
    }
    json_object_foreach(groups, key, group)
    {
        const json_t *first = json_array_get(group, 0);
        fputs("  ", stdout);
        cli_colour(CLI_YELLOW);
        (void)cli_put(cli_text(first, "code"));
        cli_colour(CLI_PLAIN);
        fputs(": ", stdout);
        (void)cli_put(cli_text(first, "message"));
        print_places(group, all);
    }
    if (json_object_size(groups) > 0)
        putchar('\n');
    json_decref(groups);
}
