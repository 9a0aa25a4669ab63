/* messages.json: each reader's result becomes JSON as the vectors show it, and is compared with
 * them. */
#include "tests/unit/vector_messages.h"

#include "base/result.h"
#include "endpoint/commands.h"
#include "proto/stream.h"

/* args and values: compared as msgpack values, since the reader's bytes are not kept. */
static void check_value(const json_t *vector, const char *member, const msgpack_object *value,
                        struct tb_unpacker *expected)
{
    const msgpack_object *root;
    const json_t *fields = json_object_get(vector, "fields");
    int r = tb_unpack(expected, &tb_scan_peer, vector_bytes(fields, member), &root);
    VECTOR_CHECK(vector, r == TB_OK);
    vector_check(vector, msgpack_object_equal(*root, *value), member);
}

static void check_fields(const json_t *vector, json_t *found)
{
    char *text = json_dumps(found, JSON_SORT_KEYS);
    vector_check(vector, json_equal(found, json_object_get(vector, "fields")), text);
    free(text);
    json_decref(found);
}

static void add(json_t *map, const char *key, uint64_t number)
{
    json_object_set_new(map, key, json_integer((json_int_t)number));
}

static void add_text(json_t *map, const char *key, struct tb_bytes text)
{
    json_object_set_new(map, key, json_stringn((const char *)text.data, text.n));
}

static json_t *hex(const uint8_t *handle)
{
    char text[2 * TB_HANDLE_SIZE + 1];
    tb_hex(handle, TB_HANDLE_SIZE, text);
    return json_string(text);
}

static json_t *handle_list(struct tb_bytes handles)
{
    json_t *list = json_array();
    for (size_t at = 0; at < handles.n; at += TB_HANDLE_SIZE)
        json_array_append_new(list, hex(handles.data + at));
    return list;
}

/* An `args` or `value` that the vector shows, checked already. */
static void copy_shown(json_t *map, const json_t *vector, const char *key)
{
    json_object_set(map, key, json_object_get(json_object_get(vector, "fields"), key));
}

static int on_call(const json_t *vector, const struct tb_plaintext *plaintext,
                   struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_call call;
    int r = tb_call_read(unpacker, plaintext, &call);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    check_value(vector, "args", call.args, expected);
    copy_shown(found, vector, "args");
    if (call.has_raw)
        add(found, "bytes", call.raw.n);
    if (call.more)
        json_object_set_new(found, "more", json_true());
    check_fields(vector, found);
    return r;
}

static json_t *error_json(const struct tb_error *error)
{
    json_t *map = json_object();
    add_text(map, "code", tb_bytes_of_string(tb_code_name(error->code)));
    add_text(map, "message", error->message);
    add_text(map, "command", error->command);
    if (error->retry_ms)
        add(map, "retry_ms", error->retry_ms);
    if (error->sys_errno)
        add(map, "errno", (uint64_t)error->sys_errno);
    return map;
}

static int on_reply(const json_t *vector, const struct tb_plaintext *plaintext,
                    struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    static const char *const types[] = {"value", "bytes", "error"};
    struct tb_reply reply;
    int r = tb_reply_read(unpacker, plaintext, &reply);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add_text(found, "type", tb_bytes_of_string(types[reply.type]));
    if (reply.type == TB_REPLY_VALUE) {
        check_value(vector, "value", reply.value, expected);
        copy_shown(found, vector, "value");
    }
    if (reply.type == TB_REPLY_BYTES)
        add(found, "bytes", reply.raw.n);
    if (reply.has_total)
        add(found, "total", reply.total);
    if (reply.type == TB_REPLY_ERROR)
        json_object_set_new(found, "error", error_json(&reply.error));
    if (reply.has_next)
        json_object_set_new(found, "next", hex(reply.next.bytes));
    check_fields(vector, found);
    return r;
}

static json_t *command_json(const struct tb_welcome_command *command)
{
    json_t *map = json_object();
    add(map, "index", command->index);
    add_text(map, "name", command->name);
    add(map, "pool", command->pool);
    json_object_set_new(map, "handles", handle_list(command->handles));
    return map;
}

/* Between commands (positions, names) tb_commands_init judges; it is part of reading WELCOME. */
static int read_commands(const msgpack_object *array, json_t *list)
{
    struct tb_commands commands;
    int r = tb_commands_init(&commands, array);
    tb_commands_deinit(&commands);
    for (uint32_t i = 0; r == TB_OK && i < array->via.array.size; i++) {
        struct tb_welcome_command command;
        r = tb_welcome_command_read(&array->via.array.ptr[i], &command);
        if (r == TB_OK)
            json_array_append_new(list, command_json(&command));
    }
    return r;
}

static int on_welcome(const json_t *vector, const struct tb_plaintext *plaintext,
                      struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_welcome welcome;
    json_t *commands = json_array();
    (void)expected;
    int r = tb_welcome_read(unpacker, plaintext, &welcome);
    if (r == TB_OK)
        r = read_commands(welcome.commands, commands);
    if (r != TB_OK || !vector_ok(vector)) {
        json_decref(commands);
        return r;
    }
    json_t *limits = json_object();
    add(limits, "frame", welcome.frame);
    add(limits, "in_flight", welcome.in_flight);
    add(limits, "streams", welcome.streams);
    add(limits, "miss_per_s", welcome.miss_per_s);
    json_t *found = json_object();
    add_text(found, "session", welcome.session);
    json_object_set_new(found, "commands", commands);
    json_object_set_new(found, "limits", limits);
    check_fields(vector, found);
    return r;
}

static int on_cancel(const json_t *vector, const struct tb_plaintext *plaintext,
                     struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    (void)expected;
    int r = tb_empty_read(unpacker, plaintext);
    if (r == TB_OK && vector_ok(vector))
        check_fields(vector, json_object());
    return r;
}

static int on_want(const json_t *vector, const struct tb_plaintext *plaintext,
                   struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_want want;
    (void)expected;
    int r = tb_want_read(unpacker, plaintext, &want);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add(found, "command", want.command);
    add(found, "count", want.count);
    check_fields(vector, found);
    return r;
}

static int on_handles(const json_t *vector, const struct tb_plaintext *plaintext,
                      struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_handles message;
    (void)expected;
    int r = tb_handles_read(unpacker, plaintext, &message);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add(found, "command", message.command);
    json_object_set_new(found, "handles", handle_list(message.handles));
    check_fields(vector, found);
    return r;
}

static int on_miss(const json_t *vector, const struct tb_plaintext *plaintext,
                   struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_miss miss;
    (void)expected;
    int r = tb_miss_read(unpacker, plaintext, &miss);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add_text(found, "name", miss.name);
    if (miss.count)
        add(found, "count", miss.count);
    check_fields(vector, found);
    return r;
}

static int on_part(const json_t *vector, const struct tb_plaintext *plaintext,
                   struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_part part;
    (void)expected;
    int r = tb_part_read(unpacker, plaintext, &part);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add(found, "bytes", part.raw.n);
    if (part.last)
        json_object_set_new(found, "last", json_true());
    check_fields(vector, found);
    return r;
}

static int on_chunk(const json_t *vector, const struct tb_plaintext *plaintext,
                    struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    static const char *const types[] = {"value", "message", "bytes"};
    struct tb_chunk chunk;
    int r = tb_chunk_read(unpacker, plaintext, &chunk);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add_text(found, "type", tb_bytes_of_string(types[chunk.type]));
    if (chunk.type == TB_CHUNK_BYTES) {
        add(found, "bytes", chunk.raw.n);
    } else {
        check_value(vector, types[chunk.type], chunk.value, expected);
        copy_shown(found, vector, types[chunk.type]);
    }
    if (chunk.has_channel)
        add(found, "channel", chunk.channel);
    if (chunk.has_next)
        json_object_set_new(found, "next", hex(chunk.next.bytes));
    check_fields(vector, found);
    return r;
}

static int on_credit(const json_t *vector, const struct tb_plaintext *plaintext,
                     struct tb_unpacker *unpacker, struct tb_unpacker *expected)
{
    struct tb_credit credit;
    (void)expected;
    int r = tb_credit_read(unpacker, plaintext, &credit);
    if (r != TB_OK || !vector_ok(vector))
        return r;
    json_t *found = json_object();
    add(found, "bytes", credit.bytes);
    if (credit.has_next)
        json_object_set_new(found, "next", hex(credit.next.bytes));
    check_fields(vector, found);
    return r;
}

static const struct {
    const char *kind;
    int (*read)(const json_t *vector, const struct tb_plaintext *plaintext,
                struct tb_unpacker *unpacker, struct tb_unpacker *expected);
} readers[] = {{"CALL", on_call},
               {"REPLY", on_reply},
               {"WELCOME", on_welcome},
               {"CANCEL", on_cancel},
               {"WANT", on_want},
               {"HANDLES", on_handles},
               {"MISS", on_miss},
               {"CHUNK_from_endpoint", on_part},
               {"CHUNK_from_broker", on_chunk},
               {"CREDIT", on_credit}};

void vector_message(const json_t *vector, struct tb_unpacker *unpacker,
                    struct tb_unpacker *expected)
{
    static uint8_t raw[TB_CHUNK_RAW_MAX + 1];
    const char *kind = vector_text(vector, "kind");
    size_t n_raw = (size_t)json_integer_value(json_object_get(vector, "raw"));
    VECTOR_CHECK(vector, n_raw <= sizeof raw);
    const struct tb_plaintext plaintext = {.text = vector_bytes(vector, "msgpack"),
                                           .raw = tb_bytes_of(raw, n_raw)};
    for (size_t i = 0; i < TB_ARRAY_LEN(readers); i++) {
        if (strcmp(kind, readers[i].kind) != 0)
            continue;
        int r = readers[i].read(vector, &plaintext, unpacker, expected);
        VECTOR_CHECK(vector, (r == TB_OK) == vector_ok(vector) && r >= 0);
        return;
    }
    vector_check(vector, false, "a known `kind`");
}
