/* What a page may send as the arguments of execute, and what a policy could have as an entry: the
 * input is one of them, by its first byte. What is let through is what the entry says. */
#include "base/result.h"
#include "plugins/shell/request.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sdk_link.h"
#include "tests/unit/shell_entry.h"

static const msgpack_object *asked;
static struct shell_program program;

static int unpack(struct tb_unpacker *unpacker, struct tb_bytes text,
                  const msgpack_object **ret_root)
{
    tb_assert(tb_unpacker_init(unpacker, &tb_scan_peer) == 0);
    return tb_unpack(unpacker, &tb_scan_peer, text, ret_root);
}

static void read_entry(struct tb_bytes text)
{
    struct tb_unpacker unpacker;
    const msgpack_object *root;
    struct shell_program read;
    if (unpack(&unpacker, text, &root) == TB_OK &&
        shell_program_read(tb_value_of(root), &read) == TB_OK) {
        tb_assert(read.file.real[0] == '/' && read.cwd[0] == '/' && read.n_args <= SHELL_ARGS_MAX);
        tb_assert(read.n_fixed_env <= read.n_env && read.processes > 0);
        shell_program_deinit(&read);
    }
    tb_unpacker_deinit(&unpacker);
}

/* ---- a request for the entry of shell_entry.h ---- */

static void handle(struct tb_call *call)
{
    static const struct shell_picked picks;
    struct shell_scope scope = {.programs = &program, .n = 1};
    struct shell_request request;
    if (!shell_request_read(call, &scope, &picks, &request))
        return;
    tb_assert(strcmp(request.argv[1], "-n") == 0 && !request.argv[4]);
    tb_assert(request.argv[2][0] >= 'a' && request.argv[2][0] <= 'z');
    tb_assert(request.argv[3][0] == '-' && strlen(request.argv[3]) == 2);
    size_t n = 0;
    for (; request.envp[n]; n++)
        tb_assert(strncmp(request.envp[n], "LANG=", 5) == 0 ||
                  strcmp(request.envp[n], "HOME=/nowhere") == 0);
    tb_assert(n >= 1 && n <= 2 && request.cwd >= 0);
    shell_request_deinit(&request);
    tb_reply_nil(call);
}

static void pack_asked(struct tb_packer *packer)
{
    tb_pack_value(packer, tb_value_of(asked));
}

static void ask(struct tb_bytes text)
{
    struct tb_unpacker unpacker;
    if (unpack(&unpacker, text, &asked) == TB_OK && asked->type == MSGPACK_OBJECT_MAP) {
        sdk_args = pack_asked;
        (void)sdk_call(handle, SDK_NO_RAW);
    }
    tb_unpacker_deinit(&unpacker);
}

static void request_of(struct tb_bytes text)
{
    struct tb_unpacker unpacker;
    struct tb_buffer entry;
    struct tb_packer packer;
    const msgpack_object *root;
    tb_buffer_init(&entry, TB_FRAME_MAX);
    tb_packer_init(&packer, &entry);
    shell_entry_pack(&packer, NULL, NULL);
    tb_assert(unpack(&unpacker, tb_buffer_bytes(&entry), &root) == TB_OK);
    tb_assert(shell_program_read(tb_value_of(root), &program) == TB_OK);
    sdk_start(0, 0);
    ask(text);
    sdk_stop();
    shell_program_deinit(&program);
    tb_unpacker_deinit(&unpacker);
    tb_buffer_deinit(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ARGS_MAX = 64 * 1024 };
    if (size == 0 || size > ARGS_MAX)
        return 0;
    struct tb_bytes text = tb_bytes_of(data + 1, size - 1);
    if (data[0] % 2)
        read_entry(text);
    else
        request_of(text);
    return 0;
}
