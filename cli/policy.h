/* The subcommands of `trollbridge policy`: each gets its own name as argv[0] and returns an exit
 * status. */
#pragma once

int cli_policy_check(int argc, char **argv);
int cli_policy_explain(int argc, char **argv);
