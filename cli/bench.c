/* `trollbridge bench`: the benchmark in bench/, which ./tb bench runs too. */
#include "base/clock.h"
#include "base/place.h"
#include "bench/report.h"
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>

static const char help[] =
    "usage: trollbridge bench [OPTION...]\n"
    "\n"
    "Measures Trollbridge beside a bare relay of three processes, interleaved, with a small "
    "policy\n"
    "and a large one, with rules, with a hook, and with a hook for another command; what policies "
    "of\n"
    "three sizes take to compile; and, where there is a display, a page in a window beside a "
    "fetch\n"
    "that no plugin answers; prints a table.\n"
    "\n"
    "  --json        print one JSON object instead\n"
    "  --gate        exit with 1 if a gate does not hold\n"
    "  --rounds N    rounds of each contender in each row (15)\n"
    "  --ms N        how long a round is, in milliseconds (150)\n"
    "\n"
    "Exit status: 0 done; 1 a gate does not hold (with --gate); 2 usage; 4 it could not be run.\n";

enum { OPTION_JSON = 256, OPTION_GATE, OPTION_ROUNDS, OPTION_MS, OPTION_HELP };

struct options {
    bool json;
    bool gate;
    bool help;
    uint32_t rounds;
    uint32_t ms;
};

struct programs {
    char echo[PATH_MAX];
    char page[PATH_MAX];
    bool has_page; /* there is a display */
    bool has_hook;
};

static bool read_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_JSON:
        return options->json = true;
    case OPTION_GATE:
        return options->gate = true;
    case OPTION_HELP:
        return options->help = true;
    case OPTION_ROUNDS:
        return cli_read_number(optarg, 1, BENCH_ROUNDS_MAX, &options->rounds);
    case OPTION_MS:
        return cli_read_number(optarg, 1, 10000, &options->ms);
    default:
        return false;
    }
}

static bool read_options(struct options *options, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"json", no_argument, NULL, OPTION_JSON},
        {"gate", no_argument, NULL, OPTION_GATE},
        {"rounds", required_argument, NULL, OPTION_ROUNDS},
        {"ms", required_argument, NULL, OPTION_MS},
        {"help", no_argument, NULL, OPTION_HELP},
        {0},
    };
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!read_option(options, option))
            return false;
    return optind == argc;
}

static void on_progress(const char *placement, const struct bench_load *load)
{
    if (!load)
        fprintf(stderr, "bench: %s, a page in a window\n", placement);
    else
        fprintf(stderr, "bench: %s, %zu bytes, %u in flight\n", placement, load->bytes,
                load->in_flight);
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && value[0];
}

static bool has_display(void)
{
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

/* Where the programs of the benchmark are. CLI_DONE, or it has said what is missing. */
static int find_programs(const struct options *options, struct programs *ret_programs)
{
    if (tb_place_of("libexec/trollbridge/bench/echo", ret_programs->echo) != 0)
        return cli_error(CLI_PART, "part_missing", "libexec/trollbridge/bench/echo is not there");
    char hook[PATH_MAX];
    ret_programs->has_hook = tb_place_of("libexec/trollbridge/hook", hook) == 0;
    ret_programs->has_page = has_display();
    if (!ret_programs->has_page && options->gate)
        return cli_error(CLI_PART, "io",
                         "--gate judges the page's rows too, and there is no display: set "
                         "DISPLAY, or use `./tb bench --gate`");
    if (ret_programs->has_page &&
        tb_place_of("libexec/trollbridge/bench/page", ret_programs->page) != 0)
        return cli_error(CLI_PART, "part_missing", "libexec/trollbridge/bench/page is not there");
    return CLI_DONE;
}

int cli_bench(int argc, char **argv)
{
    struct options options = {.rounds = 15, .ms = 150};
    struct bench_result result;
    struct programs programs;
    if (!read_options(&options, argc, argv))
        return cli_usage("bench", "unknown option, or a number out of range");
    if (options.help) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    int status = find_programs(&options, &programs);
    if (status != CLI_DONE)
        return status;
    const struct bench_setup setup = {.echo = programs.echo,
                                      .page = programs.has_page ? programs.page : NULL,
                                      .has_hook = programs.has_hook,
                                      .rounds = options.rounds,
                                      .round_ns = options.ms * TB_MS_NS};
    fputs("bench: policies of three sizes\n", stderr);
    const char *why = bench_run(&setup, on_progress, &result);
    if (why)
        return cli_error(CLI_PART, "io", "%s", why);
    if (!options.json)
        bench_report_table(&result, stdout);
    else if (!bench_report_json(&result, stdout))
        return cli_error(CLI_PART, "io", "the result could not be written");
    return options.gate && !bench_passed(&result) ? CLI_DENIED : CLI_DONE;
}
