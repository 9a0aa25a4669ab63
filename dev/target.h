/* The target of a request, as it goes on to another server: libwebsockets has decoded it. */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"

#include <libwebsockets.h>

enum { DEV_TARGET_MAX = 8192 };

/* Appends path and query, encoded anew, and a NUL. False: it is too long. */
tb_must_check bool dev_target_write(struct lws *wsi, const char *path, struct tb_buffer *out);
