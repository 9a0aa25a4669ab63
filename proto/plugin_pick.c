#include "proto/plugin_pick.h"

#include "base/result.h"
#include "proto/plugin_frame.h"

/* The part of the path that ends at `end`. */
static bool is_name(const uint8_t *start, const uint8_t *end)
{
    size_t n = (size_t)(end - start);
    bool dots = (n == 1 || n == 2) && start[0] == '.' && start[n - 1] == '.';
    return n > 0 && !dots;
}

bool tb_pick_path_valid(struct tb_bytes path)
{
    if (path.n < 2 || path.n > TB_PICK_PATH_MAX || path.data[0] != '/' ||
        memchr(path.data, 0, path.n) || !tb_utf8_valid(path))
        return false;
    const uint8_t *end = path.data + path.n;
    for (const uint8_t *at = path.data; at < end;) {
        const uint8_t *name = at + 1;
        at = memchr(name, '/', (size_t)(end - name));
        at = at ? at : end;
        if (!is_name(name, at))
            return false;
    }
    return true;
}

bool tb_pick_kind_valid(bool folder, bool recursive)
{
    return folder || !recursive;
}

int tb_plugin_pick_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                        struct tb_plugin_pick *ret_pick)
{
    struct tb_plugin_pick pick = {0};
    uint64_t number;
    const struct tb_field fields[] = {
        {"number", TB_UINT, &number, TB_PICKS_MAX, NULL},
        {"path", TB_STR, &pick.path, TB_PICK_PATH_MAX, NULL},
        {"at", TB_STR, &pick.at, TB_PICK_AT_MAX, NULL},
        {"folder", TB_BOOL, &pick.folder, 0, NULL},
        {"recursive", TB_BOOL, &pick.recursive, 0, NULL},
        {"writable", TB_BOOL, &pick.writable, 0, NULL},
    };
    int r = tb_plugin_read_alone(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (number == 0 || !tb_pick_path_valid(pick.path) || !tb_pick_path_valid(pick.at) ||
        !tb_pick_kind_valid(pick.folder, pick.recursive))
        return TB_MALFORMED;
    pick.number = (uint32_t)number;
    *ret_pick = pick;
    return TB_OK;
}

int tb_plugin_pick_write(struct tb_buffer *out, const struct tb_plugin_pick *pick)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_PICKED);
    tb_pack_map(&packer, 6);
    tb_pack_key_uint(&packer, "number", pick->number);
    tb_pack_key_str(&packer, "path", pick->path);
    tb_pack_key_str(&packer, "at", pick->at);
    tb_pack_key_bool(&packer, "folder", pick->folder);
    tb_pack_key_bool(&packer, "recursive", pick->recursive);
    tb_pack_key_bool(&packer, "writable", pick->writable);
    return tb_plain_finish(&plain, &packer, (struct tb_bytes){0});
}
