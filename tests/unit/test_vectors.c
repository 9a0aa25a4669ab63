/* The C codec, endpoint and broker against the vectors that the TypeScript client is tested with:
 * proto/vectors. */
#include "base/result.h"
#include "proto/keys.h"
#include "tests/unit/vector_messages.h"
#include "tests/unit/vector_sequences.h"

#include <dirent.h>
#include <sodium.h>

static struct tb_unpacker unpacker;
static struct tb_unpacker expected_unpacker;

static void no_file_is_left_out(void)
{
    static const char *const known[] = {"frames.json", "keys.json", "messages.json",
                                        "scan.json",   "seal.json", "README.md"};
    DIR *folder = opendir(TB_VECTORS);
    CHECK(folder);
    size_t n_found = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        bool is_known = false;
        for (size_t i = 0; i < TB_ARRAY_LEN(known); i++)
            is_known |= strcmp(entry->d_name, known[i]) == 0;
        if (!is_known)
            test_fail(entry->d_name, __FILE__, __LINE__);
        n_found++;
    }
    closedir(folder);
    CHECK_INT(n_found, TB_ARRAY_LEN(known));
}

/* ---- frames.json ---- */

static enum tb_side receiver_of(const json_t *vector)
{
    const char *link = vector_text(vector, "link");
    bool from_broker = strcmp(vector_text(vector, "from"), "broker") == 0;
    if (strcmp(link, "view") == 0)
        return from_broker ? TB_SIDE_ENDPOINT : TB_SIDE_BROKER_VIEW;
    if (strcmp(link, "control") == 0)
        return from_broker ? TB_SIDE_HOST : TB_SIDE_BROKER_CONTROL;
    VECTOR_CHECK(vector, strcmp(link, "plugin") == 0);
    return from_broker ? TB_SIDE_PLUGIN : TB_SIDE_BROKER_PLUGIN;
}

static void check_frame(const json_t *vector)
{
    static uint8_t memory[TB_HEADER_SIZE + TB_FRAME_MAX];
    struct tb_frame frame;
    size_t size;
    enum tb_side side = receiver_of(vector);
    memcpy(memory, vector_exactly(vector, "header", TB_HEADER_SIZE), TB_HEADER_SIZE);
    int r = tb_frame_parse(side, tb_bytes_of(memory, TB_HEADER_SIZE), &frame, &size);
    if (!vector_ok(vector)) {
        VECTOR_CHECK(vector, r == TB_MALFORMED || r == TB_TOO_LARGE);
        return;
    }
    json_int_t length = json_integer_value(json_object_get(vector, "length"));
    VECTOR_CHECK(vector, r == TB_AGAIN && size == TB_HEADER_SIZE + (size_t)length);
    VECTOR_CHECK(vector, tb_frame_parse(side, tb_bytes_of(memory, size), &frame, &size) == TB_OK);
    VECTOR_CHECK(vector, frame.kind == json_integer_value(json_object_get(vector, "number")));
    VECTOR_CHECK(vector, frame.flags == json_integer_value(json_object_get(vector, "flags")));
    VECTOR_CHECK(vector, frame.body.n == (size_t)length);
}

/* ---- scan.json ---- */

static int scan_map(struct tb_bytes text)
{
    const msgpack_object *root;
    int r = tb_unpack(&unpacker, &tb_scan_peer, text, &root);
    CHECK(r >= 0);
    return r == TB_OK && root->type != MSGPACK_OBJECT_MAP ? TB_MALFORMED : r;
}

static void check_scan(const json_t *vector)
{
    struct tb_bytes text = vector_bytes(vector, "msgpack");
    int r = scan_map(text);
    VECTOR_CHECK(vector, (r == TB_OK) == vector_ok(vector));
    if (r != TB_OK)
        return;
    for (size_t n = 0; n < text.n && n < 300; n++)
        VECTOR_CHECK(vector, scan_map(tb_bytes_of(text.data, n)) == TB_MALFORMED);
}

/* ---- keys.json ---- */

static void check_bootstrap(const json_t *vector)
{
    struct tb_bootstrap b;
    struct tb_bytes text = vector_bytes(vector, "bootstrap");
    int r = tb_bootstrap_read(text, &b);
    VECTOR_CHECK(vector, (r == TB_OK) == vector_ok(vector));
    if (r != TB_OK)
        return;
    vector_same(vector, "ticket_id", b.ticket_id, sizeof b.ticket_id);
    vector_same(vector, "ticket_secret", b.ticket_secret, sizeof b.ticket_secret);
    vector_same(vector, "broker_public", b.broker_pk, sizeof b.broker_pk);
    vector_same(vector, "policy_digest", b.policy_digest, sizeof b.policy_digest);
    VECTOR_CHECK(vector, b.document == vector_decimal(vector, "document"));
    VECTOR_CHECK(vector, tb_bytes_are(b.label, vector_text(vector, "label")));
    VECTOR_CHECK(vector, tb_bytes_are(b.origin, vector_text(vector, "origin")));
    uint8_t again[TB_BOOTSTRAP_MAX];
    VECTOR_CHECK(vector, tb_bytes_equal(text, tb_bytes_of(again, tb_bootstrap_write(&b, again))));
}

static void check_hello(const json_t *vector)
{
    struct tb_hello hello;
    int r = tb_hello_read(vector_bytes(vector, "hello"), &hello);
    if (!vector_ok(vector)) {
        bool version = json_integer_value(json_object_get(vector, "close")) == TB_CLOSE_VERSION;
        VECTOR_CHECK(vector, r == (version ? TB_UNKNOWN : TB_MALFORMED));
        return;
    }
    VECTOR_CHECK(vector, r == TB_OK);
    vector_same(vector, "ticket_id", hello.ticket_id, sizeof hello.ticket_id);
    vector_same(vector, "endpoint_public", hello.endpoint_pk, sizeof hello.endpoint_pk);
}

static void check_schedule(const json_t *vector)
{
    struct tb_bootstrap b;
    struct tb_hello hello;
    VECTOR_CHECK(vector, vector_ok(vector));
    VECTOR_CHECK(vector, tb_bootstrap_read(vector_bytes(vector, "bootstrap"), &b) == TB_OK);
    VECTOR_CHECK(vector, tb_hello_read(vector_bytes(vector, "hello"), &hello) == TB_OK);
    const uint8_t *secrets[] = {vector_exactly(vector, "broker_secret", TB_KEY_SIZE),
                                vector_exactly(vector, "endpoint_secret", TB_KEY_SIZE)};
    const uint8_t *others[] = {hello.endpoint_pk, b.broker_pk};
    for (int side = 0; side < 2; side++) {
        struct tb_session_keys keys;
        uint8_t shared[TB_KEY_SIZE];
        VECTOR_CHECK(vector, crypto_scalarmult(shared, secrets[side], others[side]) == 0);
        vector_same(vector, "shared", shared, sizeof shared);
        VECTOR_CHECK(vector, tb_keys_derive(&b, secrets[side], others[side], hello.endpoint_pk,
                                            &keys) == TB_OK);
        vector_same(vector, "key_to_endpoint", keys.to_endpoint, TB_KEY_SIZE);
        vector_same(vector, "key_to_broker", keys.to_broker, TB_KEY_SIZE);
    }
}

/* tb_keys_derive does not show the shared secret: it is compared by libsodium's own, and refused by
 * ours. */
static void check_shared(const json_t *vector)
{
    static const struct tb_bootstrap none;
    struct tb_session_keys keys;
    uint8_t shared[TB_KEY_SIZE];
    const uint8_t *secret = vector_exactly(vector, "secret", TB_KEY_SIZE);
    const uint8_t *peer = vector_exactly(vector, "peer_public", TB_KEY_SIZE);
    int r = tb_keys_derive(&none, secret, peer, peer, &keys);
    VECTOR_CHECK(vector, r == (vector_ok(vector) ? TB_OK : TB_FORGED));
    if (r != TB_OK)
        return;
    VECTOR_CHECK(vector, crypto_scalarmult(shared, secret, peer) == 0);
    vector_same(vector, "shared", shared, sizeof shared);
}

static void check_keys(const json_t *vector)
{
    static const struct {
        const char *what;
        void (*check)(const json_t *vector);
    } checks[] = {{"bootstrap", check_bootstrap},
                  {"hello", check_hello},
                  {"schedule", check_schedule},
                  {"shared", check_shared}};
    const char *what = vector_text(vector, "what");
    for (size_t i = 0; i < TB_ARRAY_LEN(checks); i++)
        if (strcmp(what, checks[i].what) == 0) {
            checks[i].check(vector);
            return;
        }
    vector_check(vector, false, "a known `what`");
}

/* ---- seal.json: one frame ---- */

static int open_one(const json_t *vector, struct tb_frame *frame, struct tb_plaintext *plaintext)
{
    size_t size;
    struct tb_bytes bytes = vector_bytes(vector, "frame");
    int r = tb_frame_parse(TB_SIDE_BROKER_VIEW, bytes, frame, &size);
    if (r != TB_OK)
        return r;
    VECTOR_CHECK(vector, size == bytes.n);
    bool direct = strcmp(vector_text(vector, "mode"), "direct") == 0;
    if ((frame->flags & TB_RAW_CLEAR) && !direct)
        return TB_MALFORMED;
    r = tb_seal_open(frame, vector_exactly(vector, "key", TB_KEY_SIZE), plaintext);
    return r == TB_OK ? scan_map(plaintext->text) : r;
}

static void check_open(const json_t *vector)
{
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    VECTOR_CHECK(vector, strcmp(vector_text(vector, "from"), "endpoint") == 0);
    int r = open_one(vector, &frame, &plaintext);
    VECTOR_CHECK(vector, (r == TB_OK) == vector_ok(vector) && r != TB_AGAIN);
    if (r != TB_OK)
        return;
    struct tb_address address = tb_sealed_address(&frame);
    vector_same(vector, "handle", address.handle.bytes, TB_HANDLE_SIZE);
    VECTOR_CHECK(vector, address.counter == vector_decimal(vector, "counter"));
    vector_same(vector, "msgpack", plaintext.text.data, plaintext.text.n);
    vector_same(vector, "raw", plaintext.raw.data, plaintext.raw.n);
}

static void check_seal_at(const json_t *vector, const char *receiver)
{
    bool is_sequence = strcmp(vector_text(vector, "what"), "sequence") == 0;
    VECTOR_CHECK(vector, is_sequence || strcmp(vector_text(vector, "what"), "open") == 0);
    if (!is_sequence && strcmp(receiver, "") == 0)
        check_open(vector);
    if (!is_sequence || strcmp(receiver, "") == 0)
        return;
    const char *wanted = vector_text(vector, "receiver");
    VECTOR_CHECK(vector, strcmp(wanted, "broker") == 0 || strcmp(wanted, "endpoint") == 0);
    if (strcmp(wanted, receiver) == 0)
        strcmp(receiver, "broker") == 0 ? vector_at_broker(vector) : vector_at_endpoint(vector);
}

/* ---- every vector of every file ---- */

static void each(const char *file, void (*check)(const json_t *vector))
{
    json_t *owner;
    const json_t *vector;
    size_t i;
    const json_t *vectors = vectors_load(file, &owner);
    json_array_foreach(vectors, i, vector)
    {
        check(vector);
        vector_release();
    }
    json_decref(owner);
}

static void frames(void)
{
    each("frames", check_frame);
}

static void scan(void)
{
    each("scan", check_scan);
}

static void keys(void)
{
    each("keys", check_keys);
}

static void check_message(const json_t *vector)
{
    vector_message(vector, &unpacker, &expected_unpacker);
}

static void messages(void)
{
    each("messages", check_message);
}

static void seal_one(const json_t *vector)
{
    check_seal_at(vector, "");
}

static void seal_broker(const json_t *vector)
{
    check_seal_at(vector, "broker");
}

static void seal_endpoint(const json_t *vector)
{
    check_seal_at(vector, "endpoint");
}

static void sealed_frames(void)
{
    each("seal", seal_one);
}

static void sequences_at_the_broker(void)
{
    each("seal", seal_broker);
}

static void sequences_at_the_endpoint(void)
{
    each("seal", seal_endpoint);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(no_file_is_left_out),
        TEST(frames),
        TEST(scan),
        TEST(keys),
        TEST(messages),
        TEST(sealed_frames),
        TEST(sequences_at_the_broker),
        TEST(sequences_at_the_endpoint),
    };
    if (sodium_init() < 0 || tb_unpacker_init(&unpacker, &tb_scan_peer) < 0 ||
        tb_unpacker_init(&expected_unpacker, &tb_scan_peer) < 0)
        return 1;
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
