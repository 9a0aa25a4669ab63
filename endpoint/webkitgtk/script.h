/*
 * The script of one document in the isolated world: the handlers that it gave to attach(), and what
 * crosses to them. What is called here runs JavaScript: afterwards anything may have happened but
 * the freeing of a link that the caller holds a reference to.
 */
#pragma once

#include "base/bytes.h"
#include "endpoint/endpoint.h"

#include <jsc/jsc.h>

enum tb_web_handler {
    TB_WEB_READY,
    TB_WEB_DONE,
    TB_WEB_CHUNK,
    TB_WEB_ROOM,
    TB_WEB_ENDED,
    TB_WEB_N_HANDLERS,
};

struct tb_web_script {
    JSCValue *handlers[TB_WEB_N_HANDLERS]; /* functions; all NULL: no script is attached */
    struct tb_buffer scratch;
};

void tb_web_script_init(struct tb_web_script *script);
void tb_web_script_detach(struct tb_web_script *script); /* nothing is called any more */
void tb_web_script_deinit(struct tb_web_script *script);

/* TB_OK; TB_FULL: one is attached; TB_MALFORMED: a handler is not a function. */
tb_must_check int tb_web_script_attach(struct tb_web_script *script, JSCValue *handlers);
bool tb_web_script_attached(const struct tb_web_script *script);

/* Each does nothing while no script is attached. */
void tb_web_script_ready(struct tb_web_script *script, const struct tb_endpoint *endpoint);
void tb_web_script_done(struct tb_web_script *script, uint64_t id, const struct tb_reply *reply);
void tb_web_script_chunk(struct tb_web_script *script, uint64_t id, const struct tb_chunk *chunk,
                         uint32_t cost);
void tb_web_script_room(struct tb_web_script *script, uint64_t id);
/* code: what CLOSE said, or -1. */
void tb_web_script_ended(struct tb_web_script *script, const char *by, int code,
                         const char *message);

/* The bytes of a Uint8Array, borrowed from it: they stay where they are as long as the value is
 * referenced. False: it is none. */
bool tb_web_bytes(JSCValue *value, struct tb_bytes *ret_bytes);
