/* Starting the supervisor: where it is, what it inherits, and how it says that it is ready. */
#pragma once

#include "host/trollbridge.h"

#include <sys/types.h>

/*
 * Starts `libexec/trollbridge/supervisor` of the tree that this code is in. Returns its process id,
 * the host's end of the control link, and the descriptor whose closing ends the tree. INVALID,
 * PART, FILES or OUT_OF_MEMORY. `test`: bridge.h.
 */
enum trollbridge_result host_spawn(const char *app, const char *test, pid_t *ret_pid,
                                   int *ret_control_fd, int *ret_lifeline_fd);
