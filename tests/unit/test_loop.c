/* What the loop tells of a source, and what it does not: what is of a descriptor that it had
 * before.
 */
#include "base/fd.h"
#include "broker/loop.h"
#include "tests/unit/test.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct tb_loop loop;
static unsigned n_first;
static unsigned n_second;
static void (*on_first)(void);
static int theirs[2];
static int another[2];
static struct tb_source first;
static struct tb_source second;

static void first_ready(struct tb_source *source, uint32_t events)
{
    (void)source, (void)events;
    n_first++;
    if (on_first)
        on_first();
}

static void second_ready(struct tb_source *source, uint32_t events)
{
    (void)source, (void)events;
    n_second++;
}

static void wait(void)
{
    uint64_t now_ns;
    CHECK_INT(tb_loop_wait(&loop, 0, &now_ns), 0);
}

static void set_up(void (*then)(void))
{
    int pair[2];
    n_first = n_second = 0;
    on_first = then;
    CHECK_INT(tb_loop_init(&loop), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    first = (struct tb_source){.fd = pair[0], .ready = first_ready};
    theirs[0] = pair[1];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    second = (struct tb_source){.fd = pair[0], .ready = second_ready};
    theirs[1] = pair[1];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, another), 0);
    CHECK_INT(tb_loop_arm(&loop, &first, EPOLLIN), 0);
    CHECK_INT(tb_loop_arm(&loop, &second, EPOLLIN), 0);
    /* The kernel tells them in the order in which they became ready. */
    CHECK_INT(write(theirs[0], "", 1), 1);
    tb_fd_close(&theirs[1]);
}

static void tear_down(void)
{
    tb_loop_remove(&loop, &first);
    tb_loop_remove(&loop, &second);
    tb_fd_close(&first.fd);
    tb_fd_close(&second.fd);
    tb_fd_close(&theirs[0]);
    tb_fd_close(&another[0]);
    tb_fd_close(&another[1]);
    tb_fd_close(&loop.epoll);
}

static void all_that_is_ready_is_told(void)
{
    set_up(NULL);
    wait();
    CHECK_INT(n_first, 1);
    CHECK_INT(n_second, 1);
    tear_down();
}

static void remove_second(void)
{
    tb_loop_remove(&loop, &second);
}

static void one_that_was_removed_is_not(void)
{
    set_up(remove_second);
    wait();
    CHECK_INT(n_first, 1);
    CHECK_INT(n_second, 0);
    tear_down();
}

static void give_another(void)
{
    on_first = NULL;
    tb_loop_remove(&loop, &second);
    tb_fd_close(&second.fd);
    second.fd = another[0];
    another[0] = -1;
    CHECK_INT(tb_loop_arm(&loop, &second, EPOLLIN), 0);
}

static void one_that_has_another_descriptor_is_told_of_that(void)
{
    set_up(give_another);
    wait();
    CHECK_INT(n_first, 1);
    CHECK_INT(n_second, 0);
    wait();
    CHECK_INT(n_second, 0);
    CHECK_INT(write(another[1], "", 1), 1);
    wait();
    CHECK_INT(n_second, 1);
    tear_down();
}

static void rearm_second(void)
{
    CHECK_INT(tb_loop_arm(&loop, &second, EPOLLIN | EPOLLRDHUP), 0);
}

static void one_that_is_asked_for_more_is_told(void)
{
    set_up(rearm_second);
    wait();
    CHECK_INT(n_second, 1);
    tear_down();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(all_that_is_ready_is_told),
        TEST(one_that_was_removed_is_not),
        TEST(one_that_has_another_descriptor_is_told_of_that),
        TEST(one_that_is_asked_for_more_is_told),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
