/* Text of an app's files on a terminal. */
#pragma once

#include "base/bytes.h"

#include <stdio.h>

/* As it stands, but for what would not show as it is (base/escape.h). Returns how many characters
 * wide that is. */
int cli_put_text(FILE *out, struct tb_bytes untrusted_text);
