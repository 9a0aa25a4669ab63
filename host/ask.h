/* Prompts: from the broker to the host's callbacks. The way back is trollbridge_answer. */
#pragma once

#include "base/bytes.h"

#include <stdbool.h>

struct trollbridge;

/* Bodies of ASK and ASK_OVER. False: not in the format. */
bool host_ask(struct trollbridge *bridge, struct tb_bytes body);
bool host_ask_over(struct trollbridge *bridge, struct tb_bytes body);
