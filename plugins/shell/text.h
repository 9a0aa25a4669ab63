/* Texts of a page that become arguments, values of variables or paths. */
#pragma once

#include "base/bytes.h"

#include <stdbool.h>

/* UTF-8 without control characters. */
bool shell_text_is_plain(struct tb_bytes untrusted_text);
