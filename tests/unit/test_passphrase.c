/* Passphrases from a file, and from a person at a terminal, who is played by the test. */
#include "base/fd.h"
#include "cli/cli.h"
#include "cli/passphrase.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

enum { PATIENCE_MS = 30000 };

static char last_code[32];

int cli_error(int status, const char *code, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    (void)snprintf(last_code, sizeof last_code, "%s", code);
    return status;
}

/* ---- files ---- */

static char path[] = "/tmp/tb-passphrase-XXXXXX";

static void write_file(const char *text, size_t n, mode_t mode)
{
    tb_fd fd = mkstemp(path);
    CHECK(fd >= 0 && fchmod(fd, mode) == 0);
    CHECK(tb_fd_write_all(fd, tb_bytes_of(text, n)) == 0);
}

static void check_file(const char *text, size_t n, mode_t mode, int status, const char *result)
{
    struct cli_passphrase passphrase = {0};
    write_file(text, n, mode);
    last_code[0] = 0;
    int got = cli_passphrase_from_file(path, &passphrase);
    (void)unlink(path);
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    CHECK_INT(got, status);
    if (status == CLI_DONE)
        CHECK(tb_bytes_are(tb_bytes_of(passphrase.text, passphrase.n), result));
    else
        CHECK_STR(last_code, result);
    cli_passphrase_deinit(&passphrase);
}

static void check_line(const char *text, int status, const char *result)
{
    check_file(text, strlen(text), 0600, status, result);
}

static void a_file_gives_its_first_line(void)
{
    check_line("correct horse\nbattery\n", CLI_DONE, "correct horse");
    check_line("no end", CLI_DONE, "no end");
    check_line(" spaces stay \n", CLI_DONE, " spaces stay ");
    check_line("phr\xc3\xa4se\n", CLI_DONE, "phr\xc3\xa4se");
}

static void what_is_no_passphrase(void)
{
    check_line("", CLI_USAGE, "invalid");
    check_line("\nsecond\n", CLI_USAGE, "invalid");
    check_line("phr\xe4se\n", CLI_USAGE, "invalid");
    check_line("from another system\r\n", CLI_USAGE, "invalid");
    check_line("tab\tbed\n", CLI_USAGE, "invalid");
    check_line("del\x7f\n", CLI_USAGE, "invalid");
    check_file("a\0b\n", 4, 0600, CLI_USAGE, "invalid");
}

static void how_long_it_may_be(void)
{
    char text[4 * CLI_PASSPHRASE_MAX];
    memset(text, 'x', sizeof text);
    text[CLI_PASSPHRASE_MAX] = 0;
    check_line(text, CLI_DONE, text);
    text[CLI_PASSPHRASE_MAX] = 'x';
    text[CLI_PASSPHRASE_MAX + 1] = '\n';
    check_file(text, CLI_PASSPHRASE_MAX + 2, 0600, CLI_USAGE, "invalid");
    text[CLI_PASSPHRASE_MAX + 1] = 'x';
    check_file(text, sizeof text, 0600, CLI_USAGE, "invalid");
}

static void others_cannot_get_at_it(void)
{
    check_file("open", 4, 0400, CLI_DONE, "open");
    const mode_t modes[] = {0640, 0604, 0620, 0602, 0644, 0666};
    for (size_t i = 0; i < TB_ARRAY_LEN(modes); i++)
        check_file("open", 4, modes[i], CLI_USAGE, "permission");
}

static void there_is_no_file(void)
{
    struct cli_passphrase passphrase;
    CHECK_INT(cli_passphrase_from_file("/dev/null/none", &passphrase), CLI_USAGE);
    CHECK_STR(last_code, "not_found");
    CHECK_INT(cli_passphrase_from_file("/", &passphrase), CLI_USAGE);
}

/* Its writer gives it in pieces. */
static void a_pipe_is_read_to_the_line_end(void)
{
    struct cli_passphrase passphrase;
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t writer = fork();
    CHECK(writer >= 0);
    if (writer == 0) {
        const char text[] = "in pieces\nmore";
        for (size_t i = 0; i < sizeof text - 1; i++)
            CHECK(write(ends[1], text + i, 1) == 1);
        _exit(0);
    }
    CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    CHECK_INT(cli_passphrase_get("-", "unused", true, &passphrase), CLI_DONE);
    CHECK(tb_bytes_are(tb_bytes_of(passphrase.text, passphrase.n), "in pieces"));
    cli_passphrase_deinit(&passphrase);
    CHECK(waitpid(writer, NULL, 0) == writer);
}

/* ---- a person ---- */

/* A process with a terminal of its own, which is asked and tells what it got. */
struct asked {
    pid_t pid;
    int keyboard; /* and screen: our end of the terminal */
    int result;
    char shown[8192];
    size_t n;
    size_t n_before;
};

tb_noreturn static void answer(int result, bool is_new)
{
    struct cli_passphrase passphrase;
    int status = cli_passphrase_get(NULL, "Name", is_new, &passphrase);
    if (status == CLI_DONE)
        (void)!write(result, passphrase.text, passphrase.n);
    _exit(status);
}

static void be_asked(const char *terminal, int result, bool is_new)
{
    CHECK(setsid() >= 0);
    CHECK(open(terminal, O_RDWR) >= 0);
    answer(result, is_new);
}

/* Asks in a process group of its own, and lets it go on when it was stopped, which must have left
 * the echo on. */
static void be_shell(const char *terminal, int result, bool is_new)
{
    int status;
    struct termios modes;
    CHECK(setsid() >= 0);
    tb_fd screen = open(terminal, O_RDWR);
    pid_t pid = fork();
    CHECK(screen >= 0 && pid >= 0);
    if (pid == 0) {
        (void)signal(SIGTTOU, SIG_IGN);
        CHECK(setpgid(0, 0) == 0 && tcsetpgrp(screen, getpid()) == 0);
        (void)signal(SIGTTOU, SIG_DFL);
        answer(result, is_new);
    }
    CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
    CHECK(tcgetattr(screen, &modes) == 0 && (modes.c_lflag & ECHO) != 0);
    CHECK(kill(pid, SIGCONT) == 0 && waitpid(pid, &status, 0) == pid);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static struct asked ask_through(bool is_new,
                                void (*be)(const char *terminal, int result, bool is_new))
{
    struct asked asked = {.keyboard = posix_openpt(O_RDWR | O_NOCTTY)};
    int result[2];
    char terminal[64];
    CHECK(asked.keyboard >= 0 && grantpt(asked.keyboard) == 0 && unlockpt(asked.keyboard) == 0);
    CHECK(ptsname_r(asked.keyboard, terminal, sizeof terminal) == 0 && pipe(result) == 0);
    asked.pid = fork();
    CHECK(asked.pid >= 0);
    if (asked.pid == 0)
        be(terminal, result[1], is_new);
    (void)close(result[1]);
    asked.result = result[0];
    return asked;
}

static struct asked ask(bool is_new)
{
    return ask_through(is_new, be_asked);
}

/* Forgets what was shown up to there, but for how much it was. */
static void until(struct asked *asked, const char *text)
{
    char *found;
    while (asked->shown[asked->n] = 0, !(found = strstr(asked->shown, text))) {
        struct pollfd screen = {.fd = asked->keyboard, .events = POLLIN};
        CHECK(asked->n < sizeof asked->shown - 1 && poll(&screen, 1, PATIENCE_MS) == 1);
        ssize_t n =
            read(asked->keyboard, asked->shown + asked->n, sizeof asked->shown - 1 - asked->n);
        CHECK(n > 0);
        asked->n += (size_t)n;
    }
    asked->n_before = (size_t)(found - asked->shown);
    size_t n_behind = strlen(found + strlen(text));
    memmove(asked->shown, found + strlen(text), n_behind + 1);
    asked->n = n_behind;
}

static void type(const struct asked *asked, const char *text)
{
    CHECK(tb_fd_write_all(asked->keyboard, tb_bytes_of_string(text)) == 0);
}

static bool echoes(const struct asked *asked)
{
    struct termios modes;
    CHECK(tcgetattr(asked->keyboard, &modes) == 0);
    return (modes.c_lflag & ECHO) != 0;
}

static int end(struct asked *asked)
{
    int status;
    CHECK(waitpid(asked->pid, &status, 0) == asked->pid);
    CHECK(echoes(asked));
    return status;
}

static void ends_with(struct asked *asked, const char *passphrase)
{
    char got[CLI_PASSPHRASE_MAX + 1] = "";
    size_t n = 0;
    for (ssize_t r; (r = read(asked->result, got + n, sizeof got - 1 - n)) > 0;)
        n += (size_t)r;
    int status = end(asked);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), passphrase ? CLI_DONE : CLI_DENIED);
    CHECK_STR(got, passphrase ? passphrase : "");
}

static void one_is_typed_unseen(void)
{
    struct asked asked = ask(false);
    until(&asked, "Name: ");
    CHECK(!echoes(&asked));
    type(&asked, "correct horse\n");
    ends_with(&asked, "correct horse");
    until(&asked, "\n");
    CHECK_INT(asked.n_before, 1); /* a \r */
}

static void a_line_is_edited(void)
{
    struct asked asked = ask(false);
    until(&asked, "Name: ");
    type(&asked, "all\x15"
                 "corrext\x7f\x7f"
                 "ct\n");
    ends_with(&asked, "correct");
}

static void a_new_one_is_typed_twice(void)
{
    struct asked asked = ask(true);
    until(&asked, "Name: ");
    type(&asked, "correct\n");
    until(&asked, "Name, again: ");
    CHECK(!echoes(&asked));
    type(&asked, "correct\n");
    ends_with(&asked, "correct");
}

static void two_that_differ_are_asked_for_again(void)
{
    const char *const unlike[] = {"corect\n", "\n", "correct horse\n"};
    for (size_t i = 0; i < TB_ARRAY_LEN(unlike); i++) {
        struct asked asked = ask(true);
        until(&asked, "Name: ");
        type(&asked, "correct\n");
        until(&asked, "Name, again: ");
        type(&asked, unlike[i]);
        until(&asked, "The two are not the same.\r\nName: ");
        type(&asked, "other\n");
        until(&asked, "Name, again: ");
        type(&asked, "other\n");
        ends_with(&asked, "other");
    }
}

static void what_is_none_is_asked_for_again_three_times(void)
{
    struct asked asked = ask(false);
    char text[CLI_PASSPHRASE_MAX + 3];
    memset(text, 'x', sizeof text);
    memcpy(text + CLI_PASSPHRASE_MAX + 1, "\n", 2);
    until(&asked, "Name: ");
    type(&asked, "\n");
    until(&asked, "The passphrase is empty.\r\nName: ");
    type(&asked, text);
    until(&asked, "The passphrase is longer than 1024 bytes.\r\nName: ");
    type(&asked, "\xe4\n");
    until(&asked, "The passphrase is not UTF-8.\r\n");
    ends_with(&asked, NULL);
}

/* The whole line is one too many: its rest is no second answer. */
static void a_line_of_several_reads_is_one(void)
{
    struct asked asked = ask(false);
    char text[3001];
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 2, "\n", 2);
    until(&asked, "Name: ");
    type(&asked, text);
    until(&asked, "longer than 1024 bytes.\r\nName: ");
    text[CLI_PASSPHRASE_MAX] = '\n';
    text[CLI_PASSPHRASE_MAX + 1] = 0;
    type(&asked, text);
    text[CLI_PASSPHRASE_MAX] = 0;
    ends_with(&asked, text);
}

static void ctrl_d_gives_none(void)
{
    struct asked asked = ask(true);
    until(&asked, "Name: ");
    type(&asked, "half");
    type(&asked, "\x04\x04");
    ends_with(&asked, NULL);
}

static void what_was_typed_before_is_no_answer(void)
{
    struct asked asked = {.keyboard = posix_openpt(O_RDWR | O_NOCTTY)};
    char terminal[64];
    int result[2];
    CHECK(grantpt(asked.keyboard) == 0 && unlockpt(asked.keyboard) == 0 && pipe(result) == 0);
    CHECK(ptsname_r(asked.keyboard, terminal, sizeof terminal) == 0);
    tb_fd held = open(terminal, O_RDWR | O_NOCTTY);
    CHECK(held >= 0);
    type(&asked, "early\n");
    until(&asked, "early\r\n"); /* it has arrived */
    asked.pid = fork();
    if (asked.pid == 0)
        be_asked(terminal, result[1], false);
    (void)close(result[1]);
    asked.result = result[0];
    until(&asked, "Name: ");
    type(&asked, "late\n");
    ends_with(&asked, "late");
}

static void a_signal_ends_it_with_the_echo_on(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < TB_ARRAY_LEN(numbers); i++) {
        struct asked asked = ask(false);
        until(&asked, "Name: ");
        CHECK(!echoes(&asked));
        CHECK(kill(asked.pid, numbers[i]) == 0);
        int status = end(&asked);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
    }
}

static void ctrl_c_ends_it(void)
{
    struct asked asked = ask(false);
    until(&asked, "Name: ");
    type(&asked, "half\x03");
    int status = end(&asked);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

/* A shell, which is told of the stop, and lets it go on in the foreground. */
static void it_goes_on_after_a_stop(void)
{
    struct asked asked = ask_through(true, be_shell);
    until(&asked, "Name: ");
    type(&asked, "correct\n");
    until(&asked, "Name, again: ");
    type(&asked, "corr\x1a");
    until(&asked, "Name, again: ");
    CHECK(!echoes(&asked));
    type(&asked, "correct\n");
    ends_with(&asked, "correct");
}

static void there_is_no_terminal(void)
{
    struct cli_passphrase passphrase;
    pid_t pid = fork();
    int status;
    CHECK(pid >= 0);
    if (pid == 0) {
        CHECK(setsid() >= 0);
        CHECK_INT(cli_passphrase_get(NULL, "Name", false, &passphrase), CLI_USAGE);
        CHECK_STR(last_code, "no_terminal");
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv)
{
    /* Ignored where a script has started this in the background, and so for its children. */
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGQUIT, SIG_DFL);
    static const struct test tests[] = {
        TEST(a_file_gives_its_first_line),
        TEST(what_is_no_passphrase),
        TEST(how_long_it_may_be),
        TEST(others_cannot_get_at_it),
        TEST(there_is_no_file),
        TEST(a_pipe_is_read_to_the_line_end),
        TEST(one_is_typed_unseen),
        TEST(a_line_is_edited),
        TEST(a_new_one_is_typed_twice),
        TEST(two_that_differ_are_asked_for_again),
        TEST(what_is_none_is_asked_for_again_three_times),
        TEST(a_line_of_several_reads_is_one),
        TEST(ctrl_d_gives_none),
        TEST(what_was_typed_before_is_no_answer),
        TEST(a_signal_ends_it_with_the_echo_on),
        TEST(ctrl_c_ends_it),
        TEST(it_goes_on_after_a_stop),
        TEST(there_is_no_terminal),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
