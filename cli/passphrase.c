#include "cli/passphrase.h"

#include "base/fd.h"
#include "cli/cli.h"
#include "cli/passphrase_ask.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cli_passphrase_init(struct cli_passphrase *passphrase)
{
    *passphrase = (struct cli_passphrase){0};
    if (sodium_init() < 0)
        return false;
    passphrase->text = sodium_malloc(CLI_PASSPHRASE_MAX + 1); /* what is too long shows */
    return passphrase->text != NULL;
}

void cli_passphrase_deinit(struct cli_passphrase *passphrase)
{
    sodium_free(passphrase->text); /* wipes */
    *passphrase = (struct cli_passphrase){0};
}

static_assert(CLI_PASSPHRASE_MAX == 1024, "the text below says so");

const char *cli_passphrase_problem(struct tb_bytes untrusted_passphrase)
{
    if (untrusted_passphrase.n == 0)
        return "is empty";
    if (untrusted_passphrase.n > CLI_PASSPHRASE_MAX)
        return "is longer than 1024 bytes";
    if (!tb_utf8_valid(untrusted_passphrase))
        return "is not UTF-8";
    for (size_t i = 0; i < untrusted_passphrase.n; i++)
        if (untrusted_passphrase.data[i] < 0x20 || untrusted_passphrase.data[i] == 0x7f)
            return "has a control character; a line ends with \\n alone";
    return NULL;
}

/* ---- from a file ---- */

/* As ssh does with private keys: who lets others read it has not kept it secret. What is another
 * user's, a pipe or a device is that user's, or the shell's, to guard. */
static int check_mode(const char *file, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return cli_error(CLI_USAGE, "io", "%s: %s", file, strerror(errno));
    if (S_ISREG(status.st_mode) && status.st_uid == getuid() && (status.st_mode & 077) != 0)
        return cli_error(CLI_USAGE, "permission",
                         "%s: others than its owner can get at the passphrase (mode %04o): "
                         "chmod 600 %s",
                         file, (unsigned)(status.st_mode & 07777), file);
    return CLI_DONE;
}

static int read_line(const char *file, int fd, struct cli_passphrase *passphrase)
{
    while (passphrase->n <= CLI_PASSPHRASE_MAX) {
        char *at = passphrase->text + passphrase->n;
        ssize_t n = read(fd, at, CLI_PASSPHRASE_MAX + 1 - passphrase->n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cli_error(CLI_USAGE, "io", "%s: %s", file, strerror(errno));
        const char *end = n > 0 ? memchr(at, '\n', (size_t)n) : at;
        passphrase->n += end ? (size_t)(end - at) : (size_t)n;
        if (end)
            break;
    }
    const char *problem = cli_passphrase_problem(tb_bytes_of(passphrase->text, passphrase->n));
    return problem ? cli_error(CLI_USAGE, "invalid", "%s: the passphrase in its first line %s",
                               file, problem)
                   : CLI_DONE;
}

int cli_passphrase_from_file(const char *file, struct cli_passphrase *ret_passphrase)
{
    struct cli_passphrase passphrase;
    bool is_input = strcmp(file, "-") == 0;
    tb_fd fd =
        is_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cli_error(CLI_USAGE, "not_found", "%s: %s", file, strerror(errno));
    int status = is_input ? CLI_DONE : check_mode(file, fd);
    if (status != CLI_DONE)
        return status;
    if (!cli_passphrase_init(&passphrase))
        return cli_error(CLI_PART, "io", "out of memory");
    status = read_line(is_input ? "standard input" : file, fd, &passphrase);
    if (status == CLI_DONE)
        *ret_passphrase = passphrase;
    else
        cli_passphrase_deinit(&passphrase);
    return status;
}

/* ---- from a person ---- */

static int ask(const char *name, bool is_new, struct cli_passphrase *ret_passphrase)
{
    struct cli_passphrase_ask asking;
    int r = cli_passphrase_ask_begin(&asking, name, is_new);
    if (r < 0)
        return cli_error(CLI_USAGE, "no_terminal",
                         "there is no terminal to ask for a passphrase on (%s): give it with "
                         "--passphrase-file FILE",
                         strerror(-r));
    enum cli_asked asked;
    do {
        struct pollfd terminal = {.fd = cli_passphrase_ask_fd(&asking), .events = POLLIN};
        bool is_ready = poll(&terminal, 1, -1) > 0;
        asked = is_ready ? cli_passphrase_ask_read(&asking) : CLI_ASKED_MORE;
    } while (asked == CLI_ASKED_MORE);
    if (asked == CLI_ASKED_DONE)
        cli_passphrase_ask_take(&asking, ret_passphrase);
    cli_passphrase_ask_end(&asking);
    return asked == CLI_ASKED_DONE ? CLI_DONE
                                   : cli_error(CLI_DENIED, "dismissed", "no passphrase was given");
}

int cli_passphrase_get(const char *file, const char *name, bool is_new,
                       struct cli_passphrase *ret_passphrase)
{
    return file ? cli_passphrase_from_file(file, ret_passphrase)
                : ask(name, is_new, ret_passphrase);
}
