/*
 * What a request may have, by what its headers say: nothing is looked up but the view that its Host
 * names. Pure, so that every rule is tested by itself. docs/dev.md has the rules in words.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    DEV_SECRET_HEX = 64, /* of a token or a cookie: 32 random bytes */
    DEV_HOST_HEX = 32,
    DEV_HOST_MAX = DEV_HOST_HEX + sizeof ".localhost:65535",
    DEV_ORIGIN_MAX = DEV_HOST_MAX + sizeof "http://",
};

/* What a browser must know to be a view's. */
struct dev_door {
    char host[DEV_HOST_MAX];        /* as browsers write it, with the port */
    char origin[DEV_ORIGIN_MAX];    /* http:// before it */
    char token[DEV_SECRET_HEX + 1]; /* "": it was spent */
    char cookie[DEV_SECRET_HEX + 1];
};

/* The headers of a request; a text is empty where there is none of that name. */
struct dev_request {
    bool is_get; /* or HEAD */
    bool is_head;
    bool has_body;
    struct tb_bytes untrusted_host;
    struct tb_bytes untrusted_origin;
    struct tb_bytes untrusted_cookie;
    struct tb_bytes untrusted_token; /* of the query */
    struct tb_bytes untrusted_site;  /* Sec-Fetch-… */
    struct tb_bytes untrusted_mode;
    struct tb_bytes untrusted_dest;
    struct tb_bytes untrusted_purpose;
    bool has_token;
    bool is_service_worker; /* there is a header Service-Worker */
};

enum dev_verdict {
    DEV_REFUSED = 0,
    DEV_ENTER,    /* the token was right */
    DEV_DOCUMENT, /* a top-level navigation: gets a bootstrap */
    DEV_RESOURCE, /* anything else: gets none */
};

struct dev_judgement {
    enum dev_verdict verdict;
    unsigned status; /* of a refusal */
    const char *why; /* what its reader is told, a constant */
};

/* `door` is that of the request's Host; NULL: it names none. The token is spent by whoever calls.
 */
struct dev_judgement dev_request_judge(const struct dev_request *request,
                                       const struct dev_door *door);

/* Whether a WebSocket may be opened. Its ticket is looked at by others. */
bool dev_request_may_connect(const struct dev_request *request, const struct dev_door *door);

/* Whether it is that door's Host, exactly. */
bool dev_door_is(const struct dev_door *door, struct tb_bytes untrusted_host);

/* A new one: a name, a token and a cookie that were never there before. */
void dev_door_make(struct dev_door *ret_door, unsigned port);
void dev_door_renew_token(struct dev_door *door);
