/* The hook's engine inside a fuzz target. */
#pragma once

#include "base/compiler.h"
#include "base/result.h"
#include "hook/realm.h"

#include <stdlib.h>

/* The engine looks for references on the stack, which has to be the thread's own for that; and
 * keeps some where a leak check does not look. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libjavascriptcoregtk";
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
