#include "proto/control.h"

#include "base/result.h"
#include "proto/control_frame.h"
#include "proto/plugin_frame.h"

bool tb_open_valid(const struct tb_open *open)
{
    return tb_label_valid(open->view) && tb_label_valid(open->webview) &&
           tb_origin_valid(open->origin);
}

int tb_open_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_open *ret_open)
{
    struct tb_open open = {0};
    struct tb_bytes mode;
    uint64_t id;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"view", TB_STR, &open.view, TB_LABEL_MAX, NULL},
        {"webview", TB_STR, &open.webview, TB_LABEL_MAX, NULL},
        {"origin", TB_STR, &open.origin, TB_ORIGIN_MAX, NULL},
        {"document", TB_UINT, &open.document, 0, NULL},
        {"mode", TB_STR, &mode, 16, NULL},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    bool direct = tb_bytes_are(mode, "direct");
    if ((!direct && !tb_bytes_are(mode, "relay")) || !tb_open_valid(&open))
        return TB_MALFORMED;
    open.id = (uint32_t)id;
    open.mode = direct ? TB_MODE_DIRECT : TB_MODE_RELAY;
    *ret_open = open;
    return TB_OK;
}

int tb_open_write(struct tb_buffer *out, const struct tb_open *open)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 6);
    tb_pack_key_uint(&packer, "id", open->id);
    tb_pack_key_str(&packer, "view", open->view);
    tb_pack_key_str(&packer, "webview", open->webview);
    tb_pack_key_str(&packer, "origin", open->origin);
    tb_pack_key_uint(&packer, "document", open->document);
    tb_pack_key(&packer, "mode");
    tb_pack_key(&packer, open->mode == TB_MODE_DIRECT ? "direct" : "relay");
    return tb_control_finish(&frame, &packer, TB_OPEN);
}

/* `error` of an answer. */
static int read_error(const msgpack_object *map, enum tb_code *ret_code,
                      struct tb_bytes *ret_message)
{
    struct tb_bytes code;
    const struct tb_field fields[] = {
        {"code", TB_STR, &code, 64, NULL},
        {"message", TB_STR, ret_message, TB_ERROR_MESSAGE_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    *ret_code = tb_code_of(code);
    return *ret_code == TB_CODE_NONE ? TB_MALFORMED : TB_OK;
}

static void pack_error(struct tb_packer *packer, enum tb_code code, struct tb_bytes message)
{
    tb_pack_key(packer, "error");
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "code");
    tb_pack_key(packer, tb_code_name(code));
    tb_pack_key_str(packer, "message", message);
}

int tb_opened_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_opened *ret_opened)
{
    struct tb_opened opened = {0};
    uint64_t id;
    const msgpack_object *error = NULL;
    bool has_session;
    bool has_bootstrap;
    bool has_error;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"session", TB_STR, &opened.session, 2 * TB_SESSION_SIZE, &has_session},
        {"bootstrap", TB_BIN, &opened.bootstrap, 1024, &has_bootstrap},
        {"error", TB_MAP, &error, 0, &has_error},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK && has_error)
        r = read_error(error, &opened.code, &opened.message);
    if (r != TB_OK)
        return r;
    opened.id = (uint32_t)id;
    if (has_session == has_error)
        return TB_MALFORMED;
    *ret_opened = opened;
    return TB_OK;
}

int tb_opened_write(struct tb_buffer *out, const struct tb_opened *opened)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    bool refused = opened->code != TB_CODE_NONE;
    tb_pack_map(&packer, refused || opened->bootstrap.n == 0 ? 2 : 3);
    tb_pack_key_uint(&packer, "id", opened->id);
    if (refused) {
        pack_error(&packer, opened->code, opened->message);
        return tb_control_finish(&frame, &packer, TB_OPENED);
    }
    tb_pack_key_str(&packer, "session", opened->session);
    if (opened->bootstrap.n > 0) {
        tb_pack_key(&packer, "bootstrap");
        tb_pack_bin(&packer, opened->bootstrap);
    }
    return tb_control_finish(&frame, &packer, TB_OPENED);
}

int tb_view_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_bytes *ret_view)
{
    struct tb_bytes view;
    const struct tb_field fields[] = {{"view", TB_STR, &view, TB_LABEL_MAX, NULL}};
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK)
        *ret_view = view;
    return r;
}

int tb_view_write(struct tb_buffer *out, enum tb_kind kind, struct tb_bytes view)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 1);
    tb_pack_key_str(&packer, "view", view);
    return tb_control_finish(&frame, &packer, kind);
}

int tb_alert_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_alert *ret_alert)
{
    struct tb_alert alert;
    const struct tb_field fields[] = {
        {"view", TB_STR, &alert.view, TB_LABEL_MAX, NULL},
        {"event", TB_STR, &alert.event, 64, NULL},
        {"message", TB_STR, &alert.message, TB_ERROR_MESSAGE_MAX, NULL},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK)
        *ret_alert = alert;
    return r;
}

int tb_alert_write(struct tb_buffer *out, const struct tb_alert *alert)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 3);
    tb_pack_key_str(&packer, "view", alert->view);
    tb_pack_key_str(&packer, "event", alert->event);
    tb_pack_key_str(&packer, "message", alert->message);
    return tb_control_finish(&frame, &packer, TB_ALERT);
}

int tb_reload_read(struct tb_unpacker *unpacker, struct tb_bytes body, uint32_t *ret_id)
{
    uint64_t id;
    const struct tb_field fields[] = {{"id", TB_UINT, &id, UINT32_MAX, NULL}};
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK)
        *ret_id = (uint32_t)id;
    return r;
}

int tb_reload_write(struct tb_buffer *out, uint32_t id)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 1);
    tb_pack_key_uint(&packer, "id", id);
    return tb_control_finish(&frame, &packer, TB_RELOAD);
}

static bool is_digest(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("0123456789abcdef", text.data[i], 16))
            return false;
    return text.n == TB_DIGEST_TEXT;
}

int tb_reloaded_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                     struct tb_reloaded *ret_reloaded)
{
    struct tb_reloaded reloaded = {0};
    uint64_t id;
    const msgpack_object *error = NULL;
    bool has_before;
    bool has_after;
    bool has_error;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"before", TB_STR, &reloaded.before, TB_DIGEST_TEXT, &has_before},
        {"after", TB_STR, &reloaded.after, TB_DIGEST_TEXT, &has_after},
        {"error", TB_MAP, &error, 0, &has_error},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK && has_error)
        r = read_error(error, &reloaded.code, &reloaded.message);
    if (r != TB_OK)
        return r;
    if (has_before == has_error || has_after == has_error ||
        (!has_error && !(is_digest(reloaded.before) && is_digest(reloaded.after))))
        return TB_MALFORMED;
    reloaded.id = (uint32_t)id;
    *ret_reloaded = reloaded;
    return TB_OK;
}

int tb_reloaded_write(struct tb_buffer *out, const struct tb_reloaded *reloaded)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    bool refused = reloaded->code != TB_CODE_NONE;
    tb_pack_map(&packer, refused ? 2 : 3);
    tb_pack_key_uint(&packer, "id", reloaded->id);
    if (refused) {
        pack_error(&packer, reloaded->code, reloaded->message);
        return tb_control_finish(&frame, &packer, TB_RELOADED);
    }
    tb_pack_key_str(&packer, "before", reloaded->before);
    tb_pack_key_str(&packer, "after", reloaded->after);
    return tb_control_finish(&frame, &packer, TB_RELOADED);
}

bool tb_emit_fits(const struct tb_scanner *scanner)
{
    struct tb_scan_size size = tb_scanner_size(scanner);
    return size.depth < TB_MSGPACK_DEPTH && size.nodes + TB_NODES_ADDED <= TB_MSGPACK_NODES;
}

int tb_emit_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_emit *ret_emit)
{
    struct tb_emit emit = {0};
    bool has_view;
    const struct tb_field fields[] = {
        {"view", TB_STR, &emit.view, TB_LABEL_MAX, &has_view},
        {"event", TB_STR, &emit.event, TB_EVENT_NAME_MAX, NULL},
        {"payload", TB_ANY, &emit.payload, 0, NULL},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_event_name_valid(emit.event) || (has_view && !tb_label_valid(emit.view)))
        return TB_MALFORMED;
    *ret_emit = emit;
    return TB_OK;
}

int tb_emit_begin(struct tb_buffer *out, struct tb_packer *packer, struct tb_bytes view,
                  struct tb_bytes event, size_t *ret_at)
{
    if (!tb_event_name_valid(event) || (view.n > 0 && !tb_label_valid(view)))
        return TB_MALFORMED;
    struct tb_control_frame frame = tb_control_begin(packer, out);
    tb_pack_map(packer, 2u + (view.n > 0));
    if (view.n > 0)
        tb_pack_key_str(packer, "view", view);
    tb_pack_key_str(packer, "event", event);
    tb_pack_key(packer, "payload");
    if (frame.failed || packer->failed)
        return TB_FULL;
    *ret_at = tb_buffer_n(out);
    return TB_OK;
}

int tb_emit_finish(struct tb_buffer *out, const struct tb_packer *packer, size_t at,
                   struct tb_scanner *scanner)
{
    struct tb_bytes frame = tb_buffer_bytes(out);
    struct tb_bytes body = tb_bytes_of(frame.data + TB_HEADER_SIZE, frame.n - TB_HEADER_SIZE);
    if (packer->failed || frame.n - at > TB_CHUNK_RAW_MAX)
        return TB_TOO_LARGE;
    int r = tb_scan(scanner, &tb_scan_peer, body);
    if (r != TB_OK || !tb_emit_fits(scanner))
        return r != TB_OK ? r : TB_TOO_LARGE;
    tb_frame_header(out->data + out->start, TB_EMIT, 0, body.n);
    return TB_OK;
}
