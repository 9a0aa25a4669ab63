/* The memory that broker and plugin share, and which of it is lent. */
#include "broker/bulk.h"

#include "base/fd.h"
#include "base/result.h"
#include "broker/link.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { UNIT = TB_BLOCK_UNIT, SIZE = TB_BULK_IN + TB_BULK_OUT };

/* ---- blocks ---- */

static uint64_t take(struct tb_blocks *blocks, uint64_t n)
{
    uint64_t at = UINT64_MAX;
    CHECK_INT(tb_blocks_take(blocks, n, &at), TB_OK);
    return at;
}

static void the_lowest_gap_that_is_large_enough_is_taken(void)
{
    struct tb_blocks blocks = {0};
    CHECK_INT(take(&blocks, 1), 0);
    CHECK_INT(take(&blocks, 3 * UNIT), UNIT);
    CHECK_INT(take(&blocks, UNIT), 4 * UNIT);
    tb_blocks_drop(&blocks, UNIT);
    CHECK_INT(take(&blocks, 3 * UNIT + 1), 5 * UNIT);
    CHECK_INT(take(&blocks, UNIT + 1), UNIT);
    CHECK_INT(take(&blocks, UNIT), 3 * UNIT);
}

static void a_part_that_is_full_is_full(void)
{
    struct tb_blocks blocks = {0};
    uint64_t at = 7;
    CHECK_INT(tb_blocks_take(&blocks, 0, &at), TB_FULL);
    CHECK_INT(tb_blocks_take(&blocks, TB_BULK_IN + 1, &at), TB_FULL);
    CHECK_INT(tb_blocks_take(&blocks, UINT64_MAX, &at), TB_FULL);
    CHECK_INT(take(&blocks, TB_BULK_IN), 0);
    CHECK_INT(tb_blocks_take(&blocks, 1, &at), TB_FULL);
    CHECK_INT(at, 7);
    tb_blocks_drop(&blocks, 0);
    for (uint64_t i = 0; i < TB_BLOCKS_MAX; i++)
        CHECK_INT(take(&blocks, UNIT), i * UNIT);
    CHECK_INT(tb_blocks_take(&blocks, 1, &at), TB_FULL);
}

static void only_what_was_lent_is_given_back_and_once(void)
{
    struct tb_blocks blocks = {0};
    uint64_t first = take(&blocks, UNIT);
    uint64_t second = take(&blocks, 2 * UNIT);
    CHECK(!tb_blocks_lent(&blocks, second)); /* it has not heard of it */
    tb_blocks_lend(&blocks, second);
    const uint64_t wrong[] = {
        first,      second + 1,     second + UNIT,       second + 2 * UNIT,
        TB_BULK_IN, SIZE,           UINT64_MAX,          UINT64_MAX - UNIT + 1,
        1,          TB_BULK_IN - 1, (uint64_t)UNIT << 32};
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++)
        CHECK(!tb_blocks_lent(&blocks, wrong[i]));
    CHECK(tb_blocks_lent(&blocks, second));
    tb_blocks_drop(&blocks, second);
    CHECK(!tb_blocks_lent(&blocks, second));
    CHECK_INT(take(&blocks, 2 * UNIT), second);
    CHECK(!tb_blocks_lent(&blocks, second)); /* lent once is not lent for ever */
}

/* ---- the file ---- */

static int own_file(void)
{
    static int file = -1;
    file = file < 0 ? tb_fd_memory("own") : file;
    CHECK(file >= 0);
    return file;
}

static struct tb_bulk *new_bulk(int *ret_file)
{
    int file = tb_fd_shared("test", SIZE);
    CHECK(file >= 0);
    *ret_file = fcntl(file, F_DUPFD_CLOEXEC, 0);
    struct tb_bulk *bulk = tb_bulk_new(file, own_file(), NULL);
    CHECK(bulk);
    return bulk;
}

static void nobody_can_change_its_size_or_its_seals(void)
{
    tb_fd file = tb_fd_shared("test", SIZE);
    CHECK(ftruncate(file, SIZE - 1) < 0 && errno == EPERM);
    CHECK(ftruncate(file, SIZE + 1) < 0 && errno == EPERM);
    CHECK(fallocate(file, 0, SIZE, 4096) < 0 && errno == EPERM);
    CHECK(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE) < 0 && errno == EPERM);
    CHECK_INT(pwrite(file, "x", 1, SIZE), -1);
    CHECK_INT(pwrite(file, "x", 1, SIZE - 1), 1);
}

/* For root too, whom modes do not keep from anything else. */
static void it_is_no_program(void)
{
    static const char script[] = "#!/bin/true\n";
    static char *const none[] = {NULL};
    tb_fd file = tb_fd_shared("test", SIZE);
    CHECK_INT(pwrite(file, script, sizeof script - 1, 0), sizeof script - 1);
    CHECK(fexecve(file, none, none) < 0 && errno == EACCES);
}

static void bytes_are_copied_in_and_out(void)
{
    int file;
    uint8_t back[5];
    struct tb_bulk *bulk = new_bulk(&file);
    CHECK_INT(tb_bulk_write(bulk, TB_BULK_IN - 5, tb_bytes_of("hello", 5)), TB_OK);
    CHECK(memcmp(tb_bulk_at(bulk, TB_BULK_IN - 5), "hello", 5) == 0);
    CHECK_INT(pwrite(file, "world", 5, SIZE - 5), 5);
    CHECK_INT(tb_bulk_read(bulk, SIZE - 5, 5, back), TB_OK);
    CHECK(memcmp(back, "world", 5) == 0);
    tb_bulk_unref(bulk);
    tb_fd_close(&file);
}

/* Its lock is the plugin's to hold: who writes to the file waits for whoever else does. */
static void what_is_copied_in_asks_nothing_of_the_file(void)
{
    int file;
    uint8_t back[5];
    struct tb_bulk *bulk = new_bulk(&file);
    int own = bulk->fd;
    bulk->fd = -1;
    CHECK_INT(tb_bulk_write(bulk, 1000, tb_bytes_of("hello", 5)), TB_OK);
    CHECK_INT(tb_bulk_write(bulk, 0, tb_bytes_of("x", 1)), TB_OK); /* what went before is no more */
    bulk->fd = own;
    CHECK_INT(pread(file, back, sizeof back, 1000), sizeof back);
    CHECK(memcmp(back, "hello", 5) == 0);
    CHECK(tb_bulk_at(bulk, 0)[0] == 'x' && tb_bulk_at(bulk, 1)[0] == 0);
    tb_bulk_unref(bulk);
    tb_fd_close(&file);
}

static void the_plugins_part_has_an_end_on_both_sides(void)
{
    CHECK(tb_bulk_is_out(TB_BULK_IN, TB_BULK_OUT));
    CHECK(tb_bulk_is_out(SIZE - 1, 1));
    CHECK(tb_bulk_is_out(SIZE, 0));
    CHECK(!tb_bulk_is_out(TB_BULK_IN - 1, 2));
    CHECK(!tb_bulk_is_out(0, 1));
    CHECK(!tb_bulk_is_out(SIZE - 1, 2));
    CHECK(!tb_bulk_is_out(SIZE, 1));
    CHECK(!tb_bulk_is_out(SIZE + 1, 0));
    CHECK(!tb_bulk_is_out(TB_BULK_IN, UINT64_MAX));
    CHECK(!tb_bulk_is_out(UINT64_MAX, 2));
    CHECK(!tb_bulk_is_out(UINT64_MAX - SIZE, UINT64_MAX));
}

static void holes_read_as_zeros(void)
{
    int file;
    uint8_t back[8192];
    static const uint8_t zeros[8192];
    struct tb_bulk *bulk = new_bulk(&file);
    memset(back, 1, sizeof back);
    CHECK_INT(pwrite(file, back, sizeof back, TB_BULK_IN), sizeof back);
    CHECK_INT(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, SIZE), 0);
    CHECK_INT(tb_bulk_read(bulk, TB_BULK_IN, sizeof back, back), TB_OK);
    CHECK(memcmp(back, zeros, sizeof back) == 0);
    CHECK_INT(tb_bulk_write(bulk, 0, tb_bytes_of("x", 1)), TB_OK);
    tb_bulk_unref(bulk);
    tb_fd_close(&file);
}

/* A page that cannot be had, as when memory has run out and the plugin has punched a hole: here the
 * file has not been made as long as the mapping. */
static void a_page_that_cannot_be_had_costs_the_link_and_not_the_broker(void)
{
    struct tb_loop loop;
    struct tb_link link;
    struct tb_frame frame;
    int pair[2];
    size_t n_held;
    uint8_t head[TB_HEADER_SIZE + 100] = {0};
    tb_frame_header(head, TB_CALL, 0, 100000);
    struct tb_bulk *bulk = tb_bulk_new(tb_fd_memory("test"), own_file(), NULL);
    CHECK(bulk);
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    tb_link_init(&link, &loop, TB_SIDE_BROKER_VIEW, 4096);
    CHECK_INT(tb_link_attach(&link, pair[0], NULL, NULL), 0);
    CHECK_INT(tb_fd_write_all(pair[1], tb_bytes_of(head, sizeof head)), 0);
    CHECK_INT(tb_link_read(&link, NULL), TB_OK);
    CHECK_INT(tb_link_front(&link, &frame, &n_held), TB_OK);
    CHECK_INT(n_held, 100);
    tb_link_aside(&link, tb_bulk_at(bulk, 0), 100000 - 100, 0);
    CHECK_INT(tb_fd_write_all(pair[1], tb_bytes_of(head, sizeof head)), 0);
    CHECK_INT(tb_link_read(&link, NULL), TB_CLOSED);
    uint8_t back[10];
    CHECK_INT(tb_bulk_read(bulk, TB_BULK_IN, sizeof back, back), TB_FULL);
    CHECK_INT(tb_bulk_write(bulk, 0, tb_bytes_of("x", 1)), TB_FULL);
    tb_link_deinit(&link);
    tb_bulk_unref(bulk);
    tb_fd_close(&pair[1]);
    tb_fd_close(&loop.epoll);
}

static bool is_mapped(const char *name)
{
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    CHECK(maps);
    while (fgets(line, sizeof line, maps))
        found |= strstr(line, name) != NULL;
    fclose(maps);
    return found;
}

static void it_is_there_as_long_as_anything_refers_to_it(void)
{
    int file;
    struct tb_bulk *bulk = new_bulk(&file);
    tb_fd_close(&file);
    CHECK(tb_bulk_ref(bulk) == bulk);
    tb_bulk_unref(bulk);
    CHECK(is_mapped("memfd:test"));
    tb_bulk_unref(bulk);
    CHECK(!is_mapped("memfd:test"));
    tb_bulk_unref(NULL);
    int next = dup(0);
    CHECK(next <= own_file() + 1); /* its descriptor is closed too */
    tb_fd_close(&next);
}

static void what_cannot_be_mapped_is_closed(void)
{
    int pair[2];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    CHECK(!tb_bulk_new(pair[0], own_file(), NULL));
    CHECK(fcntl(pair[0], F_GETFD) < 0);
    tb_fd_close(&pair[1]);
}

/* ---- a body that goes round the link's buffer ---- */

enum { N_FRONT = 60, N_BODY = 300000 };

static void make_frames(uint8_t *bytes, size_t n_frames)
{
    const size_t n = TB_HEADER_SIZE + N_BODY;
    randombytes_buf(bytes, n * n_frames);
    for (size_t i = 0; i < n_frames; i++)
        tb_frame_header(bytes + i * n, TB_CALL, 0, N_BODY);
}

/* All but the first bytes of a frame's body are read aside as soon as these are there. */
static void expect(struct tb_link *link, uint8_t *aside)
{
    struct tb_frame frame;
    size_t n_held;
    if (tb_link_front(link, &frame, &n_held) != TB_OK || n_held < N_FRONT)
        return;
    CHECK_INT(frame.body.n, N_BODY);
    memcpy(aside, frame.body.data + N_FRONT, n_held - N_FRONT);
    tb_link_aside(link, aside, N_BODY - N_FRONT, n_held - N_FRONT);
}

static void bodies_read_aside_leave_the_frames_around_them_alone(void)
{
    enum { FRAMES = 7 };
    struct tb_loop loop;
    struct tb_link link;
    struct tb_frame frame;
    int pair[2];
    size_t n_frames = 0;
    const size_t n_frame = TB_HEADER_SIZE + N_BODY;
    uint8_t *bytes = malloc(n_frame * FRAMES);
    uint8_t *aside = malloc(N_BODY);
    CHECK(bytes && aside);
    make_frames(bytes, FRAMES);
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    tb_link_init(&link, &loop, TB_SIDE_BROKER_VIEW, 4096);
    CHECK_INT(tb_link_attach(&link, pair[0], NULL, NULL), 0);
    for (size_t at = 0; at < n_frame * FRAMES;) {
        size_t n = 1 + randombytes_uniform(100000);
        n = n < n_frame * FRAMES - at ? n : n_frame * FRAMES - at;
        ssize_t done = send(pair[1], bytes + at, n, MSG_DONTWAIT);
        at += done > 0 ? (size_t)done : 0;
        CHECK_INT(tb_link_read(&link, NULL), TB_OK);
        while (tb_link_next(&link, &frame) == TB_OK) {
            const uint8_t *sent = bytes + n_frame * n_frames++ + TB_HEADER_SIZE;
            CHECK_INT(frame.body.n, N_BODY);
            CHECK(memcmp(frame.body.data, sent, N_FRONT) == 0);
            const uint8_t *rest = link.bulk ? aside : frame.body.data + N_FRONT;
            CHECK(memcmp(rest, sent + N_FRONT, N_BODY - N_FRONT) == 0);
        }
        if (n_frames % 3 != 0) /* the others come whole */
            expect(&link, aside);
    }
    while (n_frames < FRAMES && tb_link_read(&link, NULL) == TB_OK)
        while (tb_link_next(&link, &frame) == TB_OK)
            n_frames++;
    CHECK_INT(n_frames, FRAMES);
    tb_link_deinit(&link);
    free(bytes);
    free(aside);
    tb_fd_close(&pair[1]);
    tb_fd_close(&loop.epoll);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(the_lowest_gap_that_is_large_enough_is_taken),
        TEST(a_part_that_is_full_is_full),
        TEST(only_what_was_lent_is_given_back_and_once),
        TEST(nobody_can_change_its_size_or_its_seals),
        TEST(it_is_no_program),
        TEST(bytes_are_copied_in_and_out),
        TEST(what_is_copied_in_asks_nothing_of_the_file),
        TEST(the_plugins_part_has_an_end_on_both_sides),
        TEST(holes_read_as_zeros),
        TEST(a_page_that_cannot_be_had_costs_the_link_and_not_the_broker),
        TEST(it_is_there_as_long_as_anything_refers_to_it),
        TEST(what_cannot_be_mapped_is_closed),
        TEST(bodies_read_aside_leave_the_frames_around_them_alone),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
