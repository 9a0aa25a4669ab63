/*
 * What `network`, `exec`, `memory_mib` and `cpu_s` of a plugin's sandbox give, and what they do
 * not: each permission beside the attempts that it must not open, each refusal beside the same
 * attempt without the sandbox.
 */
#include "base/fd.h"
#include "sandbox/enter.h"
#include "sandbox/namespaces.h"
#include "tests/sandbox/confined.h"
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char *confine_path;
static const char *probe_path;

static void for_each_level(void (*run)(struct confined *confined))
{
    confined_for_each_level(confine_path, probe_path, run);
}

/* ---- network ---- */

static int bound(int type, char ret_port[static 16])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, n) == 0);
    CHECK(type == SOCK_DGRAM || listen(fd, 8) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &n) == 0);
    snprintf(ret_port, 16, "%u", ntohs(address.sin_port));
    return fd;
}

/* `name`: a path in the folder, or with a leading NUL an abstract one. */
static int bound_unix(const char *name, size_t n)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK(n < sizeof address.sun_path);
    memcpy(address.sun_path, name, n);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == 0);
    CHECK(listen(fd, 8) == 0);
    return fd;
}

static void network_on(struct confined *confined)
{
    char tcp_port[16];
    char udp_port[16];
    tb_fd tcp = bound(SOCK_STREAM, tcp_port);
    tb_fd udp = bound(SOCK_DGRAM, udp_port);
    confined_refused(confined, "tcp", tcp_port);
    confined_refused(confined, "udp", udp_port);
    confined->network = true;
    confined_expect(confined, "tcp", tcp_port, true);
    confined_expect(confined, "udp", udp_port, true);
    if (access("/etc/hosts", R_OK) == 0) /* a machine may do without */
        confined_expect(confined, "read", "/etc/hosts", true);
    uint32_t net = TB_LAYER_BIT(TB_LAYER_NET);
    CHECK_INT(tb_layers_in(&confined->layers, TB_LAYER_HELD) & TB_LAYERS_NAMESPACES,
              confined->namespaces & ~net);
}

static void a_plugin_with_the_network_calls_others(void)
{
    for_each_level(network_on);
}

static void network_only(struct confined *confined)
{
    char path[PATH_SIZE + 8];
    char name[64];
    int n = snprintf(name, sizeof name, "%ctb-options-%d", 0, (int)getpid());
    snprintf(path, sizeof path, "%s/socket", confined->base);
    tb_fd abstract = bound_unix(name, (size_t)n);
    tb_fd named = bound_unix(path, strlen(path));
    confined->network = true;
    confined_refused(confined, "abstract", name + 1);
    confined_refused(confined, "unix", path);
    confined_refused(confined, "bind", "-");
    confined_refused(confined, "family", "16");
    confined_refused(confined, "ulp", "-");
    confined_refused(confined, "read", "/etc/passwd");
    confined_refused(confined, "fork", "-");
}

static void it_reaches_nothing_else_by_it(void)
{
    for_each_level(network_only);
}

/* What policy gives away is not asked for, and what it does not is. */
static void the_network_is_no_missing_layer(void)
{
    struct confined confined;
    confined_init(&confined, confine_path, probe_path);
    confined.namespaces = 0;
    confined.require = TB_LAYER_BIT(TB_LAYER_NET);
    CHECK_INT(confined_try(&confined, "read", "@/read/file"), CONFINED_ENDED);
    CHECK_INT(confined.status, 4);
    confined.network = true;
    CHECK_INT(confined_try(&confined, "read", "@/read/file"), 0);
    confined_deinit(&confined);
}

/* ---- exec ---- */

static void nothing_is_started(struct confined *confined)
{
    CHECK_INT(confined_try(confined, "spawn", "/usr/bin/true"), EPERM);
    CHECK_INT(confined_try(confined, "run", "/usr/bin/true"), EACCES);
    CHECK_INT(confined_try(confined, "run", "@/probe"), EACCES);
    CHECK_INT(confined_try(confined, "again", "/usr/bin/true"), EBADF);
    CHECK_INT(confined_try(confined, "again", "@/probe"), EBADF);
    confined->bare = true;
    confined_expect(confined, "spawn", "/usr/bin/true", true);
    CHECK_INT(confined_try(confined, "again", "/usr/bin/true"), CONFINED_ENDED); /* it ran */
    CHECK_INT(confined->status, 0);
}

static void without_exec_nothing_is_started(void)
{
    for_each_level(nothing_is_started);
}

static void what_is_listed(struct confined *confined)
{
    confined->exec = "/usr/bin/true";
    if (!(confined->namespaces & TB_LAYER_BIT(TB_LAYER_PID))) {
        CHECK_INT(confined_try(confined, "spawn", "/usr/bin/true"), CONFINED_ENDED);
        CHECK_INT(confined->status, 4);
        return;
    }
    confined_expect(confined, "spawn", "/usr/bin/true", true);
    confined_expect(confined, "spawn", "/bin/true", true);
    confined_expect(confined, "end-child", "-", true);
    confined_refused(confined, "spawn", "/usr/bin/id");
    confined_refused(confined, "loader", "/usr/bin/id");
    confined_expect(confined, "loader", "/usr/bin/true", true);
    confined_refused(confined, "read", "/etc/passwd");
}

static void with_exec_only_what_is_listed(void)
{
    for_each_level(what_is_listed);
}

/* ---- memory and time ---- */

static void memory(struct confined *confined)
{
    confined_refused(confined, "memory", "100");
    confined_refused(confined, "shared", "100");
    confined_refused(confined, "growing", "100");
    confined->memory_mib = 256;
    confined_expect(confined, "memory", "100", true);
    confined_expect(confined, "shared", "100", false);
    confined->jit = true;
    confined_expect(confined, "code", "-", true);
    confined_expect(confined, "memory", "300", false);
}

static void memory_is_limited(void)
{
    for_each_level(memory);
}

static void time_of_cpu(struct confined *confined)
{
    confined->cpu_s = 1;
    CHECK_INT(confined_try(confined, "spin", "-"), CONFINED_ENDED);
    CHECK_INT(confined->status, SIGKILL);
}

static void time_is_limited(void)
{
    for_each_level(time_of_cpu);
}

/* ---- scripts ---- */

static void write_script(const struct confined *confined, const char *first_line)
{
    tb_fd file = open(confined->probe, O_WRONLY | O_TRUNC);
    CHECK(file >= 0 && dprintf(file, "%s\n", first_line) > 0);
}

/* A script that answers with what it was started with. */
static void scripts(struct confined *confined)
{
    static const char answers[] = "#!/usr/bin/python3 -IB\n"
                                  "import socket, sys\n"
                                  "link = socket.socket(fileno=3)\n"
                                  "link.recv(100)\n"
                                  "right = sys.flags.isolated and sys.argv[0].endswith('/probe')\n"
                                  "link.send(b'0' if right else b'1')";
    write_script(confined, answers);
    confined_expect(confined, "start", "-", true);
    write_script(confined, "#!/usr/bin/env python3");
    CHECK_INT(confined_try(confined, "start", "-"), CONFINED_NO_REPORT);
    CHECK_INT(confined->status, 127);
    write_script(confined, "#!python3");
    CHECK_INT(confined_try(confined, "start", "-"), CONFINED_NO_REPORT);
    write_script(confined, "#!/nowhere/python3");
    CHECK_INT(confined_try(confined, "start", "-"), CONFINED_NO_REPORT);
}

static void scripts_name_their_interpreter(void)
{
    for_each_level(scripts);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_plugin_with_the_network_calls_others),
        TEST(it_reaches_nothing_else_by_it),
        TEST(the_network_is_no_missing_layer),
        TEST(without_exec_nothing_is_started),
        TEST(with_exec_only_what_is_listed),
        TEST(memory_is_limited),
        TEST(time_is_limited),
        TEST(scripts_name_their_interpreter),
    };
    if (argc < 3) {
        fprintf(stderr, "usage: test_options CONFINE PROBE [TEST]\n");
        return 2;
    }
    confine_path = argv[1];
    probe_path = argv[2];
    return test_main(argc - 2, argv + 2, tests, TB_ARRAY_LEN(tests));
}
