/* Between JSON (jansson) and msgpack. */
#pragma once

#include "proto/pack.h"

#include <jansson.h>

/* Packs any JSON value. */
void cli_json_pack(struct tb_packer *packer, const json_t *value);
/* A new reference; bytes become base64 text; NULL when out of memory. */
json_t *cli_json_of(const msgpack_object *object);
json_t *cli_json_base64(struct tb_bytes bytes);

/* For tb_cleanup. */
void cli_json_free(json_t **json);
