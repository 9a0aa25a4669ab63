/* WELCOME, the one message that is written command by command. */
#include "base/result.h"
#include "proto/body.h"
#include "proto/message.h"

static int read_limits(const msgpack_object *map, struct tb_welcome *welcome)
{
    uint64_t frame;
    uint64_t in_flight;
    uint64_t streams;
    uint64_t miss_per_s;
    const struct tb_field fields[] = {
        {"frame", TB_UINT, &frame, UINT32_MAX, NULL},
        {"in_flight", TB_UINT, &in_flight, UINT32_MAX, NULL},
        {"streams", TB_UINT, &streams, UINT32_MAX, NULL},
        {"miss_per_s", TB_UINT, &miss_per_s, UINT32_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (in_flight == 0)
        return TB_MALFORMED;
    welcome->frame = (uint32_t)frame;
    welcome->in_flight = (uint32_t)in_flight;
    welcome->streams = (uint32_t)streams;
    welcome->miss_per_s = (uint32_t)miss_per_s;
    return TB_OK;
}

static bool session_valid(struct tb_bytes session)
{
    for (size_t i = 0; i < session.n; i++) {
        uint8_t c = session.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return session.n == 2 * TB_SESSION_SIZE;
}

int tb_welcome_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                    struct tb_welcome *ret_welcome)
{
    struct tb_welcome welcome = {0};
    const msgpack_object *limits;
    const struct tb_field fields[] = {
        {"session", TB_STR, &welcome.session, 2 * TB_SESSION_SIZE, NULL},
        {"commands", TB_ARRAY, &welcome.commands, TB_COMMANDS_MAX, NULL},
        {"limits", TB_MAP, &limits, 0, NULL},
    };
    const msgpack_object *root;
    int r = tb_body_unpack_alone(unpacker, plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK)
        r = read_limits(limits, &welcome);
    if (r == TB_OK && !session_valid(welcome.session))
        r = TB_MALFORMED;
    if (r == TB_OK)
        *ret_welcome = welcome;
    return r;
}

int tb_welcome_command_read(const msgpack_object *item, struct tb_welcome_command *ret_command)
{
    uint64_t index;
    uint64_t pool;
    struct tb_bytes name;
    struct tb_bytes handles;
    const struct tb_field fields[] = {
        {"index", TB_UINT, &index, TB_COMMANDS_MAX, NULL},
        {"name", TB_STR, &name, TB_COMMAND_MAX, NULL},
        {"pool", TB_UINT, &pool, TB_HANDLES_MAX, NULL},
        {"handles", TB_BIN, &handles, TB_HANDLES_MAX * TB_HANDLE_SIZE, NULL},
    };
    int r = tb_map_read(item, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (name.n == 0 || pool < TB_HANDLES_MIN || !tb_handles_valid(handles) ||
        handles.n < TB_HANDLES_MIN * TB_HANDLE_SIZE || handles.n > pool * TB_HANDLE_SIZE)
        return TB_MALFORMED;
    *ret_command = (struct tb_welcome_command){(uint32_t)index, name, (uint32_t)pool, handles};
    return TB_OK;
}

struct tb_seal tb_welcome_begin(struct tb_packer *packer, struct tb_buffer *out,
                                struct tb_bytes session, size_t n_commands)
{
    struct tb_seal seal = tb_body_begin(packer, out, TB_WELCOME, 0);
    tb_pack_map(packer, 3);
    tb_pack_key_str(packer, "session", session);
    tb_pack_key(packer, "limits");
    tb_pack_map(packer, 4);
    tb_pack_key_uint(packer, "frame", TB_FRAME_MAX);
    tb_pack_key_uint(packer, "in_flight", TB_SESSION_CALLS);
    tb_pack_key_uint(packer, "streams", TB_SESSION_STREAMS);
    tb_pack_key_uint(packer, "miss_per_s", TB_MISS_PER_S);
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, n_commands);
    return seal;
}

void tb_welcome_add(struct tb_packer *packer, const struct tb_welcome_command *command)
{
    tb_pack_map(packer, 4);
    tb_pack_key_uint(packer, "index", command->index);
    tb_pack_key_str(packer, "name", command->name);
    tb_pack_key_uint(packer, "pool", command->pool);
    tb_pack_key(packer, "handles");
    tb_pack_bin(packer, command->handles);
}
