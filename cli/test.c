/* `trollbridge test`: an app's policy held to what its developer expects of it. What judges is what
 * judges when the app runs; only the plugins are not there. */
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/test_compare.h"
#include "cli/test_coverage.h"
#include "cli/test_run.h"
#include "cli/text.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge test APP [--coverage[=all]] [--filter TEXT] [--json]\n"
    "\n"
    "Runs the cases of APP's policy.test.toml through the real compiler and broker, and compares\n"
    "what comes of each call with what the case expects. No plugin runs and nothing native\n"
    "happens: what would have reached a plugin is seen here, and answered as the case says.\n"
    "\n"
    "  --coverage      say which rules, limits, schemas, tripwires, prompts, hooked and granted\n"
    "                  commands no case has put to work; with =all any such is a failure\n"
    "  --filter TEXT   only cases with TEXT in their name\n"
    "  --json          as JSON\n"
    "\n"
    "Exit status: 0 all cases hold; 1 one does not, or --coverage=all misses something; 2 usage;\n"
    "3 the app's files are wrong; 4 a required layer or part is missing;\n"
    "5 Trollbridge itself ended during a case.\n";

struct test {
    const char *app;
    const char *filter;
    bool json;
    bool cover;
    bool cover_all;
    json_t *results;
    json_t *hits;
    json_t *coverage; /* NULL: it is not wanted */
    size_t n;
    size_t n_passed;
};

/* ---- one case ---- */

static void put_value(const char *before, const json_t *value)
{
    char *text = value ? cli_json_line(value) : NULL;
    printf("%s%s", before, text ? text : "nothing\n");
    free(text);
}

static void put_difference(const json_t *difference)
{
    printf("    %s\n", cli_text(difference, "key"));
    put_value("      expected ", json_object_get(difference, "expected"));
    put_value("      came     ", json_object_get(difference, "came"));
}

/* What decided, whether or not the case spoke of it. */
static void put_outcome(const json_t *outcome)
{
    static const char *const keys[] = {"code", "rule", "reason"};
    fputs("    ", stdout);
    cli_put(*cli_text(outcome, "verdict") ? cli_text(outcome, "verdict") : "no verdict");
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++) {
        if (!*cli_text(outcome, keys[i]))
            continue;
        printf(" %s ", keys[i]);
        cli_put(cli_text(outcome, keys[i]));
    }
    putchar('\n');
}

static void put_case(const json_t *result)
{
    size_t i;
    json_t *difference;
    bool passed = json_is_true(json_object_get(result, "passed"));
    cli_colour(passed ? CLI_GREEN : CLI_RED);
    fputs(passed ? "pass  " : "FAIL  ", stdout);
    cli_colour(CLI_PLAIN);
    cli_put(cli_text(result, "name"));
    if (!passed)
        printf(" (policy.test.toml:%lld)", (long long)cli_number(result, "line"));
    putchar('\n');
    json_array_foreach(json_object_get(result, "differences"), i, difference)
    {
        put_difference(difference);
    }
    if (!passed)
        put_outcome(json_object_get(result, "outcome"));
    fflush(stdout); /* the next case takes its time */
}

static void take_result(struct test *test, const json_t *entry, json_t *outcome)
{
    const json_t *one = json_object_get(entry, "case");
    json_t *differences = test_compare(one, outcome);
    bool passed = json_array_size(differences) == 0;
    json_t *result = json_object();
    json_object_set(result, "name", json_object_get(one, "name"));
    json_object_set(result, "line", json_object_get(entry, "line"));
    json_object_set_new(result, "passed", json_boolean(passed));
    json_object_set_new(result, "outcome", outcome);
    json_object_set_new(result, "differences", differences);
    test->n++;
    test->n_passed += passed;
    if (!test->json)
        put_case(result);
    json_array_append_new(test->results, result);
}

/* ---- all of them ---- */

/* A test that is broken off ends between two cases, and leaves nothing behind. */
static void hold_signals(int how)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    (void)sigprocmask(how, &signals, NULL);
}

static bool broken_off(void)
{
    sigset_t waiting;
    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGINT) || sigismember(&waiting, SIGTERM) ||
            sigismember(&waiting, SIGHUP));
}

static int run_cases(struct test *test, const json_t *cases)
{
    size_t i;
    json_t *entry;
    json_array_foreach(cases, i, entry)
    {
        const json_t *one = json_object_get(entry, "case");
        json_t *outcome;
        if (broken_off())
            break;
        if (test->filter && !strstr(cli_text(one, "name"), test->filter))
            continue;
        int status = test_run(test->app, one, test->hits, &outcome);
        if (status != CLI_DONE)
            return status;
        take_result(test, entry, outcome);
    }
    return test->n > 0
               ? CLI_DONE
               : cli_error(CLI_USAGE, "usage", "no case has '%s' in its name", test->filter);
}

static void put_summary(const struct test *test)
{
    if (test->json) {
        json_t *all = json_object();
        json_object_set(all, "cases", test->results);
        json_object_set_new(all, "passed", json_integer((json_int_t)test->n_passed));
        json_object_set_new(all, "failed", json_integer((json_int_t)(test->n - test->n_passed)));
        if (test->coverage)
            json_object_set(all, "coverage", test->coverage);
        cli_put_json(all);
        json_decref(all);
        return;
    }
    cli_put_count(test->n, "case");
    printf(", %zu passed", test->n_passed);
    if (test->n_passed < test->n)
        printf(", %zu failed", test->n - test->n_passed);
    putchar('\n');
    if (test->coverage)
        test_coverage_put(test->coverage);
}

static bool holds(const struct test *test)
{
    const json_t *missing = json_object_get(test->coverage, "missing");
    return test->n_passed == test->n && (!test->cover_all || json_array_size(missing) == 0);
}

static int run(struct test *test)
{
    static const char *const options[] = {NULL};
    json_t *report = NULL;
    int status = cli_report("cases", test->app, options, &report);
    if (report)
        cli_report_findings(report, true);
    if (report && status != CLI_DONE)
        cli_report_findings(report, false);
    hold_signals(SIG_BLOCK);
    if (status == CLI_DONE)
        status = run_cases(test, json_object_get(report, "cases"));
    hold_signals(SIG_UNBLOCK); /* what was held ends this program now */
    if (status == CLI_DONE && test->cover)
        test->coverage = test_coverage_of(json_object_get(report, "covers"), test->hits);
    if (status == CLI_DONE) {
        put_summary(test);
        status = holds(test) ? CLI_DONE : CLI_DENIED;
    }
    json_decref(report);
    return status;
}

/* An exit status, HELPED after the help was printed. */
enum { HELPED = -1 };
static int read_options(struct test *test, int argc, char **argv)
{
    enum { COVERAGE = 256, FILTER, AS_JSON, HELP };
    static const struct option options[] = {{"coverage", optional_argument, NULL, COVERAGE},
                                            {"filter", required_argument, NULL, FILTER},
                                            {"json", no_argument, NULL, AS_JSON},
                                            {"help", no_argument, NULL, HELP},
                                            {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (name) {
        case COVERAGE:
            test->cover = true;
            test->cover_all = optarg != NULL;
            if (optarg && strcmp(optarg, "all") != 0)
                return cli_usage("test", "--coverage is alone or --coverage=all");
            break;
        case FILTER:
            test->filter = optarg;
            break;
        case AS_JSON:
            test->json = true;
            break;
        case HELP:
            fputs(help, stdout);
            return HELPED;
        default:
            return cli_usage_option("test", argv);
        }
    }
    if (optind + 1 != argc)
        return cli_usage("test", "it takes the folder of one app");
    test->app = argv[optind];
    return CLI_DONE;
}

int cli_test(int argc, char **argv)
{
    struct test test = {.app = NULL};
    int status = read_options(&test, argc, argv);
    if (status != CLI_DONE)
        return status == HELPED ? CLI_DONE : status;
    test.results = json_array();
    test.hits = json_object();
    status = run(&test);
    json_decref(test.results);
    json_decref(test.hits);
    json_decref(test.coverage);
    return status;
}
