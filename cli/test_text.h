/* Bytes of a call as the text that policy.test.toml has for them. */
#pragma once

#include "cli/json.h"

/* A new reference; bytes that are no UTF-8 become `base64:` and their base64. */
json_t *test_text_of(struct tb_bytes bytes);
