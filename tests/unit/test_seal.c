#include "base/result.h"
#include "base/wire.h"
#include "proto/keys.h"
#include "proto/message.h"
#include "tests/unit/test.h"

#include <sodium.h>

static const uint8_t key[TB_KEY_SIZE] = {1, 2, 3};

/* A sealed frame of CALL with those raw bytes, in a buffer of its own. */
static struct tb_buffer sealed(bool has_raw, const char *raw, bool clear)
{
    struct tb_buffer out;
    const struct tb_envelope envelope = {.key = key, .handle = {{7}}, .counter = 0};
    tb_buffer_init(&out, 4 * TB_FRAME_MAX);
    const struct tb_call call = {.has_raw = has_raw, .raw = tb_bytes_of_string(raw)};
    CHECK_INT(tb_call_write(&out, &envelope, tb_bytes_of("\x81\xa1k\x05", 4), &call, clear), TB_OK);
    return out;
}

static int open_call(struct tb_buffer *in, struct tb_unpacker *unpacker, struct tb_call *ret_call)
{
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    size_t size;
    int r = tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_buffer_bytes(in), &frame, &size);
    if (r == TB_OK)
        r = tb_seal_open(&frame, key, &plaintext);
    return r == TB_OK ? tb_call_read(unpacker, &plaintext, ret_call) : r;
}

static void opens_what_it_sealed(void)
{
    struct tb_unpacker unpacker;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    for (int clear = 0; clear < 2; clear++) {
        struct tb_buffer frame = sealed(true, "hello", clear);
        struct tb_call call;
        CHECK_INT(open_call(&frame, &unpacker, &call), TB_OK);
        CHECK(call.has_raw && tb_bytes_are(call.raw, "hello"));
        CHECK_INT(call.args->via.map.size, 1);
        tb_buffer_deinit(&frame);
    }
    tb_unpacker_deinit(&unpacker);
}

static void tells_no_body_from_an_empty_one(void)
{
    struct tb_unpacker unpacker;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    for (int has = 0; has < 2; has++) {
        struct tb_buffer frame = sealed(has, "", false);
        struct tb_call call;
        CHECK_INT(open_call(&frame, &unpacker, &call), TB_OK);
        CHECK_INT(call.has_raw, has);
        tb_buffer_deinit(&frame);
    }
    tb_unpacker_deinit(&unpacker);
}

/* Every bit of a sealed frame counts but those of raw bytes that are clear on purpose. */
static void refuses_every_changed_byte(void)
{
    struct tb_unpacker unpacker;
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    for (int clear = 0; clear < 2; clear++) {
        struct tb_buffer good = sealed(true, "hello", clear);
        size_t n = tb_buffer_n(&good) - (clear ? 5 : 0);
        for (size_t at = 0; at < n; at++) {
            struct tb_buffer bad = sealed(true, "hello", clear);
            struct tb_call call;
            bad.data[bad.start + at] ^= 0x10;
            CHECK(open_call(&bad, &unpacker, &call) != TB_OK);
            tb_buffer_deinit(&bad);
        }
        tb_buffer_deinit(&good);
    }
    tb_unpacker_deinit(&unpacker);
}

static void refuses_a_swapped_kind(void)
{
    struct tb_buffer frame = sealed(false, "", false);
    struct tb_frame parsed;
    struct tb_plaintext plaintext;
    size_t size;
    frame.data[frame.start + 4] = TB_CANCEL;
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_buffer_bytes(&frame), &parsed, &size), TB_OK);
    CHECK_INT(tb_seal_open(&parsed, key, &plaintext), TB_FORGED);
    tb_buffer_deinit(&frame);
}

static void refuses_what_does_not_fit_a_frame(void)
{
    struct tb_buffer out;
    uint8_t *raw = calloc(1, TB_FRAME_MAX);
    const struct tb_envelope envelope = {.key = key, .handle = {{7}}};
    tb_buffer_init(&out, 4 * TB_FRAME_MAX);
    const struct tb_call call = {.has_raw = true, .raw = tb_bytes_of(raw, TB_FRAME_MAX)};
    CHECK_INT(tb_call_write(&out, &envelope, tb_bytes_of("\x80", 1), &call, false), TB_TOO_LARGE);
    CHECK_INT(tb_buffer_n(&out), 0);
    free(raw);
    tb_buffer_deinit(&out);
}

static void a_full_buffer_is_left_as_it_was(void)
{
    struct tb_buffer out;
    const struct tb_envelope envelope = {.key = key, .handle = {{7}}};
    tb_buffer_init(&out, 60);
    CHECK(tb_buffer_append(&out, tb_bytes_of_string("before")));
    CHECK_INT(tb_call_write(&out, &envelope, tb_bytes_of("\x80", 1), &(struct tb_call){0}, false),
              TB_FULL);
    CHECK(tb_bytes_are(tb_buffer_bytes(&out), "before"));
    tb_buffer_deinit(&out);
}

static struct tb_bootstrap bootstrap_of(const uint8_t broker_pk[static TB_KEY_SIZE])
{
    struct tb_bootstrap b = {
        .document = 3,
        .label = tb_bytes_of_string("main"),
        .origin = tb_bytes_of_string("local"),
    };
    memcpy(b.broker_pk, broker_pk, TB_KEY_SIZE);
    memset(b.ticket_secret, 9, sizeof b.ticket_secret);
    return b;
}

static void both_sides_derive_the_same_keys(void)
{
    uint8_t broker_pk[32], broker_sk[32], own_pk[32], own_sk[32];
    struct tb_session_keys a, b, c;
    crypto_box_keypair(broker_pk, broker_sk);
    crypto_box_keypair(own_pk, own_sk);
    struct tb_bootstrap bootstrap = bootstrap_of(broker_pk);
    CHECK_INT(tb_keys_derive(&bootstrap, own_sk, broker_pk, own_pk, &a), TB_OK);
    CHECK_INT(tb_keys_derive(&bootstrap, broker_sk, own_pk, own_pk, &b), TB_OK);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    CHECK(memcmp(a.to_broker, a.to_endpoint, TB_KEY_SIZE) != 0);

    bootstrap.origin = tb_bytes_of_string("https://example.com");
    CHECK_INT(tb_keys_derive(&bootstrap, broker_sk, own_pk, own_pk, &c), TB_OK);
    CHECK(memcmp(&a, &c, sizeof a) != 0);
}

static void refuses_keys_of_low_order(void)
{
    static const uint8_t low[][32] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
         0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
         0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    uint8_t broker_pk[32], broker_sk[32];
    struct tb_session_keys keys;
    crypto_box_keypair(broker_pk, broker_sk);
    struct tb_bootstrap bootstrap = bootstrap_of(broker_pk);
    for (size_t i = 0; i < TB_ARRAY_LEN(low); i++)
        CHECK_INT(tb_keys_derive(&bootstrap, broker_sk, low[i], low[i], &keys), TB_FORGED);
}

static void reads_the_bootstrap_it_wrote(void)
{
    uint8_t pk[32] = {5};
    uint8_t bytes[TB_BOOTSTRAP_MAX];
    struct tb_bootstrap b = bootstrap_of(pk), back;
    size_t n = tb_bootstrap_write(&b, bytes);
    CHECK_INT(tb_bootstrap_read(tb_bytes_of(bytes, n), &back), TB_OK);
    CHECK(tb_bytes_are(back.label, "main") && tb_bytes_are(back.origin, "local"));
    CHECK_INT(back.document, 3);
    for (size_t cut = 0; cut < n; cut++)
        CHECK(tb_bootstrap_read(tb_bytes_of(bytes, cut), &back) != TB_OK);
    bytes[0] = 2;
    CHECK_INT(tb_bootstrap_read(tb_bytes_of(bytes, n), &back), TB_UNKNOWN);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(opens_what_it_sealed),
        TEST(tells_no_body_from_an_empty_one),
        TEST(refuses_every_changed_byte),
        TEST(refuses_a_swapped_kind),
        TEST(refuses_what_does_not_fit_a_frame),
        TEST(a_full_buffer_is_left_as_it_was),
        TEST(both_sides_derive_the_same_keys),
        TEST(refuses_keys_of_low_order),
        TEST(reads_the_bootstrap_it_wrote),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
