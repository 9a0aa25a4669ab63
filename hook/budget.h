/*
 * What a hook may use of the machine for one message: CPU time, and memory. The kernel counts:
 * every few milliseconds of CPU time that the process uses it interrupts it, and what looks then at
 * both ends the process when one is used up. Nothing that the hook's JavaScript does (promises
 * without end, a regular expression, one call into the engine that does not come back) keeps it
 * from that. Before it ends it says why, in the answer's place.
 */
#pragma once

#include "base/compiler.h"

#include <stdint.h>

/* HOOK_EXIT_FILES is of a text that is checked, the others of a message. */
enum { HOOK_EXIT_FILES = 3, HOOK_EXIT_TIME = 5, HOOK_EXIT_MEMORY = 6 };

#define HOOK_CHECK_HEAD "trollbridge: hook: "

/* Before the sandbox: opens what the process reads its own size from, and has the kernel count. The
 * descriptor, or -errno. */
tb_must_check int hook_budget_open(void);
/* Once, with the engine ready: memory is counted from here on, `memory_mib` of it, and the address
 * space ends. `link_fd` is where a last answer goes; -1: a text is checked. */
void hook_budget_set(int link_fd, uint32_t memory_mib);

enum { HOOK_NO_ANSWER = 0, HOOK_ANSWERED = 1 };
/* Around a message. Until end, the process may end: with an ANSWER to `id`, if it is answered. */
void hook_budget_begin(uint32_t time_ms, int answered, uint64_t id);
void hook_budget_end(void);
