#include "broker/prompts.h"

#include <stdlib.h>
#include <string.h>

/* As many as there are commands, and a person to say so of each. */
enum { SAID_MAX = 256 };

void tb_prompts_deinit(struct tb_prompts *prompts)
{
    free(prompts->said);
    prompts->said = NULL;
    prompts->n_said = 0;
}

struct tb_prompt *tb_prompts_new(struct tb_prompts *prompts)
{
    struct tb_prompt *prompt = prompts->n < TB_ASKS_PER_SESSION ? calloc(1, sizeof *prompt) : NULL;
    if (!prompt)
        return NULL;
    prompt->before = prompts->last;
    *(prompts->last ? &prompts->last->behind : &prompts->first) = prompt;
    prompts->last = prompt;
    prompts->n++;
    return prompt;
}

void tb_prompts_free(struct tb_prompts *prompts, struct tb_prompt *prompt)
{
    *(prompt->before ? &prompt->before->behind : &prompts->first) = prompt->behind;
    *(prompt->behind ? &prompt->behind->before : &prompts->last) = prompt->before;
    prompts->n--;
    free(prompt);
}

bool tb_prompts_said(const struct tb_prompts *prompts, const uint8_t key[static TB_ASK_KEY_SIZE])
{
    for (size_t i = 0; i < prompts->n_said; i++)
        if (memcmp(prompts->said[i], key, TB_ASK_KEY_SIZE) == 0)
            return true;
    return false;
}

void tb_prompts_say(struct tb_prompts *prompts, const uint8_t key[static TB_ASK_KEY_SIZE])
{
    if (prompts->n_said == SAID_MAX)
        return;
    uint8_t(*said)[TB_ASK_KEY_SIZE] =
        reallocarray(prompts->said, prompts->n_said + 1, sizeof *said);
    if (!said)
        return;
    memcpy(said[prompts->n_said++], key, TB_ASK_KEY_SIZE);
    prompts->said = said;
}
