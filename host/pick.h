/* Picks: what a person has picked goes to the broker, and its answer to the host's callback. */
#pragma once

#include "base/bytes.h"

struct trollbridge;

/* Body of PICKED. False: not in the format. */
bool host_picked(struct trollbridge *bridge, struct tb_bytes body);
