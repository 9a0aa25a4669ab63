#include "cli/call.h"

#include <getopt.h>

enum {
    OPTION_VIEW = 256,
    OPTION_ORIGIN,
    OPTION_RAW,
    OPTION_REPEAT,
    OPTION_JOBS,
    OPTION_JSON,
    OPTION_FOLLOW,
    OPTION_ANSWER,
    OPTION_PASSPHRASE_FILE,
    OPTION_HELP,
};

static int read_option(struct cli_call_options *options, int option, char **argv)
{
    switch (option) {
    case OPTION_VIEW:
        options->view = optarg;
        return CLI_DONE;
    case OPTION_ORIGIN:
        options->origin = optarg;
        return CLI_DONE;
    case OPTION_RAW:
        options->raw_file = optarg;
        return CLI_DONE;
    case OPTION_ANSWER:
        options->answer = optarg;
        return CLI_DONE;
    case OPTION_PASSPHRASE_FILE:
        options->passphrase_file = optarg;
        return CLI_DONE;
    case OPTION_REPEAT:
        return cli_read_number(optarg, 1, 100000000, &options->repeat)
                   ? CLI_DONE
                   : cli_usage("call", "--repeat takes a number from 1 to 100000000");
    case OPTION_JOBS:
        return cli_read_number(optarg, 1, TB_SESSION_CALLS, &options->jobs)
                   ? CLI_DONE
                   : cli_usage("call", "--jobs takes a number from 1 to %d", TB_SESSION_CALLS);
    case OPTION_JSON:
        options->as_json = true;
        return CLI_DONE;
    case OPTION_FOLLOW:
        options->follow = true;
        return CLI_DONE;
    case OPTION_HELP:
        options->help = true;
        return CLI_DONE;
    default:
        return cli_usage_option("call", argv);
    }
}

static int check(const struct cli_call_options *options)
{
    if (options->follow && options->repeat)
        return cli_usage("call", "--follow prints what comes, and --repeat only how it went");
    if (options->follow && options->as_json)
        return cli_usage("call", "--follow prints JSON already, a line for each message; leave "
                                 "--json out");
    return CLI_DONE;
}

int cli_call_options_read(struct cli_call_options *options, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"view", required_argument, NULL, OPTION_VIEW},
        {"origin", required_argument, NULL, OPTION_ORIGIN},
        {"raw", required_argument, NULL, OPTION_RAW},
        {"repeat", required_argument, NULL, OPTION_REPEAT},
        {"jobs", required_argument, NULL, OPTION_JOBS},
        {"json", no_argument, NULL, OPTION_JSON},
        {"follow", no_argument, NULL, OPTION_FOLLOW},
        {"answer", required_argument, NULL, OPTION_ANSWER},
        {"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE_FILE},
        {"help", no_argument, NULL, OPTION_HELP},
        {0},
    };
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        int status = read_option(options, option, argv);
        if (status != CLI_DONE || options->help)
            return status;
    }
    if (argc - optind < 2 || argc - optind > 3)
        return cli_usage("call", "APP and COMMAND are needed, and JSON at most");
    options->app = argv[optind];
    options->command = argv[optind + 1];
    options->json = argc - optind == 3 ? argv[optind + 2] : "{}";
    return check(options);
}
