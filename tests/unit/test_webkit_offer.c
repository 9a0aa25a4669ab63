/* What a web process may send as an offer, and what not. */
#include "base/fd.h"
#include "base/result.h"
#include "host/webkitgtk/offer.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Consumes the parameters and the descriptors. The result of reading them; the offer is closed. */
static int read_offer(GVariant *parameters, const int *fds, int n)
{
    g_autoptr(GVariant) owned = parameters ? g_variant_ref_sink(parameters) : NULL;
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new_from_array(fds, n);
    struct tb_offer offer = {.fd = -1};
    const char *problem = NULL;
    int r = tb_offer_read(owned, list, &offer, &problem);
    CHECK((r == TB_OK) == (problem == NULL));
    CHECK((r == TB_OK) == (offer.fd >= 0));
    CHECK_INT(g_unix_fd_list_get_length(list), 0);
    if (r == TB_OK) {
        CHECK_STR(offer.origin, "tauri://localhost");
        CHECK_INT(offer.pid, getpid());
    }
    tb_offer_deinit(&offer);
    return r;
}

static GVariant *good(void)
{
    return g_variant_new("(s)", "tauri://localhost");
}

/* One of a pair; the other end stays open in the test's process. */
static int pair_end(int type)
{
    int pair[2];
    CHECK(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) == 0);
    return pair[0];
}

static int n_open(void)
{
    int n = 0;
    for (int fd = 3; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static int read_fd(int fd)
{
    return read_offer(good(), &fd, 1);
}

static void an_end_of_a_pair_is_taken(void)
{
    CHECK_INT(read_fd(pair_end(SOCK_STREAM)), TB_OK);
}

static void an_end_whose_peer_is_gone_is_taken(void)
{
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    tb_fd_close(&pair[1]);
    CHECK_INT(read_fd(pair[0]), TB_OK);
}

static void exactly_one_descriptor(void)
{
    int fds[] = {pair_end(SOCK_STREAM), pair_end(SOCK_STREAM)};
    int before = n_open();
    CHECK_INT(read_offer(good(), fds, 2), TB_MALFORMED);
    CHECK_INT(n_open(), before - 2);
    CHECK_INT(read_offer(good(), fds, 0), TB_MALFORMED);

    struct tb_offer offer;
    const char *problem;
    g_autoptr(GVariant) parameters = g_variant_ref_sink(good());
    CHECK_INT(tb_offer_read(parameters, NULL, &offer, &problem), TB_MALFORMED);
}

static void other_kinds_of_files_are_refused(void)
{
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    CHECK_INT(read_fd(pipes[0]), TB_MALFORMED);
    CHECK_INT(read_fd(open("/dev/null", O_RDWR)), TB_MALFORMED);
    CHECK_INT(read_fd(open("/", O_RDONLY | O_DIRECTORY)), TB_MALFORMED);
    CHECK_INT(read_fd(open("/", O_PATH)), TB_MALFORMED);
    CHECK_INT(read_fd(tb_fd_memory("offer")), TB_MALFORMED);
}

static void other_kinds_of_sockets_are_refused(void)
{
    CHECK_INT(read_fd(pair_end(SOCK_DGRAM)), TB_MALFORMED);
    CHECK_INT(read_fd(pair_end(SOCK_SEQPACKET)), TB_MALFORMED);
    CHECK_INT(read_fd(socket(AF_INET, SOCK_STREAM, 0)), TB_MALFORMED);
    CHECK_INT(read_fd(socket(AF_UNIX, SOCK_STREAM, 0)), TB_MALFORMED);
}

static int listener(struct sockaddr_un *ret_name, socklen_t *ret_n)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    *ret_name = (struct sockaddr_un){.sun_family = AF_UNIX};
    /* A name that the kernel chooses, in no folder. */
    CHECK(bind(fd, (struct sockaddr *)ret_name, sizeof ret_name->sun_family) == 0);
    CHECK(listen(fd, 1) == 0);
    *ret_n = sizeof *ret_name;
    CHECK(getsockname(fd, (struct sockaddr *)ret_name, ret_n) == 0);
    return fd;
}

/* The broker would speak to whoever listens there, as the host. */
static void a_connection_to_a_service_is_refused(void)
{
    struct sockaddr_un name;
    socklen_t n;
    int service = listener(&name, &n);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(connect(client, (struct sockaddr *)&name, n) == 0);
    int accepted = accept(service, NULL, NULL);
    CHECK(accepted >= 0);
    CHECK_INT(read_fd(client), TB_MALFORMED);
    CHECK_INT(read_fd(accepted), TB_MALFORMED);
    CHECK_INT(read_fd(service), TB_MALFORMED);
}

static int read_parameters(GVariant *parameters)
{
    int fd = pair_end(SOCK_STREAM);
    return read_offer(parameters, &fd, 1);
}

static GVariant *text_of(size_t n, char with)
{
    g_autofree char *text = g_strnfill(n, with);
    return g_variant_new("(s)", text);
}

/* Bytes that no GVariant would be made of, as they come from another process. */
static GVariant *raw(const char *type, const void *bytes, size_t n)
{
    g_autoptr(GBytes) text = g_bytes_new(bytes, n);
    return g_variant_new_from_bytes(G_VARIANT_TYPE(type), text, FALSE);
}

static void exactly_one_origin(void)
{
    CHECK_INT(read_parameters(NULL), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("()")), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("(ss)", "tauri://localhost", "main")), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("s", "tauri://localhost")), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("(u)", 1u)), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("(s)", "")), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("(s)", "tauri://localhost\n")), TB_MALFORMED);
    CHECK_INT(read_parameters(g_variant_new("(s)", "tauri://b\303\274cher")), TB_MALFORMED);
    CHECK_INT(read_parameters(text_of(TB_ORIGIN_MAX + 1, 'a')), TB_MALFORMED);
    CHECK_INT(read_parameters(text_of(16 * 1024 * 1024, 'a')), TB_MALFORMED);
}

static void bytes_that_are_no_text_are_refused(void)
{
    CHECK_INT(read_parameters(raw("(s)", "\xff\xfe", 3)), TB_MALFORMED);
    CHECK_INT(read_parameters(raw("(s)", "no end", 6)), TB_MALFORMED);
    CHECK_INT(read_parameters(raw("(s)", "a\0b", 4)), TB_MALFORMED);
    CHECK_INT(read_parameters(raw("(s)", "", 0)), TB_MALFORMED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(an_end_of_a_pair_is_taken),
        TEST(an_end_whose_peer_is_gone_is_taken),
        TEST(exactly_one_descriptor),
        TEST(other_kinds_of_files_are_refused),
        TEST(other_kinds_of_sockets_are_refused),
        TEST(a_connection_to_a_service_is_refused),
        TEST(exactly_one_origin),
        TEST(bytes_that_are_no_text_are_refused),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
