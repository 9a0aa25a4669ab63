#include "cli/audit.h"

#include "base/fd.h"

#include <inttypes.h>

static const char help[] =
    "Usage: trollbridge audit verify APP|FILE [--json]\n"
    "\n"
    "Checks that every record of the log is there, unchanged and in order. The verdict:\n"
    "\n"
    "  CLOSED    whole, and ended by a stop record\n"
    "  OPEN      whole; still being written, or its writer was killed\n"
    "  TORN      ends in bytes that are no record, as after a crash\n"
    "  TAMPERED  a record was changed, removed, moved or inserted; the line is named\n"
    "  EMPTY     no record at all\n"
    "\n"
    "Records carry no seals yet: a change of the last record, a missing end and a log that\n"
    "was written anew as a whole are not found.\n"
    "\n"
    "  --json  the result as one JSON object\n"
    "\n"
    "Exit status: 0 for CLOSED and OPEN, 1 for the others, 2 usage, 3 no such log.\n"
    "\n"
    "Example:\n"
    "  trollbridge audit verify examples/notes\n";

static void print_text(const struct tb_chain *chain, const char *verdict)
{
    printf("%s: %" PRIu64 " records, last n %" PRIu64, verdict, chain->n_records, chain->n);
    if (chain->n_recoveries > 0)
        printf(", %" PRIu64 " recovered from a torn end", chain->n_recoveries);
    if (chain->bad_line != 0)
        printf(", line %" PRIu64 ": %s", chain->bad_line,
               chain->bad_why ? chain->bad_why : "not a whole record, and the last");
    putchar('\n');
}

static void print_json(const struct tb_chain *chain, const char *verdict)
{
    printf("{\"verdict\":\"%s\",\"records\":%" PRIu64 ",\"last\":%" PRIu64
           ",\"recoveries\":%" PRIu64 ",\"sealed\":false,\"line\":%" PRIu64 ",\"why\":\"%s\"}\n",
           verdict, chain->n_records, chain->n, chain->n_recoveries, chain->bad_line,
           chain->bad_why ? chain->bad_why : "");
}

int audit_verify(int argc, char **argv)
{
    struct audit_options options = {.last = AUDIT_ALL};
    int r = audit_parse(argc, argv, help, &options);
    if (r != CLI_DONE)
        return r == AUDIT_HELPED ? CLI_DONE : r;
    if (options.denied || options.last != AUDIT_ALL)
        return cli_usage("audit", "verify has no --denied and no --last");
    tb_fd fd = -1;
    r = audit_open(options.target, &fd);
    if (r != CLI_DONE)
        return r;
    struct tb_chain chain;
    r = tb_chain_read(fd, &chain);
    if (r < 0)
        return cli_error(CLI_FILES, "io", "cannot read the log: %s", strerror(-r));
    enum tb_chain_verdict verdict = tb_chain_verdict(&chain);
    (options.json ? print_json : print_text)(&chain, tb_chain_verdict_name(verdict));
    return verdict == TB_CHAIN_CLOSED || verdict == TB_CHAIN_OPEN ? CLI_DONE : CLI_DENIED;
}
