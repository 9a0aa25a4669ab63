/*
 * A plugin `shell` as it is written in an afternoon: it takes what the page says, and starts it.
 * Nothing but the hull of the plugin holds what it starts. One command, `execute`, and no limits.
 */
#include "base/compiler.h"
#include "plugins/sdk/trollbridge-plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 2000, TEXT_MAX = 65536 };

struct start {
    char *path;
    char *cwd;
    char *argv[WORDS_MAX + 2];
    char *env[WORDS_MAX + 1];
};

static char *text_of(const struct tb_value *value)
{
    struct tb_bytes text = {0};
    return tb_value_str(value, &text) ? strndup((const char *)text.data, text.n) : NULL;
}

/* The policy's entry of that name. */
static const struct tb_value *entry_of(const struct tb_call *call, const char *name)
{
    const struct tb_value *allow = call->init->scopes[call->scope].allow;
    for (uint32_t i = 0; i < tb_value_n(allow); i++) {
        struct tb_bytes found = {0};
        const struct tb_value *entry = tb_value_at(allow, i);
        if (tb_value_str(tb_value_get(entry, "name"), &found) && tb_bytes_are(found, name))
            return entry;
    }
    return NULL;
}

static void add_variables(struct start *start, const struct tb_value *variables)
{
    size_t n = 0;
    while (start->env[n])
        n++;
    for (uint32_t i = 0; i < tb_value_n(variables) && n < WORDS_MAX; i++) {
        struct tb_bytes key = tb_value_key(variables, i);
        char *value = text_of(tb_value_at(variables, i));
        if (asprintf(&start->env[n], "%.*s=%s", (int)key.n, (const char *)key.data, value) > 0)
            n++;
        free(value);
    }
}

static void read_start(const struct tb_call *call, struct start *ret_start)
{
    const struct tb_value *map = call->args.map;
    const struct tb_value *words = tb_value_get(map, "args");
    const struct tb_value *options = tb_value_get(map, "options");
    char *name = text_of(tb_value_get(map, "program"));
    const struct tb_value *entry = entry_of(call, name);
    char *path = text_of(tb_value_get(entry, "path"));
    ret_start->path = path ? path : name;
    ret_start->argv[0] = name;
    for (uint32_t i = 0; i < tb_value_n(words) && i < WORDS_MAX; i++)
        ret_start->argv[i + 1] = text_of(tb_value_at(words, i));
    char *cwd = text_of(tb_value_get(options, "cwd"));
    ret_start->cwd = cwd ? cwd : text_of(tb_value_get(entry, "cwd"));
    add_variables(ret_start, tb_value_get(options, "env"));
    add_variables(ret_start, tb_value_get(entry, "env"));
}

static void become(const struct start *start, int out)
{
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0 ||
        (start->cwd && chdir(start->cwd)))
        _exit(126);
    (void)execve(start->path, start->argv, start->env);
    _exit(127);
}

static size_t read_all(int fd, char text[static TEXT_MAX])
{
    size_t n = 0;
    ssize_t r;
    while (n < TEXT_MAX &&
           ((r = read(fd, text + n, TEXT_MAX - n)) > 0 || (r < 0 && errno == EINTR)))
        n += r > 0 ? (size_t)r : 0;
    return n;
}

static void answer(struct tb_call *call, int status, struct tb_bytes said)
{
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 4);
    tb_pack_key_uint(packer, "code", (uint64_t)(status >> 8 & 0xff));
    tb_pack_key(packer, "signal");
    if (status & 0x7f)
        tb_pack_uint(packer, (uint64_t)(status & 0x7f));
    else
        tb_pack_nil(packer);
    tb_pack_key_str(packer, "stdout", said);
    tb_pack_key_text(packer, "stderr", "");
}

static void execute(struct tb_call *call)
{
    static char text[TEXT_MAX];
    struct start start = {0};
    int status = 0;
    int ends[2];
    read_start(call, &start);
    if (!start.path || pipe2(ends, O_CLOEXEC)) {
        tb_reply_error(call, TB_CODE_IO, errno, "no pipe");
        return;
    }
    pid_t pid = fork();
    if (pid == 0)
        become(&start, ends[1]);
    close(ends[1]);
    size_t n = read_all(ends[0], text);
    close(ends[0]);
    (void)waitpid(pid, &status, 0);
    answer(call, status, tb_bytes_of(text, n));
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"execute", execute}};
    static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};
    return tb_plugin_main(&plugin);
}
