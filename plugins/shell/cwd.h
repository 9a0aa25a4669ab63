/* The folder that a program runs in: the policy's, or one that the page names and may name. */
#pragma once

#include "plugins/shell/request.h"

/* Sets the request's `cwd` and `at`, by `options.cwd` of the call. False: it has been answered. */
tb_must_check bool shell_cwd_open(struct tb_call *call, const struct shell_picked *picks,
                                  struct tb_args options, struct shell_request *request);
