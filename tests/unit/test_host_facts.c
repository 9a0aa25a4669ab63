#include "host/facts.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "tests/unit/test.h"

#include <sys/socket.h>
#include <unistd.h>

static const struct tb_bytes label = {(const uint8_t *)"main", 4};

static void pack_names(struct tb_packer *packer, const char *key, size_t n)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_str(packer, tb_bytes_of_string(i == 0 ? "first" : "later"));
}

static void pack(struct tb_packer *packer, struct tb_bytes name, size_t n_windows, size_t n_schemes)
{
    tb_pack_map(packer, 10);
    tb_pack_key_text(packer, "id", "com.example.notes");
    tb_pack_key_str(packer, "name", name);
    tb_pack_key_text(packer, "version", "1.2.3");
    tb_pack_key_text(packer, "folder", "/apps/notes");
    tb_pack_key_text(packer, "frontend", "dist");
    tb_pack_key_text(packer, "csp", "");
    tb_pack_key_text(packer, "dev_url", "http://localhost:5173");
    tb_pack_key_bool(packer, "production", true);
    tb_pack_key(packer, "open");
    tb_pack_map(packer, 2);
    pack_names(packer, "schemes", n_schemes);
    pack_names(packer, "with", 1);
    tb_pack_key(packer, "windows");
    tb_pack_array(packer, n_windows);
    for (size_t i = 0; i < n_windows; i++) {
        tb_pack_map(packer, 6);
        tb_pack_key_str(packer, "label", label);
        tb_pack_key_text(packer, "title", "Notes");
        tb_pack_key_text(packer, "url", "index.html#a");
        tb_pack_key_uint(packer, "width", 640);
        tb_pack_key_uint(packer, "height", 480);
        tb_pack_key_bool(packer, "resizable", i == 0);
    }
}

/* As the supervisor sends them; what follows belongs to another. */
static enum trollbridge_result receive(uint32_t claimed, struct tb_bytes text,
                                       struct host_facts **ret_facts)
{
    uint8_t length[4];
    int fds[2];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, fds), 0);
    tb_fd ours = fds[0];
    tb_fd theirs = fds[1];
    tb_store_u32(length, claimed);
    CHECK_INT(tb_fd_send(theirs, tb_bytes_of(length, sizeof length), -1, 0), 4);
    if (text.n > 0)
        CHECK_INT(tb_fd_send(theirs, text, -1, 0), (ssize_t)text.n);
    CHECK_INT(tb_fd_send(theirs, tb_bytes_of_string("next"), -1, 0), 4);
    CHECK_INT(shutdown(theirs, SHUT_WR), 0);
    enum trollbridge_result result = host_facts_read(ours, ret_facts);
    char next[5];
    if (result == TROLLBRIDGE_OK)
        CHECK_INT(read(ours, next, sizeof next), 4);
    return result;
}

static struct tb_buffer facts_of(struct tb_bytes name, size_t n_windows, size_t n_schemes)
{
    struct tb_buffer text;
    struct tb_packer packer;
    tb_buffer_init(&text, TB_FACTS_MAX);
    tb_packer_init(&packer, &text);
    pack(&packer, name, n_windows, n_schemes);
    CHECK(!packer.failed);
    return text;
}

static void reads_facts_and_no_byte_more(void)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text =
        facts_of(tb_bytes_of_string("Notes"), 2, 2);
    struct host_facts *facts = NULL;
    CHECK_INT(receive((uint32_t)tb_buffer_n(&text), tb_buffer_bytes(&text), &facts),
              TROLLBRIDGE_OK);
    const struct trollbridge_app *app = host_facts_app(facts);
    CHECK_STR(app->id, "com.example.notes");
    CHECK_STR(app->version, "1.2.3");
    CHECK_STR(app->folder, "/apps/notes");
    CHECK_STR(app->frontend, "dist");
    CHECK_STR(app->csp, "");
    CHECK_STR(app->dev_url, "http://localhost:5173");
    CHECK_INT(app->production, 1);
    CHECK_STR(app->open.schemes[1], "later");
    CHECK(!app->open.schemes[2] && !app->open.urls);
    CHECK_STR(app->open.with[0], "first");
    CHECK(!app->open.with[1]);
    CHECK_INT(app->n_windows, 2);
    CHECK_STR(app->windows[1].label, "main");
    CHECK_STR(app->windows[1].url, "index.html#a");
    CHECK_INT(app->windows[1].width, 640);
    CHECK(app->windows[0].resizable && !app->windows[1].resizable);
    host_facts_free(facts);
}

static void refuses_what_is_wrong(void)
{
    struct host_facts *facts = NULL;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer nul = facts_of(tb_bytes_of("a\0b", 3), 1, 1);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer many =
        facts_of(tb_bytes_of_string("Notes"), TB_WINDOWS_MAX + 1, 1);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer schemes =
        facts_of(tb_bytes_of_string("Notes"), 1, TB_OPEN_ITEMS_MAX + 1);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer good =
        facts_of(tb_bytes_of_string("Notes"), 1, 1);
    struct tb_bytes text = tb_buffer_bytes(&good);
    const struct {
        size_t claimed;
        struct tb_bytes text;
    } wrong[] = {
        {tb_buffer_n(&nul), tb_buffer_bytes(&nul)},
        {tb_buffer_n(&many), tb_buffer_bytes(&many)},
        {tb_buffer_n(&schemes), tb_buffer_bytes(&schemes)},
        {0, {NULL, 0}},
        {TB_FACTS_MAX + 1, text},
        {text.n + 5, text}, /* the link ends first */
        {text.n - 1, text},
        {text.n + 1, text},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++)
        CHECK_INT(receive((uint32_t)wrong[i].claimed, wrong[i].text, &facts), TROLLBRIDGE_PART);
    CHECK(!facts);
}

static void survives_every_mutation(void)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text =
        facts_of(tb_bytes_of_string("Notes"), 1, 1);
    uint8_t *bytes = text.data + text.start;
    for (size_t bit = 0; bit < 8 * tb_buffer_n(&text); bit++) {
        struct host_facts *facts = NULL;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum trollbridge_result result =
            receive((uint32_t)tb_buffer_n(&text), tb_buffer_bytes(&text), &facts);
        CHECK((result == TROLLBRIDGE_OK) == (facts != NULL));
        host_facts_free(facts);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(reads_facts_and_no_byte_more),
        TEST(refuses_what_is_wrong),
        TEST(survives_every_mutation),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
