/* Passphrases that plugins ask for, in calls of attached views. */
#pragma once

#include "host/webkitgtk/view.h"

/* Shows the prompt over the window of its view; where there is none, it is dismissed. It is taken
 * away as every prompt is (ask.h). */
void tb_secret_show(struct trollbridge_webkit *tw, const struct trollbridge_secret *secret);
