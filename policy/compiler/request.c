#include "policy/compiler/request.h"

#include "base/result.h"
#include "base/wire.h"
#include "policy/compiler/label.h"

int tb_request_read(struct tb_bytes text, struct tb_request *ret_request)
{
    struct tb_reader reader = tb_reader_init(text);
    struct tb_request request = {0};
    request.view = tb_read_string16(&reader);
    request.webview = tb_read_string16(&reader);
    request.origin = tb_read_string16(&reader);
    if (!tb_reader_done(&reader) || !tb_label_valid(request.view) ||
        !tb_label_valid(request.webview) || request.origin.n == 0 ||
        request.origin.n > TB_ORIGIN_MAX || !tb_utf8_valid(request.origin))
        return TB_MALFORMED;
    *ret_request = request;
    return TB_OK;
}

static bool any_matches(const msgpack_object *globs, struct tb_bytes label)
{
    for (uint32_t i = 0; i < globs->via.array.size; i++)
        if (tb_label_glob_matches(tb_object_bytes(&globs->via.array.ptr[i]), label))
            return true;
    return false;
}

bool tb_context_matches(const struct tb_snap_capability *capability, size_t context,
                        const struct tb_origin *origin)
{
    if (context == 0)
        return origin->local && capability->local;
    const msgpack_object *url = &capability->urls->via.array.ptr[context - 1];
    return tb_origin_matches(origin, tb_object_bytes(url));
}

bool tb_capability_has_origin(const struct tb_snap_capability *capability,
                              const struct tb_origin *origin)
{
    for (size_t i = 0; i <= capability->urls->via.array.size; i++)
        if (tb_context_matches(capability, i, origin))
            return true;
    return false;
}

bool tb_capability_has_view(const struct tb_snap_capability *capability,
                            const struct tb_request *request)
{
    return any_matches(capability->windows, request->view) ||
           any_matches(capability->webviews, request->webview);
}

static bool has_pattern(const msgpack_object *urls, struct tb_bytes text)
{
    for (uint32_t i = 0; i < urls->via.array.size; i++)
        if (tb_bytes_equal(tb_object_bytes(&urls->via.array.ptr[i]), text))
            return true;
    return false;
}

/* A pattern is not the app's own page, whatever it reads like. */
static bool speaks_of(const struct tb_snap_capability *capability, const struct tb_request *request,
                      const struct tb_origin *origin)
{
    if (request->pattern.n == 0)
        return tb_capability_has_origin(capability, origin);
    return has_pattern(capability->urls, request->pattern) ||
           (!origin->local && tb_capability_has_origin(capability, origin));
}

bool tb_capability_holds(const struct tb_snap_capability *capability,
                         const struct tb_request *request, const struct tb_origin *origin)
{
    return tb_capability_has_view(capability, request) && speaks_of(capability, request, origin);
}
