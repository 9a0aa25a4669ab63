/* A folder to fight over, and a process that renames in it as fast as the kernel lets it. */
#pragma once

#include "tests/unit/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

enum { SAFE_S = 2, NAIVE_S = 30, SWAPS_MIN = 1000 };

/* A path in the folder; eight of them are valid at a time. */
const char *in(const char *name);
/* For a turn: 0 or -1, as rename. */
int exchange(const char *a, const char *b);

void make_folder(void);
void remove_folder(void);

/* Calls `turn` again and again until attack_stop. */
pid_t attack_start(void (*turn)(void));
void attack_stop(pid_t attacker);
/* Turns that were taken. */
uint64_t attack_turns(void);
