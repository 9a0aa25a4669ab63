/* A plugin's session without a process: frames are put in as a broker would send them, and what
 * comes out is taken as a broker would read it. The plugin's one command does what the test says.
 */
#pragma once

#include "plugins/sdk/session.h"
#include "plugins/sdk/value.h"
#include "tests/unit/test.h"

enum { SDK_CALL = 77, SDK_RUN = 2000, SDK_OTHER = 1000, SDK_CLOSE = 3000 };

extern struct tb_session session;
extern void (*sdk_handler)(struct tb_call *call);

/* Starts a session; with a pool of those sizes, unless they are 0. sdk_pool is what the broker sees
 * of it. */
void sdk_start(size_t pool_in, size_t pool_out);
void sdk_stop(void);
void sdk_put_init(size_t pool_in, size_t pool_out); /* part of sdk_start */
extern uint8_t *sdk_pool;

/*
 * Puts a frame in: pairs of a key and an unsigned int, a NULL at the end. A key that begins with
 * `?` is of a bool. `args` is packed by sdk_args, or empty.
 */
void sdk_put(enum tb_kind kind, struct tb_bytes raw, ...) __attribute__((sentinel));
extern void (*sdk_args)(struct tb_packer *packer);
#define SDK_NO_RAW ((struct tb_bytes){0})

/* Lets the session go on until there is nothing to do or it is full; its last result. */
int sdk_run(void);
/* One CALL of `run`, and what came of it. */
struct sdk_frame sdk_call(void (*run)(struct tb_call *call), struct tb_bytes body);

/* A frame that came out. It is valid until the next is taken. */
struct sdk_frame {
    enum tb_kind kind;
    const msgpack_object *map;
    struct tb_bytes raw;
    size_t cost;
};
bool sdk_quiet(void);                           /* nothing came out */
bool sdk_take_any(struct sdk_frame *ret_frame); /* false: it is none that a broker takes */
struct sdk_frame sdk_take(enum tb_kind kind);
uint64_t sdk_uint(struct sdk_frame frame, const char *key); /* fails where there is none */
bool sdk_has(struct sdk_frame frame, const char *key);
bool sdk_is_error(struct sdk_frame frame, const char *code, const char *message);
