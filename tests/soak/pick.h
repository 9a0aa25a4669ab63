/* What the driver picks for a view, as a person would in a dialog. */
#pragma once

#include "tests/soak/view.h"

/* `how`: letters f (folder), r (recursive), w (writable), o (of another document), d (removed
 * once it is open), or `-`. */
void pick_begin(const struct view *view, const char *how, const char *path);
void pick_done(void *data, uint32_t id, const char *code, const char *message);
