/*
 * One isolation.js: its world, its functions, and the answer to each question of the broker's. What
 * is wrong with the text is not told before there is a question: each is answered with it.
 */
#pragma once

#include "hook/calls.h"
#include "hook/module.h"
#include "hook/realm.h"
#include "hook/thrown.h"
#include "proto/hook.h"

struct hook_engine {
    struct hook_realm realm;
    JSObjectRef functions[N_HOOK_FUNCTIONS]; /* NULL: the hook has none */
    bool is_tauri;                           /* the first is Tauri's form */
    char view[TB_LABEL_MAX + 1];
    struct hook_source source;
    char wrong[TB_ERROR_MESSAGE_MAX + 1]; /* what is wrong with the text; "": nothing */
    struct tb_unpacker kept;              /* args of a call, read again */
    struct hook_calls calls;
};

/* The engine without a text: all that is slow, or asks the kernel for much. TB_OK or -ENOMEM. */
tb_must_check int hook_engine_init(struct hook_engine *engine);
/* Runs the text. */
void hook_engine_load(struct hook_engine *engine, const struct tb_hook_init *init);
/* Writes the answer, if there has to be one. TB_OK, or TB_FULL: not even an error could be written.
 */
tb_must_check int hook_engine_answer(struct hook_engine *engine, const struct tb_hook_ask *ask,
                                     struct tb_buffer *out);
