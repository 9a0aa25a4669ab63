/* Ways out of a sandbox. */
#pragma once

/* Tries one; the name of the errno that stopped it, "SUCCESS", or "UNKNOWN" if there is no such
 * way. Some end the process instead. */
const char *escape_try(const char *what, const char *arg);
