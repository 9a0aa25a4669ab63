/*
 * Whose turn it is: a page may ask for thousands of files at once, and each that is being sent
 * holds a descriptor of the host, which cannot live without any, or a whole document in its memory.
 * So a few are sent at a time; what comes meanwhile waits for its turn.
 */
#pragma once

#include <webkit2/webkit2.h>

enum {
    TB_TURNS_MAX = 16,      /* bodies that are being sent */
    TB_TURNS_WAITING = 8192 /* requests; who asks for more is refused */
};

struct tb_turns;

/* `serve` is called with `data` for each request when its turn has come. */
struct tb_turns *tb_turns_new(void (*serve)(WebKitURISchemeRequest *request, void *data),
                              void *data);
/* Nothing is served any more. Bodies may outlive this. */
void tb_turns_free(struct tb_turns *turns);

/* Serves the request, now or when the others before it have been. FALSE: too many wait. */
gboolean tb_turns_take(struct tb_turns *turns, WebKitURISchemeRequest *request);
/* The turn lasts until the body is gone; without a body it is over when `serve` is. */
void tb_turns_hold(struct tb_turns *turns, GInputStream *body);
