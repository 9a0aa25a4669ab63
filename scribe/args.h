/* The `args` of a record: nothing, a digest, or the arguments themselves as JSON. */
#pragma once

#include "base/text.h"
#include "proto/pack.h"
#include "proto/record.h"

/*
 * Writes the JSON value. Arguments that shall be logged in full but are too long for the text, are
 * not a map, or cannot be said in JSON (a NUL in a key) become their digest.
 */
void tb_args_put(struct tb_text *text, struct tb_unpacker *unpacker,
                 const struct tb_record *record);
