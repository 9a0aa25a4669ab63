#include "endpoint/greet.h"

#include "base/result.h"
#include "proto/frame.h"

#include <sodium.h>

int tb_greet(struct tb_bytes untrusted_bootstrap, uint8_t ret_frame[static TB_GREETING_SIZE],
             struct tb_session_keys *ret_keys)
{
    struct tb_bootstrap bootstrap;
    struct tb_hello hello;
    uint8_t sk[TB_KEY_SIZE];
    int r = tb_bootstrap_read(untrusted_bootstrap, &bootstrap);
    if (r != TB_OK)
        return r;
    memcpy(hello.ticket_id, bootstrap.ticket_id, sizeof hello.ticket_id);
    crypto_box_keypair(hello.endpoint_pk, sk);
    r = tb_keys_derive(&bootstrap, sk, bootstrap.broker_pk, hello.endpoint_pk, ret_keys);
    sodium_memzero(sk, sizeof sk);
    sodium_memzero(&bootstrap, sizeof bootstrap);
    if (r != TB_OK)
        return r;
    tb_frame_header(ret_frame, TB_HELLO, 0, TB_HELLO_SIZE);
    tb_hello_write(&hello, ret_frame + TB_HEADER_SIZE);
    return TB_OK;
}
