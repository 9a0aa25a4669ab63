/* The codes of findings, which are stable: people write them into scripts. docs/lint.md has each
 * with a bad and a good example. */
#pragma once

#include <stdbool.h>

/* Whether a finding that the other modes warn of is an error in mode strict. */
bool tb_code_strict(const char *code);
