/* Processes below another one, and what they use, from /proc and the kernel's clocks. */
#pragma once

#include "base/compiler.h"

#include <stdint.h>
#include <sys/types.h>

/* Finds the process `top` and all below it; returns how many, at most cap. */
size_t tree_find(pid_t top, pid_t *ret_pids, size_t cap);

uint64_t tree_cpu_ns(const pid_t *pids, size_t n); /* user and system, since their starts */

/* Proportional set size in KiB, or -1: not ours to read (another user's, or not dumpable and we are
 * not privileged). */
int64_t tree_pss_kib(pid_t pid);

/* "broker", as /proc has it; empty when the process is gone. */
void tree_name(pid_t pid, char ret_name[static 17]);
