#include "endpoint/webkitgtk/link.h"

#include "base/result.h"
#include "endpoint/webkitgtk/source.h"

struct tb_web_link *tb_web_link_new(int fd)
{
    struct tb_endpoint *endpoint = tb_endpoint_new(fd, (struct tb_bytes){0});
    if (!endpoint)
        return NULL;
    struct tb_web_link *link = g_new0(struct tb_web_link, 1);
    g_ref_count_init(&link->refs);
    link->endpoint = endpoint;
    tb_web_script_init(&link->script);
    if (tb_web_calls_init(&link->calls) != TB_OK) {
        tb_web_link_unref(link);
        return NULL;
    }
    link->source = tb_web_source_new(link, tb_endpoint_fd(endpoint));
    return link;
}

struct tb_web_link *tb_web_link_ref(struct tb_web_link *link)
{
    g_ref_count_inc(&link->refs);
    return link;
}

void tb_web_link_unref(struct tb_web_link *link)
{
    if (!g_ref_count_dec(&link->refs))
        return;
    tb_web_link_end(link);
    tb_web_calls_deinit(&link->calls);
    tb_web_script_deinit(&link->script);
    g_free(link);
}

static void drop(struct tb_web_link **link)
{
    g_clear_pointer(link, tb_web_link_unref);
}

/* The source goes first: it must not watch a number that another descriptor gets. */
static void close_socket(struct tb_web_link *link)
{
    struct tb_endpoint *endpoint = g_steal_pointer(&link->endpoint);
    if (link->source)
        g_source_destroy(link->source);
    g_clear_pointer(&link->source, g_source_unref);
    tb_endpoint_free(endpoint);
}

void tb_web_link_end(struct tb_web_link *link)
{
    tb_web_script_detach(&link->script);
    if (link->lost == TB_CODE_NONE)
        link->lost = TB_CODE_SESSION_CLOSED;
    close_socket(link);
    /* Who is busy has a queue in hand, and fails what waits when it is through. */
    if (!link->busy)
        tb_web_calls_fail(link);
}

/* ---- the end, as the broker or the socket brings it ---- */

static void tell_end(struct tb_web_link *link, int code)
{
    if (link->lost == TB_CODE_VIOLATION)
        tb_web_script_ended(&link->script, "endpoint", TB_CLOSE_VIOLATION,
                            "the broker broke the protocol");
    else if (code >= 0)
        tb_web_script_ended(&link->script, "broker", code, tb_close_name((uint32_t)code));
    else
        tb_web_script_ended(&link->script, "link", -1, "the link has ended");
}

static void lose(struct tb_web_link *link)
{
    link->lost = tb_endpoint_broken(link->endpoint) ? TB_CODE_VIOLATION : TB_CODE_SESSION_CLOSED;
    int code = tb_endpoint_close_code(link->endpoint);
    close_socket(link);
    tb_web_calls_fail(link);
    tell_end(link, code);
}

/* ---- what comes ---- */

static void go_on(struct tb_web_link *link)
{
    if (!link->is_ready && tb_web_script_attached(&link->script) &&
        tb_endpoint_ready(link->endpoint)) {
        link->is_ready = true;
        tb_web_script_ready(&link->script, link->endpoint);
        tb_web_calls_begin(link);
    }
    tb_web_calls_pump(link);
}

void tb_web_link_read(struct tb_web_link *link)
{
    tb_cleanup(drop) struct tb_web_link *held = tb_web_link_ref(link);
    held->busy = true;
    int r = tb_endpoint_dispatch(held->endpoint, false);
    /* A handler may have ended the link: then the endpoint is gone. */
    if (held->endpoint && r == TB_CLOSED)
        lose(held);
    else if (held->endpoint)
        go_on(held);
    held->busy = false;
    if (!held->endpoint)
        tb_web_calls_fail(held);
    tb_web_link_flush(held);
}

void tb_web_link_attached(struct tb_web_link *link)
{
    if (link->source)
        tb_web_source_wake(link->source, 0);
}

void tb_web_link_flush(struct tb_web_link *link)
{
    if (link->busy || !link->endpoint)
        return;
    int r = tb_endpoint_flush(link->endpoint);
    tb_web_source_want_out(link->source, r == TB_AGAIN);
    if (link->calls.by_id && g_hash_table_size(link->calls.by_id) > 0)
        tb_web_source_expect(link->source);
    if (tb_endpoint_misses_wait(link->endpoint))
        tb_web_source_wake(link->source, G_USEC_PER_SEC);
    if (r == TB_OK)
        tb_web_calls_drained(link);
}

void tb_web_link_miss(struct tb_web_link *link, struct tb_bytes name)
{
    (void)tb_endpoint_miss(link->endpoint, name);
    tb_web_source_wake(link->source, G_USEC_PER_SEC);
}
