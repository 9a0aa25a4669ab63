#include "dev/records.h"

#include "base/result.h"
#include "dev/logs.h"

#include <errno.h>
#include <stdlib.h>

struct session {
    char name[DEV_SESSION_HEX + 1];
    uint64_t n_seen; /* number of the last record that was told */
    size_t first;    /* where the oldest is */
    size_t n;
    struct dev_record *ring[DEV_RECORDS_MAX];
};

struct dev_records {
    struct dev_logs logs;
    void (*told)(void *data, const char *session, const struct dev_record *record);
    void *data;
    size_t n;
    struct session *list[DEV_SESSIONS_MAX]; /* in the order in which they were named */
};

static void session_free(struct session *session)
{
    for (size_t i = 0; i < session->n; i++)
        dev_record_free(session->ring[(session->first + i) % DEV_RECORDS_MAX]);
    free(session);
}

static struct session *find(const struct dev_records *records, const char *name)
{
    for (size_t i = 0; i < records->n; i++)
        if (strcmp(records->list[i]->name, name) == 0)
            return records->list[i];
    return NULL;
}

/* Consumes the record. */
static void keep(struct session *session, struct dev_record *record)
{
    size_t at = (session->first + session->n) % DEV_RECORDS_MAX;
    if (session->n == DEV_RECORDS_MAX) {
        dev_record_free(session->ring[at]);
        session->first = (session->first + 1) % DEV_RECORDS_MAX;
    } else {
        session->n++;
    }
    session->ring[at] = record;
}

static void on_line(void *data, struct tb_bytes untrusted_line)
{
    struct dev_records *records = data;
    char name[DEV_SESSION_HEX + 1];
    struct dev_record *record;
    if (!dev_record_session(untrusted_line, name) || !find(records, name) ||
        dev_record_read(untrusted_line, name, &record) != TB_OK)
        return;
    struct session *session = find(records, name);
    /* A log that was moved away and back is read again. */
    if (!session || record->n <= session->n_seen) {
        dev_record_free(record);
        return;
    }
    session->n_seen = record->n;
    keep(session, record);
    records->told(records->data, name, record);
}

int dev_records_new(const char *path,
                    void (*told)(void *data, const char *session, const struct dev_record *record),
                    void *data, struct dev_records **ret_records)
{
    struct dev_records *records = calloc(1, sizeof *records);
    int r = records ? dev_logs_init(&records->logs, path, on_line, records) : -ENOMEM;
    if (r < 0) {
        free(records);
        return r;
    }
    records->told = told;
    records->data = data;
    *ret_records = records;
    return 0;
}

void dev_records_free(struct dev_records *records)
{
    if (!records)
        return;
    for (size_t i = 0; i < records->n; i++)
        session_free(records->list[i]);
    dev_logs_deinit(&records->logs);
    free(records);
}

int dev_records_fd(const struct dev_records *records)
{
    return records->logs.inotify;
}

int dev_records_read(struct dev_records *records)
{
    return dev_logs_read(&records->logs);
}

static bool is_name(const char *untrusted_session)
{
    return strlen(untrusted_session) == DEV_SESSION_HEX &&
           strspn(untrusted_session, "0123456789abcdef") == DEV_SESSION_HEX;
}

int dev_records_name(struct dev_records *records, const char *untrusted_session)
{
    if (!is_name(untrusted_session))
        return TB_MALFORMED;
    if (find(records, untrusted_session))
        return TB_OK;
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return -ENOMEM;
    memcpy(session->name, untrusted_session, DEV_SESSION_HEX);
    if (records->n == DEV_SESSIONS_MAX)
        dev_records_forget(records, records->list[0]->name);
    records->list[records->n++] = session;
    return TB_OK;
}

void dev_records_forget(struct dev_records *records, const char *session)
{
    size_t n = 0;
    struct session *found = find(records, session);
    if (!found)
        return;
    for (size_t i = 0; i < records->n; i++)
        if (records->list[i] != found)
            records->list[n++] = records->list[i];
    records->n = n;
    session_free(found);
}

size_t dev_records_last(const struct dev_records *records, const char *session,
                        const struct dev_record *ret_list[static DEV_RECORDS_MAX])
{
    const struct session *found = find(records, session);
    size_t n = found ? found->n : 0;
    for (size_t i = 0; i < n; i++)
        ret_list[i] = found->ring[(found->first + i) % DEV_RECORDS_MAX];
    return n;
}
