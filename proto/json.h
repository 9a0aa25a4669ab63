/* A scanned value as JSON text: for the log, and for people who decide about a call. */
#pragma once

#include "base/text.h"
#include "proto/pack.h"

/*
 * Writes the value, as deep as the scan allows, with everything escaped that a reader would not see
 * as it is. JSON cannot say all: bytes become "base64:…", numbers beyond 64 bits with a sign and
 * those that are none become strings; a NUL in a key makes the text `full`. Nothing becomes more
 * than TB_JSON_GROWTH times as long as it was.
 */
void tb_text_value(struct tb_text *text, const msgpack_object *value);

enum { TB_JSON_GROWTH = 6 };
