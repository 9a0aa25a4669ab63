/* Parts of a call as the texts that policy.test.toml has for them. */
#pragma once

#include "cli/json.h"

/* A new reference; bytes that are no UTF-8 become `base64:` and their base64. */
json_t *test_text_of(struct tb_bytes bytes);

/* Where a rule of the log stands: `trollbridge.toml:41`; a hook has no line. A new reference. */
json_t *test_place_of(const json_t *rule);
