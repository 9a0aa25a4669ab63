/* Asking for passphrases without the right to, and what a plugin says of its calls. */
#pragma once

#include "tests/hostile/plugins/link.h"

/* Does what `what` names. False: it names nothing of this kind. */
bool secrets_break(const struct request *request);
