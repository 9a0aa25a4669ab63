#include "cli/prompt.h"

#include "cli/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_BYTES = 256 };

/* Its name, or with `letter` how that begins. */
static bool find(const char *text, bool letter, enum trollbridge_answered *ret_answered)
{
    for (int i = TROLLBRIDGE_DISMISSED; i <= TROLLBRIDGE_NEVER; i++) {
        const char *name = trollbridge_answer_name((enum trollbridge_answered)i);
        if (strcmp(text, name) != 0 && !(letter && text[0] == name[0] && text[1] == 0))
            continue;
        *ret_answered = (enum trollbridge_answered)i;
        return true;
    }
    return false;
}

bool cli_prompt_init(struct cli_prompt *prompt, const char *answer, bool no_input)
{
    *prompt = (struct cli_prompt){.how = CLI_PROMPT_GIVEN};
    if (answer)
        return find(answer, false, &prompt->given);
    bool is_terminal = !no_input && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
    prompt->how = is_terminal ? CLI_PROMPT_TERMINAL : CLI_PROMPT_NEVER;
    return true;
}

/* ---- showing ---- */

static void put_fact(const char *name, const char *untrusted_text)
{
    fprintf(stderr, "  %-8s ", name);
    cli_put_to(stderr, untrusted_text);
    fputc('\n', stderr);
}

static void put_facts(const struct trollbridge_app *app, const struct trollbridge_ask *ask)
{
    fputs("A page of the app asks to make this call:\n", stderr);
    if (*app->name)
        put_fact("app", app->name);
    put_fact("id", app->id);
    put_fact("view", ask->view);
    put_fact("origin", ask->origin);
    put_fact("command", ask->command);
    if (ask->rule)
        put_fact("rule", ask->rule);
    if (ask->has_body)
        fprintf(stderr, "  raw data %" PRIu64 " bytes%s, which are not shown\n", ask->n_body,
                ask->more ? " and whatever more the page sends" : "");
    put_fact("args", ask->args_json);
}

/* At once: the echo of an answer does not come in between. */
static void put_question(uint32_t days)
{
    char kept[64] = "";
    if (days > 0)
        (void)snprintf(kept, sizeof kept, " (always and never: for %" PRIu32 " %s)", days,
                       days == 1 ? "day" : "days");
    fprintf(stderr,
            "Allow it? o: once; s: this session; a: always; n: never; anything else denies%s\n",
            kept);
}

void cli_prompt_show(struct cli_prompt *prompt, struct trollbridge *bridge,
                     const struct trollbridge_ask *ask)
{
    if (prompt->how != CLI_PROMPT_TERMINAL || prompt->shown) {
        enum trollbridge_answered answered =
            prompt->how == CLI_PROMPT_GIVEN ? prompt->given : TROLLBRIDGE_DISMISSED;
        (void)trollbridge_answer(bridge, ask->id, answered);
        return;
    }
    put_facts(trollbridge_app(bridge), ask);
    /* What was typed before is no answer to what is read only now. */
    (void)tcflush(STDIN_FILENO, TCIFLUSH);
    put_question(ask->remember_days);
    prompt->shown = true;
    prompt->id = ask->id;
}

void cli_prompt_over(struct cli_prompt *prompt, uint32_t id)
{
    if (!prompt->shown || prompt->id != id)
        return;
    prompt->shown = false;
    fputs("Nobody waits for the answer any more.\n", stderr);
}

/* ---- reading ---- */

int cli_prompt_fd(const struct cli_prompt *prompt)
{
    return prompt->shown ? STDIN_FILENO : -1;
}

/* A terminal gives a line at a time; its end, or an error, is no answer, and so denies. */
void cli_prompt_read(struct cli_prompt *prompt, struct trollbridge *bridge)
{
    char line[LINE_BYTES];
    ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);
    if (n < 0 && errno == EINTR)
        return;
    line[n > 0 ? n : 0] = 0;
    line[strcspn(line, "\n")] = 0;
    enum trollbridge_answered answered = TROLLBRIDGE_DISMISSED;
    (void)find(line, true, &answered);
    prompt->shown = false;
    (void)trollbridge_answer(bridge, prompt->id, answered);
}
