/* Pieces go out between the bytes of their buffer, in order, and are given back once. */
#include "base/pieces.h"

#include "base/fd.h"
#include "base/result.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { N_MAX = 4 * 1024 * 1024, PIECE_MAX = 200 * 1024 };

static struct tb_buffer out;
static struct tb_pieces pieces;
static int ends[2];

static uint8_t *sent; /* what should arrive */
static size_t n_sent;
static uint8_t *arrived;
static size_t n_arrived;
static size_t n_done;

static void begin(void)
{
    int size = 64 * 1024;
    tb_buffer_init(&out, N_MAX);
    tb_pieces_init(&pieces, &out);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, ends), 0);
    CHECK_INT(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    sent = malloc(N_MAX);
    arrived = malloc(N_MAX);
    CHECK(sent && arrived);
}

static void end(void)
{
    tb_pieces_deinit(&pieces);
    tb_buffer_deinit(&out);
    tb_fd_close(&ends[0]);
    tb_fd_close(&ends[1]);
    free(sent);
    free(arrived);
}

static void note(struct tb_bytes bytes)
{
    CHECK(bytes.n <= N_MAX - n_sent);
    memcpy(sent + n_sent, bytes.data, bytes.n);
    n_sent += bytes.n;
}

static void write_small(size_t n)
{
    uint8_t bytes[512];
    CHECK(n <= sizeof bytes);
    randombytes_buf(bytes, n);
    CHECK(tb_buffer_append(&out, tb_bytes_of(bytes, n)));
    note(tb_bytes_of(bytes, n));
}

/* In order, each once, and only when the last of its bytes has gone. */
static void on_done(void *owner, struct tb_bytes bytes)
{
    CHECK_INT((uintptr_t)owner, n_done);
    n_done++;
    free((void *)(uintptr_t)bytes.data);
}

static void add_piece(size_t n, size_t number)
{
    uint8_t *bytes = malloc(n + 1);
    CHECK(bytes);
    randombytes_buf(bytes, n);
    const struct tb_piece piece = {tb_bytes_of(bytes, n), on_done, (void *)(uintptr_t)number};
    note(piece.bytes);
    tb_pieces_add(&pieces, &piece);
}

static void receive(size_t n)
{
    ssize_t got = recv(ends[1], arrived + n_arrived, n, MSG_DONTWAIT);
    n_arrived += got > 0 ? (size_t)got : 0;
}

static void receive_all(void)
{
    while (tb_pieces_send(&pieces, ends[0]) == TB_AGAIN)
        receive(N_MAX - n_arrived);
    for (size_t before = n_arrived + 1; before != n_arrived;) {
        before = n_arrived;
        receive(N_MAX - n_arrived);
    }
}

static void what_arrives_is_what_was_written_in_its_order(void)
{
    size_t n_added = 0;
    begin();
    for (int i = 0; i < 300 && n_sent < N_MAX - PIECE_MAX - 512; i++) {
        write_small(randombytes_uniform(512));
        if (!tb_pieces_full(&pieces) && randombytes_uniform(3) > 0)
            add_piece(randombytes_uniform(PIECE_MAX), n_added++);
        CHECK_INT(tb_pieces_n(&pieces) > 0, n_sent > n_arrived);
        if (randombytes_uniform(2) > 0)
            (void)!tb_pieces_send(&pieces, ends[0]);
        receive(randombytes_uniform(PIECE_MAX));
    }
    receive_all();
    CHECK_INT(n_arrived, n_sent);
    CHECK(memcmp(arrived, sent, n_sent) == 0);
    CHECK_INT(n_done, n_added);
    CHECK_INT(tb_pieces_n(&pieces), 0);
    end();
}

static void as_many_as_there_is_room_for_and_all_are_given_back(void)
{
    begin();
    for (size_t i = 0; i < TB_PIECES_MAX; i++) {
        CHECK(!tb_pieces_full(&pieces));
        write_small(10);
        add_piece(1000, i);
    }
    CHECK(tb_pieces_full(&pieces));
    CHECK_INT(tb_pieces_n(&pieces), TB_PIECES_MAX * 1010);
    tb_pieces_drop(&pieces);
    CHECK_INT(n_done, TB_PIECES_MAX);
    CHECK_INT(tb_pieces_n(&pieces), 0);
    write_small(10);
    add_piece(100, TB_PIECES_MAX);
    receive_all();
    CHECK_INT(n_arrived, 110); /* and nothing of what was dropped */
    end();
}

static void a_piece_of_no_bytes_is_given_back_at_once(void)
{
    begin();
    add_piece(0, 0);
    CHECK_INT(n_done, 1);
    CHECK_INT(tb_pieces_n(&pieces), 0);
    end();
}

static void pieces_that_were_begun_are_given_back_too(void)
{
    begin();
    add_piece(PIECE_MAX, 0);
    CHECK_INT(tb_pieces_send(&pieces, ends[0]), TB_AGAIN);
    CHECK(tb_pieces_n(&pieces) < PIECE_MAX && n_done == 0);
    tb_fd_close(&ends[1]);
    CHECK(tb_pieces_send(&pieces, ends[0]) < 0);
    CHECK_INT(n_done, 0);
    tb_pieces_deinit(&pieces);
    CHECK_INT(n_done, 1);
    end();
}

static void count_done(void *owner, struct tb_bytes bytes)
{
    (void)bytes;
    CHECK_INT((uintptr_t)owner, n_done);
    n_done++;
}

/* Behind the end of its file a mapping has no pages: whoever touches them gets SIGBUS, and a system
 * call says EFAULT. */
static void what_cannot_be_read_arrives_as_zeros_and_its_neighbours_as_they_are(void)
{
    enum { N = 100 * 1024 };
    static uint8_t ones[N];
    static const uint8_t zeros[N];
    memset(ones, 1, sizeof ones);
    tb_fd file = tb_fd_memory("test");
    uint8_t *map = mmap(NULL, N, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(map != MAP_FAILED);
    begin();
    const struct tb_piece good = {tb_bytes_of(ones, N), count_done, (void *)0};
    const struct tb_piece bad = {tb_bytes_of(map, N), count_done, (void *)1};
    const struct tb_piece behind = {tb_bytes_of(ones, N), count_done, (void *)2};
    write_small(100);
    tb_pieces_add(&pieces, &good);
    note(good.bytes);
    tb_pieces_add(&pieces, &bad);
    note(tb_bytes_of(zeros, N));
    write_small(100);
    tb_pieces_add(&pieces, &behind);
    note(behind.bytes);
    receive_all();
    CHECK_INT(n_arrived, n_sent);
    CHECK(memcmp(arrived, sent, n_sent) == 0);
    CHECK_INT(n_done, 3);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(what_arrives_is_what_was_written_in_its_order),
        TEST(as_many_as_there_is_room_for_and_all_are_given_back),
        TEST(a_piece_of_no_bytes_is_given_back_at_once),
        TEST(pieces_that_were_begun_are_given_back_too),
        TEST(what_cannot_be_read_arrives_as_zeros_and_its_neighbours_as_they_are),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
