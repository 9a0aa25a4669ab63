/*
 * What is not wrong in an app's files and still seldom what whoever wrote them meant: the traps of
 * Tauri's access control, and powers that are easily given away. docs/lint.md has each code with a
 * bad and a good example.
 */
#pragma once

#include "policy/compiler/compile.h"

enum tb_lint_for {
    TB_LINT_START, /* what a policy of mode strict is refused for, and nothing else */
    TB_LINT_CHECK, /* all */
};

/* Goes over what tb_compile has made. Time and memory grow with what that has read and made. */
void tb_lint(struct tb_policy *policy, const struct tb_compiled *compiled, enum tb_lint_for what);
