/*
 * What one session wants of a person, in the order in which it came: calls that wait for a yes, and
 * plugins that ask for a passphrase. The first one is shown, or about to be; the others wait for
 * it. And what the person has said for as long as the session lasts.
 */
#pragma once

#include "base/compiler.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_live_call;

/* Of one that asks for a passphrase. */
struct tb_wish {
    uint8_t key[TB_SECRET_KEY_SIZE]; /* what is typed is sealed to */
    char what[TB_SECRET_WHAT_MAX + 1];
    bool is_new;
    uint64_t left_ns; /* of the call's deadline, which stands still; TB_NEVER: it has none */
};

struct tb_prompt {
    struct tb_live_call *call;    /* whose it is, and which owns it: parked, or (`secret`) not */
    uint32_t id;                  /* the host's name for it; 0: it was not shown yet */
    uint8_t key[TB_ASK_KEY_SIZE]; /* what an answer is remembered under, and a refusal */
    char rule[TB_ERROR_MESSAGE_MAX + 1]; /* what the rule says that has asked; "": none has */
    struct tb_wish wish;
    struct tb_prompt *before;
    struct tb_prompt *behind;
};

struct tb_prompts {
    struct tb_prompt *first;
    struct tb_prompt *last;
    uint32_t n;
    uint8_t (*said)[TB_ASK_KEY_SIZE]; /* what is allowed for this session */
    size_t n_said;
};

void tb_prompts_deinit(struct tb_prompts *prompts); /* no prompt is left */

/* A new one at the end, or NULL: there are as many as may be, or no memory. */
struct tb_prompt *tb_prompts_new(struct tb_prompts *prompts);
void tb_prompts_free(struct tb_prompts *prompts, struct tb_prompt *prompt);

/* "session": from now on nobody is asked about that key. What there is no memory for is asked
 * again. */
void tb_prompts_say(struct tb_prompts *prompts, const uint8_t key[static TB_ASK_KEY_SIZE]);
bool tb_prompts_said(const struct tb_prompts *prompts, const uint8_t key[static TB_ASK_KEY_SIZE]);
