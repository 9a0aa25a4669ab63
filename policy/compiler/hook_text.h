/* What a hook's text says about itself. It is not parsed here: the engine does that, in its own
 * process. */
#pragma once

#include "policy/compiler/data/report.h"

/* Warns of an `import`, which the engine refuses, and of a text without any of the hook's own
 * names. The text is UTF-8. */
void tb_hook_text_lint(struct tb_report *report, const char *file, struct tb_bytes text);
