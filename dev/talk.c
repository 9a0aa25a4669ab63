#include "dev/talk.h"

#include "base/wire.h"
#include "dev/connection.h"
#include "dev/document.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>

void dev_page_say(struct dev_page *page, struct tb_bytes json)
{
    uint8_t length[4];
    tb_store_u32(length, (uint32_t)json.n);
    if (!page->socket || json.n > DEV_MESSAGE_MAX)
        return;
    if (tb_buffer_append(&page->said, tb_bytes_of(length, sizeof length)) &&
        tb_buffer_append(&page->said, json))
        (void)lws_callback_on_writable(page->socket->wsi);
    else
        dev_connection_close(page->socket);
}

static void say(struct dev_page *page, json_t *message)
{
    char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    if (text)
        dev_page_say(page, tb_bytes_of_string(text));
    free(text);
}

void dev_page_say_taken(struct dev_page *page)
{
    say(page, json_pack("{ssss}", "type", "taken", "message",
                        "this view was opened elsewhere: its session is there"));
}

void dev_page_say_lost(struct dev_page *page, const char *message)
{
    say(page, json_pack("{ssss}", "type", "lost", "message", message));
}

void dev_page_renew(struct dev_page *page, struct tb_bytes bootstrap, const char *message)
{
    char text[sodium_base64_ENCODED_LEN(DEV_BOOTSTRAP_MAX, sodium_base64_VARIANT_ORIGINAL)];
    if (bootstrap.n == 0 || bootstrap.n > DEV_BOOTSTRAP_MAX) {
        dev_page_say_lost(page, message);
        return;
    }
    sodium_bin2base64(text, sizeof text, bootstrap.data, bootstrap.n,
                      sodium_base64_VARIANT_ORIGINAL);
    say(page, json_pack("{ssssss}", "type", "bootstrap", "data", text, "message",
                        "the broker was started again"));
    sodium_memzero(text, sizeof text);
}

void dev_page_say_errors(struct dev_page *page, const struct dev_errors *errors)
{
    json_t *list = json_array();
    for (size_t i = 0; i < errors->n_list; i++) {
        const struct dev_error *error = &errors->list[i];
        if (!error->warning)
            (void)json_array_append_new(list, json_pack("{sssssssi}", "code", error->code,
                                                        "message", error->message, "file",
                                                        error->file, "line", (int)error->line));
    }
    say(page, json_pack("{ssso}", "type", "errors", "list", list));
}

void dev_page_say_reload(struct dev_page *page, const char *why)
{
    say(page, json_pack("{ssss}", "type", "reload", "why", why));
}

void dev_pages_say_reload(struct dev_pages *pages, const char *why)
{
    for (struct dev_page *page = pages->first; page; page = page->next)
        dev_page_say_reload(page, why);
}

bool dev_page_hear(struct dev_page *page, struct tb_bytes untrusted_json)
{
    (void)page, (void)untrusted_json;
    return true;
}
