/*
 * A host that serves commands itself and sends an event. It has no WebView: as `trollbridge relay`
 * does, it carries the link of its one view over standard input and output.
 */
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <trollbridge-plugin.h>
#include <trollbridge.h>
#include <unistd.h>

static struct trollbridge *bridge;

/* ---- commands of the app's own ---- */

static void greet(struct tb_call *call)
{
    struct tb_bytes name;
    if (!tb_arg_str(call, call->args, "name", TB_REQUIRED, &name))
        return;
    struct tb_packer *answer = tb_reply_value(call);
    tb_pack_map(answer, 2);
    tb_pack_key_text(answer, "greeting", "Hello");
    tb_pack_key_str(answer, "name", name);

    tb_pack_str(trollbridge_event(bridge, NULL, "greeted"), name); /* to every view */
    trollbridge_emit(bridge);
}

static struct tb_stream *choice; /* the call that waits for a person */

static void not_wanted(struct tb_stream *stream)
{
    tb_stream_free(stream); /* with an error; here the dialog would close */
    choice = NULL;
}

static void choose(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = not_wanted};
    if (choice)
        tb_reply_error(call, TB_CODE_DENIED, 0, "a dialog is open already");
    else
        choice = tb_call_stream(call, &events, NULL); /* answered later: see chosen() */
}

/* Called from outside of the library, when the person has chosen. */
static void chosen(const char *name)
{
    tb_pack_text(tb_stream_end_value(choice), name);
    tb_stream_send(choice);
    tb_stream_free(choice);
    choice = NULL;
}

/* ---- plugin:window|title ---- */

static void title(struct tb_call *call)
{
    tb_pack_text(tb_reply_value(call), call->init->data);
}

static const struct tb_plugin_command own[] = {{"greet", greet}, {"choose", choose}};
static const struct tb_plugin_command window[] = {{"title", title}};
static const struct tb_plugin own_commands = {.commands = own, .n_commands = 2};
static const struct tb_plugin window_commands = {.commands = window, .n_commands = 1};
static char window_title[] = "A window";
static const struct trollbridge_plugin plugins[] = {
    {.name = "", .plugin = &own_commands},
    {.name = "window", .plugin = &window_commands, .data = window_title},
};

/* ---- the view's link ---- */

static void on_opened(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                      size_t n, const char *code, const char *message)
{
    const uint8_t boot[8] = {n & 0xff, n >> 8 & 0xff, 0, 0, 1}; /* PROTOCOL.md, section 1 */
    (void)data, (void)id;
    if (session && write(1, boot, sizeof boot) == sizeof boot)
        (void)!write(1, bootstrap, n);
    else
        fprintf(stderr, "commands: %s: %s\n", code, message);
}

/* False: the end of either side. */
static int carry(int from, int to)
{
    char bytes[65536];
    ssize_t n = read(from, bytes, sizeof bytes);
    return n > 0 && write(to, bytes, (size_t)n) == n;
}

int main(int argc, char **argv)
{
    const struct trollbridge_options options = {
        .app = argc > 2 ? argv[2] : ".", .plugins = plugins, .n_plugins = 2, .opened = on_opened};
    const struct trollbridge_view view = {.label = "main", .document = 1, .relay = 1};
    int link[2];
    if (trollbridge_spawn(&options, &bridge) != TROLLBRIDGE_OK ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) < 0 ||
        trollbridge_open(bridge, &view, link[1], NULL) != TROLLBRIDGE_OK)
        return 1;
    struct pollfd polls[] = {{.fd = trollbridge_fd(bridge), .events = POLLIN},
                             {.fd = link[0], .events = POLLIN},
                             {.fd = 0, .events = POLLIN}};
    for (int going = 1; going;) {
        int n = poll(polls, 3, choice ? 100 : -1);
        if (n == 0)
            chosen("Grendel"); /* a person who takes a tenth of a second */
        if (polls[0].revents != 0)
            going = trollbridge_dispatch(bridge) == TROLLBRIDGE_OK;
        if (going && polls[1].revents != 0)
            going = carry(link[0], 1);
        if (going && polls[2].revents != 0)
            going = carry(0, link[0]);
    }
    close(link[0]);
    trollbridge_close(bridge);
    return 0;
}
