/* The ways to break streams and events on the plugin link. */
#pragma once

#include "tests/hostile/plugins/link.h"

/* Breaks the protocol in the way that `what` names. False: it names none. */
bool streams_break(const struct request *request);
