#include "base/fd.h"
#include "base/result.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/socket.h>

static void closing_twice_closes_once(void)
{
    int fd = dup(0);
    int same = fd;
    tb_fd_close(&fd);
    CHECK_INT(fd, -1);
    CHECK_INT(fcntl(same, F_GETFD), -1);
    tb_fd_close(&fd);
    {
        tb_fd scoped = dup(0);
        same = scoped;
    }
    CHECK_INT(fcntl(same, F_GETFD), -1);
}

static void sockets_are_closed_by_exec(void)
{
    int pair[2];
    int passed = -1;
    uint8_t byte;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    CHECK(fcntl(pair[0], F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(pair[1], F_GETFD) & FD_CLOEXEC);
    CHECK_INT(tb_fd_send(pair[0], tb_bytes_of("x", 1), pair[0], 0), 1);
    CHECK_INT(tb_fd_receive(pair[1], &byte, 1, &passed, 0), 1);
    CHECK(passed >= 0 && (fcntl(passed, F_GETFD) & FD_CLOEXEC));
    tb_fd_close(&passed);
    tb_fd_close(&pair[0]);
    tb_fd_close(&pair[1]);
}

static void a_closed_peer_is_an_error_and_no_signal(void)
{
    int pair[2];
    uint8_t byte;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    CHECK_INT(tb_fd_receive(pair[0], &byte, 1, NULL, MSG_DONTWAIT), -EAGAIN);
    tb_fd_close(&pair[1]);
    CHECK_INT(tb_fd_send(pair[0], tb_bytes_of("x", 1), -1, 0), -EPIPE);
    CHECK_INT(tb_fd_receive(pair[0], &byte, 1, NULL, 0), 0);
    tb_fd_close(&pair[0]);
}

static void a_sealed_file_cannot_be_changed(void)
{
    char start[7];
    tb_fd fd = tb_fd_sealed("test", tb_bytes_of("content", 7));
    CHECK(fd >= 0);
    CHECK(read(fd, start, sizeof start) == 7 && memcmp(start, "content", 7) == 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of("x", 1)), -EPERM);
    CHECK_INT(ftruncate(fd, 0), -1);
    CHECK_INT(tb_fd_seal(fd), -EPERM);
}

static void read_all_reads_to_the_cap_and_no_further(void)
{
    enum { N = 200000 };
    static uint8_t content[N];
    uint8_t *data = NULL;
    size_t n;
    randombytes_buf(content, sizeof content);
    tb_fd fd = tb_fd_memory("test");
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of(content, N)), 0);
    CHECK_INT(tb_fd_read_all(fd, N - 1, &data, &n), TB_TOO_LARGE);
    CHECK(data == NULL);
    CHECK_INT(tb_fd_read_all(fd, N, &data, &n), TB_OK);
    CHECK(n == N && memcmp(data, content, N) == 0);
    free(data);
    data = NULL;
    CHECK_INT(ftruncate(fd, 0), 0);
    CHECK_INT(tb_fd_read_all(fd, 0, &data, &n), TB_OK);
    CHECK_INT(n, 0);
    free(data);
    CHECK_INT(tb_fd_read_all(-1, N, &data, &n), -EBADF);
}

static void what_is_opened_again_is_the_same_file(void)
{
    char byte = 0;
    tb_fd fd = tb_fd_memory("test");
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of_string("abc")), 0);
    tb_fd again = tb_fd_reopen(fd, O_RDONLY);
    CHECK(again >= 0);
    CHECK(read(again, &byte, 1) == 1 && byte == 'a');
    CHECK_INT(lseek(fd, 0, SEEK_CUR), 3);
    CHECK(write(again, "x", 1) < 0 && errno == EBADF);
    CHECK_INT(fcntl(again, F_GETFD), FD_CLOEXEC);
    CHECK_INT(tb_fd_reopen(-1, O_RDONLY), -ENOENT);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(closing_twice_closes_once),
        TEST(sockets_are_closed_by_exec),
        TEST(a_closed_peer_is_an_error_and_no_signal),
        TEST(a_sealed_file_cannot_be_changed),
        TEST(read_all_reads_to_the_cap_and_no_further),
        TEST(what_is_opened_again_is_the_same_file),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
