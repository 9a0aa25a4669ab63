/* What a hostile plugin does with the memory that it shares with the broker. */
#pragma once

#include "tests/hostile/plugins/link.h"

/* Does what `what` names, and answers. False: it names nothing here. */
bool pool_break(const struct request *request);
