/* A plugin of docs/plugin-guide.md: a text in capitals, of any length. What comes in goes out again
 * at once, and no more comes in than the page takes out. */
#include <trollbridge-plugin.h>

static void copy_in_capitals(uint8_t *to, const uint8_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] >= 'a' && from[i] <= 'z' ? (uint8_t)(from[i] - 'a' + 'A') : from[i];
}

/* As much as there is room for. The rest comes again when there is more. */
static size_t body(struct tb_stream *stream, struct tb_bytes bytes, bool last)
{
    size_t done = 0;
    for (size_t room; done < bytes.n && (room = tb_stream_room(stream)) > 0;) {
        size_t n = room < bytes.n - done ? room : bytes.n - done;
        uint8_t *to = tb_stream_bytes_room(stream, NULL, n);
        if (!to)
            break;
        copy_in_capitals(to, bytes.data + done, n);
        if (tb_stream_bytes_send(stream, n) != TB_SENT)
            break;
        done += n;
    }
    if (last && done == bytes.n) {
        tb_stream_end_bytes(stream, tb_bytes_of(NULL, 0));
        tb_stream_free(stream);
    }
    return done;
}

static void capitals(struct tb_call *call)
{
    static const struct tb_stream_events events = {.body = body, .cancel = tb_stream_free};
    if (!call->has_body)
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "the text is missing: it is the raw body");
    else if (!tb_call_stream(call, &events, NULL))
        return; /* there is no memory, and the page has been told */
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"capitals", capitals}};
    static const char *const parts[] = {"capitals", NULL};
    static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1, .parts = parts};
    return tb_plugin_main(&plugin);
}
