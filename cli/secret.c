#include "cli/secret.h"

#include "cli/cli.h"
#include "cli/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int cli_secret_init(struct cli_secret *secret, const char *file, bool is_one_call)
{
    *secret = (struct cli_secret){.how = file ? CLI_SECRET_GIVEN : CLI_SECRET_TERMINAL,
                                  .is_one_call = is_one_call};
    return file ? cli_passphrase_from_file(file, &secret->given) : CLI_DONE;
}

static void end_ask(struct cli_secret *secret)
{
    if (secret->shown)
        cli_passphrase_ask_end(&secret->ask);
    secret->shown = false;
}

void cli_secret_deinit(struct cli_secret *secret)
{
    end_ask(secret);
    cli_passphrase_deinit(&secret->given);
    *secret = (struct cli_secret){0};
}

/* ---- showing ---- */

static void put_fact(FILE *terminal, const char *name, const char *untrusted_text)
{
    fprintf(terminal, "  %-8s ", name);
    cli_put_to(terminal, untrusted_text);
    fputc('\n', terminal);
}

static void put_facts(FILE *terminal, const struct trollbridge_app *app,
                      const struct trollbridge_secret *asked)
{
    fprintf(terminal, "A plugin of the app asks for a %spassphrase:\n",
            asked->is_new ? "new " : "");
    if (*app->name)
        put_fact(terminal, "app", app->name);
    put_fact(terminal, "id", app->id);
    put_fact(terminal, "view", asked->view);
    put_fact(terminal, "origin", asked->origin);
    put_fact(terminal, "command", asked->command);
    put_fact(terminal, "plugin", asked->plugin);
    put_fact(terminal, "it says", asked->what);
    fputs("What you type goes to this plugin, unseen. Ctrl-D gives none.\n", terminal);
}

/* 0 or -errno. */
static int ask(struct cli_secret *secret, const struct trollbridge_app *app,
               const struct trollbridge_secret *asked)
{
    FILE *terminal = fopen("/dev/tty", "we");
    if (!terminal)
        return -errno;
    put_facts(terminal, app, asked);
    (void)fclose(terminal);
    return cli_passphrase_ask_begin(&secret->ask, "Passphrase", asked->is_new);
}

static void dismiss(struct trollbridge *bridge, uint32_t id)
{
    (void)trollbridge_answer_secret(bridge, id, NULL, 0);
}

/* A wrong one that is given again and again counts as so many attempts, and then the key waits. */
static void give(struct cli_secret *secret, struct trollbridge *bridge,
                 const struct trollbridge_secret *asked)
{
    if (secret->is_one_call && secret->was_given) {
        dismiss(bridge, asked->id);
        fputs("trollbridge: dismissed: the plugin has got the passphrase of --passphrase-file, and "
              "asks again: ",
              stderr);
        cli_put_to(stderr, asked->what);
        fputc('\n', stderr);
        return;
    }
    secret->was_given = true;
    (void)trollbridge_answer_secret(bridge, asked->id, secret->given.text, secret->given.n);
}

void cli_secret_show(struct cli_secret *secret, struct trollbridge *bridge,
                     const struct trollbridge_secret *asked)
{
    if (secret->how == CLI_SECRET_GIVEN) {
        give(secret, bridge, asked);
        return;
    }
    int r = secret->how == CLI_SECRET_TERMINAL && !secret->shown
                ? ask(secret, trollbridge_app(bridge), asked)
                : -ENOTTY;
    if (r < 0) {
        dismiss(bridge, asked->id);
        if (secret->how == CLI_SECRET_TERMINAL)
            (void)cli_error(CLI_DENIED, "no_terminal",
                            "the plugin asks for a passphrase, and there is no terminal to ask on "
                            "(%s): give it with --passphrase-file FILE",
                            strerror(-r));
        return;
    }
    secret->shown = true;
    secret->id = asked->id;
}

void cli_secret_over(struct cli_secret *secret, uint32_t id)
{
    if (!secret->shown || secret->id != id)
        return;
    end_ask(secret);
    fputs("\nNobody waits for the passphrase any more.\n", stderr);
}

/* ---- reading ---- */

int cli_secret_fd(const struct cli_secret *secret)
{
    return secret->shown ? cli_passphrase_ask_fd(&secret->ask) : -1;
}

void cli_secret_read(struct cli_secret *secret, struct trollbridge *bridge)
{
    tb_cleanup(cli_passphrase_deinit) struct cli_passphrase typed = {0};
    enum cli_asked asked = cli_passphrase_ask_read(&secret->ask);
    if (asked == CLI_ASKED_MORE)
        return;
    if (asked == CLI_ASKED_DONE)
        cli_passphrase_ask_take(&secret->ask, &typed);
    end_ask(secret);
    if (asked == CLI_ASKED_DONE)
        (void)trollbridge_answer_secret(bridge, secret->id, typed.text, typed.n);
    else
        dismiss(bridge, secret->id);
}
