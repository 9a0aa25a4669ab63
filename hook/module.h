/*
 * The text of an isolation.js as a program that the engine can evaluate: its C interface knows
 * scripts alone, and no modules.
 *
 * A word `export` begins a statement of the module exactly where the text before it is whole and a
 * declaration could stand: that is asked of the engine's own parser, so that no second one has to
 * agree with it on what is a string, a comment, a regular expression. What is taken out is replaced
 * by spaces, line for line. docs/decisions/027-hook-engine.md
 */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"
#include "hook/realm.h"

enum hook_function {
    HOOK_ON_REQUEST,
    HOOK_ON_REPLY,
    HOOK_ON_ERROR,
    HOOK_ON_CHUNK,
    N_HOOK_FUNCTIONS
};
extern const char *const hook_function_names[N_HOOK_FUNCTIONS];

struct hook_module {
    struct tb_buffer program; /* of a module: gives an array of its functions, undefined where there
                                 is none; of a script: the text as it came */
    bool is_module;
    char wrong[512]; /* why there is none: "isolation.js:3: …" */
};

void hook_module_deinit(struct hook_module *module);
/* TB_OK; or TB_MALFORMED, and `wrong` says why; or TB_FULL. Syntax that is wrong elsewhere is left
 * to whoever evaluates it. */
tb_must_check int hook_module_init(struct hook_module *module, const struct hook_realm *realm,
                                   struct tb_bytes file, struct tb_bytes text);
