#include "cli/passphrase_ask.h"

#include "base/fd.h"
#include "cli/unechoed.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 3 };

static void put_prompt(const struct cli_passphrase_ask *ask)
{
    char prompt[96];
    (void)snprintf(prompt, sizeof prompt, "%s%s: ", ask->name, ask->first.n > 0 ? ", again" : "");
    cli_unechoed_put(prompt);
}

static int make_room(struct cli_passphrase_ask *ask)
{
    return cli_passphrase_init(&ask->typed) && cli_passphrase_init(&ask->first) ? 0 : -ENOMEM;
}

int cli_passphrase_ask_begin(struct cli_passphrase_ask *ask, const char *name, bool is_new)
{
    *ask = (struct cli_passphrase_ask){.name = name, .terminal = -1, .is_new = is_new};
    int r = make_room(ask);
    if (r == 0)
        r = cli_unechoed_begin();
    if (r < 0) {
        cli_passphrase_ask_end(ask);
        return r;
    }
    ask->terminal = r;
    put_prompt(ask);
    return 0;
}

void cli_passphrase_ask_end(struct cli_passphrase_ask *ask)
{
    if (ask->terminal >= 0)
        cli_unechoed_end();
    tb_fd_close(&ask->terminal);
    cli_passphrase_deinit(&ask->typed);
    cli_passphrase_deinit(&ask->first);
    *ask = (struct cli_passphrase_ask){.terminal = -1};
}

int cli_passphrase_ask_fd(const struct cli_passphrase_ask *ask)
{
    return ask->terminal;
}

static void forget(struct cli_passphrase *passphrase)
{
    sodium_memzero(passphrase->text, CLI_PASSPHRASE_MAX + 1);
    passphrase->n = 0;
}

static enum cli_asked ask_anew(struct cli_passphrase_ask *ask, const char *why)
{
    (void)dprintf(ask->terminal, "%s\n", why);
    forget(&ask->typed);
    forget(&ask->first);
    ask->is_too_long = false;
    if (++ask->n_tries == TRIES)
        return CLI_ASKED_GIVEN_UP;
    put_prompt(ask);
    return CLI_ASKED_MORE;
}

static bool is_same(const struct cli_passphrase *a, const struct cli_passphrase *b)
{
    return a->n == b->n && sodium_memcmp(a->text, b->text, a->n) == 0;
}

static enum cli_asked keep_first(struct cli_passphrase_ask *ask)
{
    struct cli_passphrase empty = ask->first;
    ask->first = ask->typed;
    ask->typed = empty;
    put_prompt(ask);
    return CLI_ASKED_MORE;
}

static enum cli_asked take_line(struct cli_passphrase_ask *ask)
{
    char why[96];
    struct tb_bytes typed = tb_bytes_of(ask->typed.text, ask->typed.n);
    const char *problem =
        ask->is_too_long ? "is longer than 1024 bytes" : cli_passphrase_problem(typed);
    if (problem && ask->first.n == 0) {
        (void)snprintf(why, sizeof why, "The passphrase %s.", problem);
        return ask_anew(ask, why);
    }
    if (!ask->is_new)
        return CLI_ASKED_DONE;
    if (ask->first.n == 0)
        return keep_first(ask);
    return problem || !is_same(&ask->typed, &ask->first)
               ? ask_anew(ask, "The two are not the same.")
               : CLI_ASKED_DONE;
}

/* The echo of the line's end was off, too. */
static enum cli_asked end_line(struct cli_passphrase_ask *ask)
{
    ask->typed.n--;
    cli_unechoed_put("\n");
    return take_line(ask);
}

/* A terminal gives a line at a time, or, where Ctrl-D is typed behind something, a part of one. */
enum cli_asked cli_passphrase_ask_read(struct cli_passphrase_ask *ask)
{
    struct cli_passphrase *typed = &ask->typed;
    ssize_t n = read(ask->terminal, typed->text + typed->n, CLI_PASSPHRASE_MAX + 1 - typed->n);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return CLI_ASKED_MORE;
    if (n <= 0) {
        cli_unechoed_put("\n");
        return CLI_ASKED_GIVEN_UP;
    }
    typed->n += (size_t)n;
    if (typed->text[typed->n - 1] == '\n')
        return end_line(ask);
    if (typed->n > CLI_PASSPHRASE_MAX) {
        ask->is_too_long = true;
        forget(typed);
    }
    return CLI_ASKED_MORE;
}

void cli_passphrase_ask_take(struct cli_passphrase_ask *ask, struct cli_passphrase *ret_passphrase)
{
    *ret_passphrase = ask->typed;
    ask->typed = (struct cli_passphrase){0};
}
