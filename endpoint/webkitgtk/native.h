/*
 * The native functions of the isolated world: the object `trollbridgeNative` of one document.
 *
 * They throw only for what the script in that world does wrong itself; what a page can cause comes
 * as `done`. docs/decisions/024-page-endpoint.md has the whole interface.
 */
#pragma once

#include "endpoint/webkitgtk/link.h"

/* Puts them into the context, each with a reference to the link. */
void tb_web_native_define(JSCContext *context, struct tb_web_link *link);
