/* The hook's engine inside a fuzz target. */
#pragma once

#include "base/compiler.h"
#include "base/result.h"
#include "hook/realm.h"

#include <stdlib.h>

/* The engine keeps references where a leak check does not look, and scans a stack that has to be
 * the thread's own. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0:detect_stack_use_after_return=0";
}

/* As hook/main.c has it. */
static inline void engine_begin(struct hook_realm *realm)
{
    if (realm->context)
        return;
    (void)setenv("JSC_useJIT", "0", 1);
    (void)setenv("Malloc", "1", 1);
    tb_assert(hook_realm_init(realm) == TB_OK);
}
