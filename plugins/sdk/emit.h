/* Events for the page: PROTOCOL.md, section 8, EMIT. */
#pragma once

#include "plugins/sdk/stream.h"

/*
 * An event `PLUGIN://name`, where PLUGIN is this plugin's name, for the listeners of its view:
 * begin it, pack exactly one value, which is its payload, and send. TB_NO_ROOM: the link is full,
 * try again later, or do without. TB_REFUSED: the name or the payload cannot be sent.
 */
struct tb_packer *tb_plugin_emit(struct tb_session *session, const char *name);
enum tb_sent tb_plugin_emit_send(struct tb_session *session);
