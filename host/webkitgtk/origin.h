/* Origins of documents: as WebKit serialises them, compared whole. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <glib.h>

/*
 * The origin of a URI as WebKit writes it (in its normal form), in new memory; NULL where a
 * document of it gets no link: it has an opaque origin, another scheme than https, http and tauri,
 * or something that has no place in an origin (a user, an empty host).
 */
char *tb_origin_of(const char *uri);

/* Whether the text is an origin, whole: what tb_origin_of makes of it is itself. */
bool tb_origin_whole(const char *text);
