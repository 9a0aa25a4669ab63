/* What a session of the broker holds of picks: numbers, descriptors and an end to both. */
#include "base/fd.h"
#include "base/result.h"
#include "broker/picks.h"
#include "tests/unit/test.h"

#include <fcntl.h>

static struct tb_picks *new_picks(void)
{
    struct tb_picks *picks = calloc(1, sizeof *picks);
    CHECK(picks);
    return picks;
}

static int open_something(void)
{
    int fd = open("/", O_PATH | O_CLOEXEC);
    CHECK(fd >= 0);
    return fd;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static struct tb_held_pick *add(struct tb_picks *picks, const char *path)
{
    struct tb_held_pick *pick;
    CHECK_INT(tb_picks_add(picks, tb_bytes_of_string(path), open_something(), &pick), TB_OK);
    return pick;
}

static void keeps_its_own_copy_of_the_path(void)
{
    char path[] = "/home/ann";
    struct tb_picks *picks = new_picks();
    const struct tb_held_pick *pick = add(picks, path);
    path[1] = 'X';
    CHECK(tb_bytes_are(pick->path, "/home/ann"));
    CHECK_INT(pick->state, TB_PICK_LOOKED_AT);
    CHECK_INT(tb_picks_number(picks, pick), 1);
    CHECK_INT(picks->n, 1);
    tb_picks_free(picks);
}

static void has_numbers_up_to_the_limit(void)
{
    struct tb_picks *picks = new_picks();
    struct tb_held_pick *last = NULL;
    uint64_t bits = 0;
    for (uint32_t i = 1; i <= TB_PICKS_MAX; i++) {
        last = add(picks, "/a");
        CHECK_INT(tb_picks_number(picks, last), i);
        bits |= tb_picks_bit(i);
    }
    CHECK(bits == UINT64_MAX);
    int fd = open_something();
    struct tb_held_pick *untouched = last;
    CHECK_INT(tb_picks_add(picks, tb_bytes_of_string("/a"), fd, &untouched), TB_FULL);
    CHECK(untouched == last && is_open(fd));
    CHECK_INT(picks->n, TB_PICKS_MAX);
    tb_picks_free(picks);
    close(fd);
}

static void gives_a_dropped_number_again(void)
{
    struct tb_picks *picks = new_picks();
    struct tb_held_pick *pick = add(picks, "/a");
    int fd = pick->fd;
    tb_picks_drop(picks, pick);
    CHECK(!is_open(fd) && picks->n == 0);
    CHECK_INT(tb_picks_number(picks, add(picks, "/b")), 1);
    tb_picks_free(picks);
}

/* Some plugin may have it already: what is there must not be taken for another. */
static void never_gives_a_lost_number_again(void)
{
    struct tb_picks *picks = new_picks();
    struct tb_held_pick *pick = add(picks, "/a");
    int fd = pick->fd;
    tb_picks_lose(picks, pick);
    CHECK(!is_open(fd) && picks->n == 0);
    CHECK_INT(tb_picks_number(picks, add(picks, "/b")), 2);
    tb_picks_free(picks);
}

static void closes_what_it_holds(void)
{
    struct tb_picks *picks = new_picks();
    int fds[] = {add(picks, "/a")->fd, add(picks, "/b")->fd};
    tb_picks_lose(picks, &picks->list[0]);
    tb_picks_free(picks);
    CHECK(!is_open(fds[0]) && !is_open(fds[1]));
    tb_picks_free(NULL);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(keeps_its_own_copy_of_the_path), TEST(has_numbers_up_to_the_limit),
        TEST(gives_a_dropped_number_again),   TEST(never_gives_a_lost_number_again),
        TEST(closes_what_it_holds),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
