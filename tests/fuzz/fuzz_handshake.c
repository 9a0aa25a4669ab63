/* Bootstrap, HELLO and keys: what is read is written back as it was; an endpoint that greets the
 * broker of a bootstrap agrees with it on the keys, or refuses it. */
#include "base/result.h"
#include "endpoint/greet.h"
#include "proto/frame.h"
#include "proto/label.h"
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

static const uint8_t broker_sk[TB_KEY_SIZE] = {0x40, 1, 2, 3};

static void check_hello(struct tb_bytes in)
{
    struct tb_hello hello;
    uint8_t again[TB_HELLO_SIZE];
    if (tb_hello_read(in, &hello) != TB_OK)
        return;
    tb_hello_write(&hello, again);
    tb_assert(tb_bytes_equal(in, tb_bytes_of(again, sizeof again)));
}

static void agree(const struct tb_bootstrap *bootstrap, struct tb_bytes in)
{
    uint8_t frame[TB_GREETING_SIZE];
    uint8_t own_pk[TB_KEY_SIZE];
    struct tb_hello hello;
    struct tb_session_keys at_endpoint;
    struct tb_session_keys at_broker;
    int r = tb_greet(in, frame, &at_endpoint);
    tb_assert(r == TB_OK || r == TB_FORGED);
    tb_assert(crypto_scalarmult_base(own_pk, broker_sk) == 0);
    if (r != TB_OK)
        return;
    tb_assert(tb_hello_read(tb_bytes_of(frame + TB_HEADER_SIZE, TB_HELLO_SIZE), &hello) == TB_OK);
    tb_assert(memcmp(hello.ticket_id, bootstrap->ticket_id, TB_TICKET_ID_SIZE) == 0);
    tb_assert(tb_keys_derive(bootstrap, broker_sk, hello.endpoint_pk, hello.endpoint_pk,
                             &at_broker) == TB_OK);
    bool own = memcmp(own_pk, bootstrap->broker_pk, TB_KEY_SIZE) == 0;
    tb_assert(own == (memcmp(&at_endpoint, &at_broker, sizeof at_broker) == 0));
}

static void check_bootstrap(struct tb_bytes in)
{
    struct tb_bootstrap bootstrap;
    uint8_t again[TB_BOOTSTRAP_MAX];
    if (tb_bootstrap_read(in, &bootstrap) != TB_OK)
        return;
    tb_assert(tb_label_valid(bootstrap.label) && tb_origin_valid(bootstrap.origin));
    size_t n = tb_bootstrap_write(&bootstrap, again);
    tb_assert(tb_bytes_equal(in, tb_bytes_of(again, n)));
    agree(&bootstrap, in);
    /* The same with a broker whose secret we have. */
    tb_assert(crypto_scalarmult_base(bootstrap.broker_pk, broker_sk) == 0);
    n = tb_bootstrap_write(&bootstrap, again);
    agree(&bootstrap, tb_bytes_of(again, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tb_assert(sodium_init() >= 0);
    check_hello(tb_bytes_of(data, size));
    check_bootstrap(tb_bytes_of(data, size));
    return 0;
}
