/* The two things that the program does with an engine. */
#pragma once

#include "hook/engine.h"

enum { HOOK_EXIT_BROKEN = 1 };

/* Answers the broker's questions until its link ends. Returns the exit status. */
int hook_serve(struct hook_engine *engine, int link_fd);
/* Says on stderr what is wrong with the text in that descriptor. Returns the exit status. */
int hook_check(struct hook_engine *engine, int text_fd, const char *file);
