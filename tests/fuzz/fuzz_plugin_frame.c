/* What a broker could send to the fs plugin, from the first byte. Every reply has to be a frame
 * that a broker accepts. Its vars and scopes may name any path, so nothing here may write: see
 * no_files. */
#include "base/result.h"
#include "plugins/fs/commands.h"
#include "plugins/sdk/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The commands without what they do to files: paths are read and answered. */
static void no_files(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    uint64_t mode;
    bool append;
    if (!fs_read_target(call, &path, &options) ||
        !tb_arg_bool(call, options, "append", TB_OPTIONAL, &append) ||
        !tb_arg_uint(call, options, "mode", TB_OPTIONAL, UINT32_MAX, &mode))
        return;
    if (call->has_body)
        tb_reply_bytes(call, call->body);
    else
        tb_pack_str(tb_reply_value(call), fs_path_bytes(&path));
}

static const struct tb_plugin_command commands[] = {{"read_file", no_files}, {"stat", no_files}};
static const struct tb_plugin plugin = {.commands = commands, .n_commands = TB_ARRAY_LEN(commands)};

static void check_replies(struct tb_buffer *out, struct tb_scanner *scanner)
{
    while (tb_buffer_n(out) > 0) {
        struct tb_frame frame;
        size_t size;
        struct tb_plaintext plain;
        tb_assert(tb_frame_parse(TB_SIDE_BROKER_PLUGIN, tb_buffer_bytes(out), &frame, &size) == 0);
        tb_assert(tb_plaintext_split(frame.body, &plain) == TB_OK);
        tb_assert(tb_scan(scanner, &tb_scan_peer, plain.text) == TB_OK);
        tb_buffer_consume(out, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_session session;
    size_t need;
    tb_assert(tb_session_init(&session, &plugin) == 0);
    session.pool_fd = -1; /* not one of the fuzzer's own */
    int r = tb_buffer_append(&session.in, tb_bytes_of(data, n)) ? TB_OK : TB_FULL;
    while (r == TB_OK) {
        r = tb_session_step(&session, &need);
        if (r == TB_OK || r == TB_AGAIN)
            check_replies(&session.out, session.unpacker.scanner);
    }
    tb_assert(r != TB_AGAIN || need > tb_buffer_n(&session.in));
    tb_session_deinit(&session);
    return 0;
}
