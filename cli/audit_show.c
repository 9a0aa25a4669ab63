#include "cli/audit.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
    "Usage: trollbridge audit show APP|FILE [--last N] [--denied] [--json]\n"
    "\n"
    "Shows the records of the log as a table. It does not check the chain: see verify.\n"
    "\n"
    "  --last N  only the last N records, at most 100000\n"
    "  --denied  only what was refused, answers too\n"
    "  --json    the lines of the log as they are\n"
    "\n"
    "RULE is what decided; `trollbridge policy explain APP COMMAND` says more.\n"
    "\n"
    "Examples:\n"
    "  trollbridge audit show examples/notes --last 20\n"
    "  trollbridge audit show examples/notes --denied --json | jq .command\n";

/* Where the lines that may have to be printed are, the oldest overwritten first. */
struct ring {
    struct tb_piece *pieces;
    size_t cap;
    uint64_t n; /* ever added */
};

static void ring_deinit(struct ring *ring)
{
    free(ring->pieces);
}

static int print_piece(int fd, const struct audit_options *options, struct tb_piece piece)
{
    uint8_t bytes[sizeof((struct tb_lines *)0)->held];
    ssize_t n = pread(fd, bytes, piece.bytes.n, (off_t)piece.offset);
    if (n < 0 || (size_t)n != piece.bytes.n)
        return n < 0 ? -errno : -EIO;
    piece.bytes.data = bytes;
    audit_print(options, &piece);
    return 0;
}

static int print_ring(int fd, const struct audit_options *options, const struct ring *ring)
{
    uint64_t from = ring->n > ring->cap ? ring->n - ring->cap : 0;
    int r = 0;
    for (uint64_t i = from; i < ring->n && r == 0; i++)
        r = print_piece(fd, options, ring->pieces[i % ring->cap]);
    return r;
}

static void note(const struct audit_options *options, struct ring *ring,
                 const struct tb_piece *piece)
{
    if (!audit_wants(options, piece))
        return;
    if (options->last == AUDIT_ALL)
        audit_print(options, piece);
    else if (ring->cap > 0)
        ring->pieces[ring->n++ % ring->cap] = *piece;
}

int audit_print_last(const struct audit_options *options, struct tb_lines *lines)
{
    tb_cleanup(ring_deinit) struct ring ring = {0};
    if (options->last != AUDIT_ALL && options->last > 0) {
        ring.cap = options->last;
        ring.pieces = calloc(ring.cap, sizeof *ring.pieces);
        if (!ring.pieces)
            return -ENOMEM;
    }
    struct tb_piece piece;
    int r;
    while ((r = tb_lines_next(lines, &piece)) == TB_OK)
        note(options, &ring, &piece);
    if (r < 0)
        return r;
    return ring.cap > 0 ? print_ring(lines->fd, options, &ring) : 0;
}

static int show(const struct audit_options *options, struct tb_lines *lines)
{
    struct tb_piece piece;
    audit_print_head(options);
    int r = audit_print_last(options, lines);
    /* A torn end is shown whatever the number of records asked for. */
    if (r == 0 && tb_lines_rest(lines, &piece))
        audit_print(options, &piece);
    return r;
}

int audit_show(int argc, char **argv)
{
    static struct tb_lines lines;
    struct audit_options options = {.last = AUDIT_ALL};
    int r = audit_parse(argc, argv, help, &options);
    if (r != CLI_DONE)
        return r == AUDIT_HELPED ? CLI_DONE : r;
    tb_fd fd = -1;
    r = audit_open(options.target, &fd);
    if (r != CLI_DONE)
        return r;
    tb_lines_init(&lines, fd, 0);
    r = show(&options, &lines);
    if (r < 0)
        return cli_error(CLI_FILES, "io", "cannot read the log: %s", strerror(-r));
    return CLI_DONE;
}
