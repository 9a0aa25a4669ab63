#include "broker/listener.h"

#include <stdlib.h>

struct tb_late_event {
    struct tb_late_event *next;
    uint32_t n_payload;
    uint32_t n_source;
    uint8_t bytes[]; /* payload, source */
};

static void copy_text(char *to, size_t cap, struct tb_bytes text)
{
    tb_assert(text.n < cap);
    if (text.n > 0)
        memcpy(to, text.data, text.n);
    to[text.n] = 0;
}

struct tb_listener *tb_listener_new(struct tb_bytes event, const struct tb_target *target)
{
    struct tb_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return NULL;
    copy_text(listener->event, sizeof listener->event, event);
    copy_text(listener->label, sizeof listener->label, target->label);
    listener->kind = target->kind;
    return listener;
}

static size_t size_of(const struct tb_late_event *event)
{
    return sizeof *event + event->n_payload + event->n_source;
}

static void drop_first(struct tb_listener *listener)
{
    struct tb_late_event *event = listener->first;
    listener->n_waiting -= size_of(event);
    listener->first = event->next;
    if (!listener->first)
        listener->last = NULL;
    free(event);
}

void tb_listener_free(struct tb_listener *listener)
{
    while (listener && listener->first)
        drop_first(listener);
    free(listener);
}

bool tb_listener_hears(const struct tb_listener *listener, struct tb_bytes event,
                       const struct tb_target *to)
{
    const struct tb_target at = {listener->kind, tb_bytes_of_string(listener->label)};
    return tb_bytes_are(event, listener->event) && tb_target_matches(to, &at);
}

static void lose(struct tb_listener *listener)
{
    listener->n_lost += listener->n_lost < UINT32_MAX;
}

static struct tb_late_event *make(struct tb_bytes payload, struct tb_bytes source)
{
    struct tb_late_event *event = malloc(sizeof *event + payload.n + source.n);
    if (!event)
        return NULL;
    *event =
        (struct tb_late_event){.n_payload = (uint32_t)payload.n, .n_source = (uint32_t)source.n};
    memcpy(event->bytes, payload.data, payload.n);
    if (source.n > 0)
        memcpy(event->bytes + payload.n, source.data, source.n);
    return event;
}

static void append(struct tb_listener *listener, struct tb_late_event *event)
{
    *(listener->last ? &listener->last->next : &listener->first) = event;
    listener->last = event;
    listener->n_waiting += size_of(event);
}

void tb_listener_wait(struct tb_listener *listener, struct tb_bytes payload, struct tb_bytes source,
                      size_t room)
{
    size_t size = sizeof(struct tb_late_event) + payload.n + source.n;
    size_t most = room < TB_EVENTS_WAITING ? room : TB_EVENTS_WAITING;
    while (listener->first && listener->n_waiting + size > most) {
        drop_first(listener);
        lose(listener);
    }
    struct tb_late_event *event = size <= room ? make(payload, source) : NULL;
    if (event)
        append(listener, event);
    else
        lose(listener);
}

struct tb_event_message tb_listener_message(const struct tb_listener *listener,
                                            struct tb_bytes payload, struct tb_bytes source)
{
    return (struct tb_event_message){
        .event = tb_bytes_of_string(listener->event),
        .id = listener->id,
        .payload = payload,
        .source = source,
        .lost = listener->n_lost,
    };
}

bool tb_listener_first(const struct tb_listener *listener, struct tb_event_message *ret_message)
{
    const struct tb_late_event *event = listener->first;
    if (!event)
        return false;
    *ret_message =
        tb_listener_message(listener, tb_bytes_of(event->bytes, event->n_payload),
                            tb_bytes_of(event->bytes + event->n_payload, event->n_source));
    return true;
}

void tb_listener_sent_first(struct tb_listener *listener)
{
    drop_first(listener);
    listener->n_lost = 0;
}
