#include "cli/unechoed.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Those that end or stop a process and come from a person, a shell or the system's end. */
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

enum { N_NUMBERS = TB_ARRAY_LEN(numbers), PROMPT_MAX = 128 };

/* For the handler, and so not in a struct that somebody owns. Written while no handler is set. */
static int terminal = -1;
static struct termios loud;
static struct termios quiet;
static struct sigaction before[N_NUMBERS];
static char prompt[PROMPT_MAX];

static int set(const struct termios *modes, int when)
{
    int r;
    do {
        r = tcsetattr(terminal, when, modes);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

static void put(const char *text)
{
    (void)!write(terminal, text, strlen(text));
}

void cli_unechoed_put(const char *text)
{
    (void)snprintf(prompt, sizeof prompt, "%s", text); /* before a stop can come behind it */
    put(text);
}

/* What would have happened without us happens now. Returns where the process is not ended by it. */
static void raise_as_before(size_t i)
{
    struct sigaction own;
    sigset_t one;
    (void)sigaction(numbers[i], &before[i], &own);
    (void)raise(numbers[i]);
    (void)sigemptyset(&one);
    (void)sigaddset(&one, numbers[i]);
    (void)sigprocmask(SIG_UNBLOCK, &one, NULL);
    (void)sigprocmask(SIG_BLOCK, &one, NULL);
    if (numbers[i] == SIGTSTP)
        (void)sigaction(numbers[i], &own, NULL);
}

/* An end that is not one (its handler only cancels a call) leaves the echo on: nobody is to type
 * on. */
static void on_signal(int number)
{
    int saved = errno;
    (void)set(&loud, TCSANOW);
    for (size_t i = 0; i < N_NUMBERS; i++)
        if (numbers[i] == number)
            raise_as_before(i);
    if (number == SIGTSTP) {
        (void)set(&quiet, TCSAFLUSH);
        put(prompt);
    }
    errno = saved;
}

/* What a shell has ignored stays so. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < N_NUMBERS; i++) {
        (void)sigaction(numbers[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

int cli_unechoed_begin(void)
{
    tb_fd fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    tb_assert(terminal < 0);
    if (fd < 0)
        return -errno;
    if (tcgetattr(fd, &loud) < 0)
        return -errno;
    quiet = loud;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    quiet.c_lflag |= ICANON | ISIG;
    terminal = fd;
    prompt[0] = 0;
    catch_signals();
    int r = set(&quiet, TCSAFLUSH);
    if (r < 0) {
        cli_unechoed_end();
        return r;
    }
    int own = fd;
    fd = -1;
    return own;
}

void cli_unechoed_end(void)
{
    if (terminal < 0)
        return;
    (void)set(&loud, TCSAFLUSH);
    for (size_t i = 0; i < N_NUMBERS; i++) {
        struct sigaction now;
        (void)sigaction(numbers[i], NULL, &now);
        if (now.sa_handler == on_signal)
            (void)sigaction(numbers[i], &before[i], NULL);
    }
    terminal = -1;
}
