/* Arguments of kinds that fs alone has. Each answers the call if it returns false. */
#include "plugins/fs/commands.h"

static bool refuse(struct tb_call *call, const char *key, const char *expected)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s: expected %s", key, expected);
    return false;
}

/* JavaScript knows only floating point; 2^53 and beyond it has gaps. */
static bool whole(double number, int64_t *ret_number)
{
    static const double limit = 9007199254740992.0;
    if (!(number >= -limit && number <= limit))
        return false;
    *ret_number = (int64_t)number;
    return !((double)*ret_number < number) && !((double)*ret_number > number);
}

bool fs_read_int(struct tb_call *call, const char *key, int64_t *ret_number)
{
    const msgpack_object *value = tb_map_find(call->args.map, key);
    int64_t number = 0;
    bool good = false;
    if (value && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        good = value->via.u64 <= INT64_MAX;
        number = good ? (int64_t)value->via.u64 : 0;
    } else if (value && value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
        good = true;
        number = value->via.i64;
    } else if (value &&
               (value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64)) {
        good = whole(value->via.f64, &number);
    }
    if (!good)
        return refuse(call, key, "a whole number in range");
    *ret_number = number;
    return true;
}

/* The bytes that a list of numbers stands for, which is what JSON makes of bytes. */
static bool read_list(const msgpack_object_array *list, uint8_t room[static FS_LIST_MAX])
{
    if (list->size > FS_LIST_MAX)
        return false;
    for (uint32_t i = 0; i < list->size; i++) {
        const msgpack_object *value = &list->ptr[i];
        if (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER || value->via.u64 > UINT8_MAX)
            return false;
        room[i] = (uint8_t)value->via.u64;
    }
    return true;
}

bool fs_read_bytes(struct tb_call *call, const char *key, uint8_t room[static FS_LIST_MAX],
                   struct tb_bytes *ret_bytes)
{
    const msgpack_object *value = tb_map_find(call->args.map, key);
    if (value && value->type == MSGPACK_OBJECT_BIN) {
        *ret_bytes = tb_bytes_of(value->via.bin.ptr, value->via.bin.size);
        return true;
    }
    if (!value || value->type != MSGPACK_OBJECT_ARRAY || !read_list(&value->via.array, room))
        return refuse(call, key, "bytes");
    *ret_bytes = tb_bytes_of(room, value->via.array.size);
    return true;
}
