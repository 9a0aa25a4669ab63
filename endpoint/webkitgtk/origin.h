/* Of what origin a document is. */
#pragma once

#include <jsc/jsc.h>

/* As the document itself is told, before any script of its page has run, and not by its URI: a
 * sandboxed document has none. In new memory; NULL: it is of no origin but its own. */
char *tb_web_origin(JSCContext *context);
