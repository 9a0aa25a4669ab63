/*
 * A connection that was accepted, until the first line of its request is there: the library decodes
 * what it reads of that, and not as browsers encode it (`+` becomes a space, `;` ends a name), so
 * it is looked at before the library reads it. It stays in the socket for that.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct dev;
struct dev_connection;

enum { DEV_TARGET_MAX = 8192 };

/* Owns the socket, which is closed if nothing can come of it. */
void dev_arrival_begin(struct dev *dev, int fd);
/* It will not be handed over any more. Once more, or afterwards, is fine. */
void dev_arrival_end(struct dev_connection *connection);

/* The target of a request's first line: printable ASCII, from its slash to its last byte. TB_OK;
 * TB_AGAIN: there is no whole line yet; TB_MALFORMED. Pure. */
tb_must_check int dev_arrival_read(struct tb_bytes untrusted_head, struct tb_bytes *ret_target);
