#include "tests/sandbox/confined.h"

#include "base/fd.h"
#include "base/result.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "sandbox/namespaces.h"
#include "sandbox/spawn.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { GRANT_MAX = 65536, COPY_MAX = 64 << 20 };

static void path_in(const struct confined *confined, const char *name, char ret[static PATH_SIZE])
{
    int n = snprintf(ret, PATH_SIZE, "%s/%s", confined->base, name);
    CHECK(n > 0 && n < PATH_SIZE);
}

static void make_file(const struct confined *confined, const char *folder, const char *name)
{
    char path[PATH_SIZE];
    path_in(confined, folder, path);
    CHECK(mkdir(path, 0700) == 0 || errno == EEXIST);
    size_t n = strlen(path);
    CHECK(n + strlen(name) + 2 < sizeof path);
    path[n] = '/';
    memcpy(path + n + 1, name, strlen(name) + 1);
    tb_fd file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    CHECK(file >= 0 && write(file, "text", 4) == 4);
}

static void copy_program(const char *from, const char *to)
{
    uint8_t *bytes;
    size_t n;
    tb_fd in = open(from, O_RDONLY);
    tb_fd out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0700);
    CHECK(in >= 0 && out >= 0 && tb_fd_read_all(in, COPY_MAX, &bytes, &n) == TB_OK);
    CHECK_INT(tb_fd_write_all(out, tb_bytes_of(bytes, n)), 0);
    free(bytes);
}

void confined_init(struct confined *confined, const char *confine, const char *probe)
{
    *confined = (struct confined){
        .confine = confine, .base = "/tmp/tb-confined-XXXXXX", .memory_mib = 64, .cpu_s = 60};
    CHECK(mkdtemp(confined->base));
    make_file(confined, "read", "file");
    make_file(confined, "read/denied", "secret");
    make_file(confined, "read", "denied-file");
    make_file(confined, "write", "file");
    make_file(confined, "other", "file");
    char program[PATH_SIZE];
    path_in(confined, "other/program", program);
    copy_program(probe, program);
    path_in(confined, "probe", confined->probe);
    copy_program(probe, confined->probe);
}

static int remove_entry(const char *path, tb_unused const struct stat *status, tb_unused int kind,
                        tb_unused struct FTW *walk)
{
    return remove(path);
}

void confined_deinit(struct confined *confined)
{
    CHECK_INT(nftw(confined->base, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void pack_text(struct tb_packer *packer, const char *key, const char *text)
{
    tb_pack_key(packer, key);
    tb_pack_str(packer, tb_bytes_of_string(text));
}

static void pack_path(struct tb_packer *packer, const struct confined *confined, const char *name)
{
    char path[PATH_SIZE];
    path_in(confined, name, path);
    tb_pack_str(packer, tb_bytes_of_string(name[0] == '/' ? name : path));
}

static void pack_paths(struct tb_packer *packer, const struct confined *confined, const char *key,
                       const char *const *names, size_t n)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        pack_path(packer, confined, names[i]);
}

static void pack_plugin(struct tb_packer *packer, const struct confined *confined)
{
    static const char *const everything[] = {"/"};
    static const char *const read[] = {"read", "missing"};
    static const char *const writes[] = {"write", "made/deep"};
    static const char *const make[] = {"made/deep"};
    static const char *const mask[] = {"read/denied", "read/denied-file", "read/missing"};
    tb_pack_map(packer, 18);
    pack_text(packer, "name", "probe");
    tb_pack_key_bool(packer, "host", false);
    pack_text(packer, "program", confined->probe);
    pack_paths(packer, confined, "read", read, TB_ARRAY_LEN(read));
    pack_paths(packer, confined, "write", confined->wide ? everything : writes,
               confined->wide ? 1 : TB_ARRAY_LEN(writes));
    pack_paths(packer, confined, "make", make, TB_ARRAY_LEN(make));
    pack_paths(packer, confined, "mask", mask, confined->wide ? 0 : TB_ARRAY_LEN(mask));
    tb_pack_key_bool(packer, "network", confined->network);
    tb_pack_key_bool(packer, "jit", confined->jit);
    tb_pack_key_bool(packer, "audit", confined->audit);
    tb_pack_key(packer, "state");
    if (confined->state)
        pack_path(packer, confined, STATE_FOLDER);
    else
        tb_pack_str(packer, (struct tb_bytes){0});
    tb_pack_key_bool(packer, "secrets", false);
    tb_pack_key_bool(packer, "launcher", false);
    tb_pack_key_bool(packer, "picks", confined->picks);
    tb_pack_key_bool(packer, "resources", false);
    pack_paths(packer, confined, "exec", &confined->exec, confined->exec ? 1 : 0);
    tb_pack_key(packer, "memory_mib");
    tb_pack_uint(packer, confined->memory_mib);
    tb_pack_key(packer, "cpu_s");
    tb_pack_uint(packer, confined->cpu_s);
}

static void pack_empty(struct tb_packer *packer, const char *key)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, 0);
}

static void pack_grant(struct tb_packer *packer, const struct confined *confined)
{
    const uint8_t digest[TB_DIGEST_SIZE] = {0};
    tb_pack_map(packer, 12);
    tb_pack_key(packer, "v");
    tb_pack_uint(packer, 1);
    pack_text(packer, "app", "com.example.test");
    tb_pack_key(packer, "digest");
    tb_pack_bin(packer, tb_bytes_of(digest, sizeof digest));
    pack_text(packer, "view", "main");
    pack_text(packer, "webview", "main");
    pack_text(packer, "origin", "local");
    pack_text(packer, "events", "scope");
    pack_empty(packer, "commands");
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, 1);
    pack_plugin(packer, confined);
    pack_empty(packer, "scopes");
    pack_empty(packer, "denied");
    tb_pack_key(packer, "vars");
    tb_pack_map(packer, 0);
}

static int write_grant(const struct confined *confined)
{
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, GRANT_MAX);
    tb_packer_init(&packer, &out);
    pack_grant(&packer, confined);
    CHECK(!packer.failed);
    int fd = tb_fd_memory("grant");
    CHECK(fd >= 0 && tb_fd_write_all(fd, tb_buffer_bytes(&out)) == 0);
    tb_buffer_deinit(&out);
    return fd;
}

/* As the supervisor passes it: a file of the disk, which Landlock knows, open for reading alone. */
static int write_log(const struct confined *confined)
{
    char path[PATH_SIZE];
    path_in(confined, "log", path);
    tb_fd file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file >= 0 && tb_fd_write_all(file, tb_bytes_of_string("{}\n")) == 0);
    int readable = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(readable >= 0);
    return readable;
}

static void start(const struct confined *confined, int link, int report, int *ret_pidfd)
{
    char require[TB_LAYERS_TEXT_SIZE];
    char namespaces[TB_LAYERS_TEXT_SIZE];
    tb_layers_names(confined->require, require);
    tb_layers_names(confined->namespaces, namespaces);
    char states[PATH_SIZE];
    path_in(confined, "state/trollbridge", states);
    const char *const confined_argv[] = {
        "confine",      "--plugin", "0",        "--require", require,
        "--namespaces", namespaces, "--states", states,      NULL};
    const char *const bare_argv[] = {"probe", NULL};
    tb_fd grant = write_grant(confined);
    tb_fd pool = tb_fd_shared("pool", 65536);
    tb_fd log = write_log(confined);
    const int fds[] = {link, pool, grant, report, log};
    const struct tb_spawn spawn = {
        .program = confined->bare ? confined->probe : confined->confine,
        .exec_fd = -1,
        .argv = (char *const *)(uintptr_t)(confined->bare ? bare_argv : confined_argv),
        .fds = fds,
        .n_fds = TB_ARRAY_LEN(fds),
        .namespaces = confined->bare ? 0 : confined->namespaces & ~TB_LAYER_BIT(TB_LAYER_NET),
    };
    pid_t pid;
    CHECK_INT(tb_spawn(&spawn, &pid, ret_pidfd), 0);
}

static bool read_report(int fd, struct tb_layers *ret_layers)
{
    uint8_t bytes[TB_LAYERS_SIZE + 1];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof bytes && (got = read(fd, bytes + n, sizeof bytes - n)) > 0)
        n += (size_t)got;
    return tb_layers_decode(tb_bytes_of(bytes, n), ret_layers) == TB_OK;
}

static int result_of(struct confined *confined, int link, int pidfd)
{
    char answer[16] = "";
    ssize_t n = recv(link, answer, sizeof answer - 1, 0);
    siginfo_t info = {0};
    CHECK(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) == 0);
    confined->status = info.si_status;
    if (info.si_code != CLD_EXITED)
        return info.si_status == SIGSYS ? CONFINED_KILLED : CONFINED_ENDED;
    return n > 0 ? (int)strtol(answer, NULL, 10) : CONFINED_ENDED;
}

int confined_try(struct confined *confined, const char *what, const char *argument)
{
    int link[2];
    int report[2];
    CHECK(tb_fd_pair(SOCK_STREAM, link) == 0 && pipe2(report, O_CLOEXEC) == 0);
    tb_fd ours = link[0];
    tb_fd theirs = link[1];
    tb_fd report_in = report[0];
    tb_fd report_out = report[1];
    tb_fd pidfd = -1;
    char line[2 * PATH_SIZE];
    bool at = argument[0] == '@';
    int n = snprintf(line, sizeof line, "%s %s%s", what, at ? confined->base : "", argument + at);
    CHECK(tb_fd_send(ours, tb_bytes_of(line, (size_t)n), -1, 0) == n);
    CHECK(shutdown(ours, SHUT_WR) == 0); /* a program in the probe's place ends at once */
    start(confined, theirs, report_out, &pidfd);
    tb_fd_close(&theirs);
    tb_fd_close(&report_out);
    bool reported = confined->bare || read_report(report_in, &confined->layers);
    int result = result_of(confined, ours, pidfd);
    return reported ? result : CONFINED_NO_REPORT;
}

void confined_expect(struct confined *confined, const char *what, const char *argument,
                     bool allowed)
{
    int result = confined_try(confined, what, argument);
    if ((result == 0) == allowed && result != CONFINED_NO_REPORT && result != CONFINED_ENDED)
        return;
    fprintf(stderr, "%s %s (namespaces %x%s%s): %d, status %d\n", what, argument,
            confined->namespaces, confined->bare ? ", bare" : "", confined->wide ? ", wide" : "",
            result, confined->status);
    test_fail("plugin's attempt", __FILE__, __LINE__);
}

void confined_refused(struct confined *confined, const char *what, const char *argument)
{
    confined_expect(confined, what, argument, false);
    confined->bare = true;
    confined_expect(confined, what, argument, true);
    confined->bare = false;
}

void confined_for_each_level(const char *confine, const char *probe,
                             void (*run)(struct confined *confined))
{
    uint32_t levels[] = {tb_namespaces_probe(), 0};
    for (size_t i = 0; i < TB_ARRAY_LEN(levels); i++) {
        struct confined confined;
        confined_init(&confined, confine, probe);
        confined.namespaces = levels[i];
        run(&confined);
        confined_deinit(&confined);
    }
}
