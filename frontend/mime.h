/* Media types by the ends of names. A table of our own: a bare machine has no shared-mime-info, and
 * what a script or a style is must not depend on the machine, since nothing is sniffed. */
#pragma once

#include "base/bytes.h"

/* A constant string. */
const char *tb_mime_of(const char *name);

/* Whether the name is that of a document of HTML, which gets nonces. */
bool tb_mime_is_html(const char *name);
