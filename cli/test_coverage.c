/*
 * A rule is covered when it acted, a limit, schema or tripwire when it refused a call, a prompt
 * when a person was asked, the hook, for each command, when it let a call pass or threw, and a
 * command when it was called. The log has all of it: a set of words such as `rule
 * trollbridge.toml:41` and `limit greet`.
 */
#include "cli/test_coverage.h"

#include "cli/test_text.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hit(json_t *hits, const char *kind, const char *name)
{
    json_t *key = json_sprintf("%s %s", kind, name);
    if (key)
        json_object_set_new(hits, json_string_value(key), json_true());
    json_decref(key);
}

static void note_rule(const json_t *record, json_t *hits)
{
    const json_t *rule = json_object_get(record, "rule");
    json_t *place = test_place_of(rule);
    if (place && *cli_text(rule, "file"))
        hit(hits, "rule", json_string_value(place));
    json_decref(place);
}

static void note_call(const json_t *record, json_t *hits)
{
    const char *command = cli_text(record, "command");
    const char *code = cli_text(record, "code");
    bool denied = strcmp(cli_text(record, "verdict"), "deny") == 0;
    hit(hits, "command", command);
    if (!denied || strcmp(code, "hook") == 0)
        hit(hits, "hook", command);
    if (strcmp(code, "limit") == 0) {
        hit(hits, "limit", command);
        hit(hits, "limit", "*");
    }
    if (strcmp(code, "invalid_args") == 0)
        hit(hits, "schema", command);
}

void test_coverage_note(const json_t *record, json_t *hits)
{
    const char *event = cli_text(record, "event");
    const char *command = cli_text(record, "command");
    note_rule(record, hits);
    if (strcmp(event, "call") == 0)
        note_call(record, hits);
    else if (strcmp(event, "ask") == 0)
        hit(hits, "ask", command);
    else if (strcmp(event, "alert") == 0 && strcmp(cli_text(record, "code"), "violation") == 0)
        hit(hits, "tripwire", command);
}

static bool is_hit(const json_t *cover, const json_t *hits)
{
    const char *kind = cli_text(cover, "kind");
    bool by_place = strcmp(kind, "rule") == 0;
    json_t *key = by_place ? json_sprintf("rule %s:%lld", cli_text(cover, "file"),
                                          (long long)cli_number(cover, "line"))
                           : json_sprintf("%s %s", kind, cli_text(cover, "name"));
    bool found = key && json_object_get(hits, json_string_value(key));
    json_decref(key);
    return found;
}

json_t *test_coverage_of(const json_t *covers, const json_t *hits)
{
    json_t *missing = json_array();
    json_t *coverage = json_object();
    size_t i;
    json_t *cover;
    json_array_foreach(covers, i, cover)
    {
        if (!is_hit(cover, hits))
            json_array_append(missing, cover);
    }
    size_t n = json_array_size(covers);
    json_object_set_new(coverage, "covered",
                        json_integer((json_int_t)(n - json_array_size(missing))));
    json_object_set_new(coverage, "total", json_integer((json_int_t)n));
    json_object_set_new(coverage, "missing", missing);
    return coverage;
}

void test_coverage_put(const json_t *coverage)
{
    size_t i;
    json_t *cover;
    printf("coverage: %lld of %lld\n", (long long)cli_number(coverage, "covered"),
           (long long)cli_number(coverage, "total"));
    json_array_foreach(json_object_get(coverage, "missing"), i, cover)
    {
        printf("  no case: %s ", cli_text(cover, "kind"));
        cli_put(*cli_text(cover, "name") ? cli_text(cover, "name") : "*");
        if (*cli_text(cover, "file")) {
            fputs(" (", stdout);
            cli_put(cli_text(cover, "file"));
            printf(":%lld)", (long long)cli_number(cover, "line"));
        }
        putchar('\n');
    }
}
