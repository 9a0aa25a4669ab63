/* Reading a backup: all of it is decrypted and checked before anything is done with it. */
#include "keystore/backup_read.h"
#include "base/fd.h"
#include "base/wire.h"
#include "keystore/file.h"
#include "keystore/folder.h"
#include "keystore/guarded.h"
#include "keystore/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void tb_backup_close(struct tb_backup **backup)
{
    tb_guarded_free(*backup);
    *backup = NULL;
}

size_t tb_backup_n(const struct tb_backup *backup)
{
    return backup->n;
}

/* As many bytes as there are, up to n. */
static int read_at(int fd, uint8_t *bytes, size_t n, off_t at, size_t *ret_n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(fd, bytes + done, n - done, at + (off_t)done);
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_n = done;
    return 0;
}

static int damaged(struct tb_damage *damage, enum tb_damage_kind kind, const char *name)
{
    damage->kind = kind;
    (void)snprintf(damage->file, sizeof damage->file, "%s", name);
    return TB_KEYSTORE_DAMAGED;
}

/* ---- records ---- */

/* A record's plain text. */
struct record {
    uint8_t *data; /* owned; wiped */
    size_t n;
    uint8_t tag;
};

static void record_deinit(struct record *record)
{
    if (record->data)
        sodium_memzero(record->data, record->n);
    free(record->data);
}

/* Reads the sealed bytes of the record at *at, and moves on. */
static int read_box(const struct tb_backup *backup, off_t *at, uint8_t **ret_box, size_t *ret_n,
                    struct tb_damage *damage)
{
    uint8_t length[4];
    size_t n = 0;
    int r = read_at(backup->fd, length, sizeof length, *at, &n);
    if (r < 0)
        return r;
    size_t n_box = n == sizeof length ? tb_load_u32(length) : 0;
    if (n < sizeof length)
        return damaged(damage, TB_DAMAGE_TORN, "");
    if (n_box < TB_RECORD_TAG || n_box > tb_record_max() + TB_RECORD_TAG)
        return damaged(damage, TB_DAMAGE_ALTERED, "");
    tb_cleanup(tb_bytes_free) uint8_t *box = malloc(n_box);
    if (!box)
        return -ENOMEM;
    r = read_at(backup->fd, box, n_box, *at + (off_t)sizeof length, &n);
    if (r == 0 && n < n_box)
        return damaged(damage, TB_DAMAGE_TORN, "");
    if (r < 0)
        return r;
    *at += (off_t)(sizeof length + n_box);
    *ret_box = box;
    *ret_n = n_box;
    box = NULL;
    return 0;
}

static int read_record(const struct tb_backup *backup,
                       crypto_secretstream_xchacha20poly1305_state *stream, off_t *at,
                       struct record *ret_record, struct tb_damage *damage)
{
    tb_cleanup(tb_bytes_free) uint8_t *box = NULL;
    tb_cleanup(record_deinit) struct record record = {0};
    size_t n_box;
    int r = read_box(backup, at, &box, &n_box, damage);
    if (r != 0)
        return r;
    record.n = n_box - TB_RECORD_TAG;
    record.data = malloc(record.n + 1);
    if (!record.data)
        return -ENOMEM;
    if (crypto_secretstream_xchacha20poly1305_pull(stream, record.data, NULL, &record.tag, box,
                                                   n_box, backup->head.bytes, backup->head.n) != 0)
        return damaged(damage, TB_DAMAGE_ALTERED, "");
    *ret_record = record;
    record = (struct record){0};
    return 0;
}

/* ---- files ---- */

/* Of the names that a keystore has; `file` borrows the rest from `name`. */
static bool read_name(struct tb_bytes name, struct tb_backup_file *file)
{
    static const enum tb_keystore_file kinds[] = {TB_FILE_KEY, TB_FILE_CERTIFICATE, TB_FILE_VALUE};
    struct tb_fingerprint fingerprint;
    if (name.n >= sizeof file->name || memchr(name.data, 0, name.n))
        return false;
    memcpy(file->name, name.data, name.n);
    file->name[name.n] = 0;
    file->leaf = file->name;
    file->kind = TB_FILE_SECRET;
    if (strcmp(file->name, "secret") == 0)
        return true;
    struct tb_bytes leaf = name;
    struct tb_bytes folder = tb_bytes_cut(&leaf, '/');
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds); i++) {
        if (!tb_bytes_are(folder, tb_folder_name(kinds[i])))
            continue;
        file->kind = kinds[i];
        file->leaf = file->name + folder.n + 1;
        return tb_keystore_leaf(file->kind, file->leaf, &fingerprint);
    }
    return false;
}

bool tb_backup_file_read(struct tb_bytes record, struct tb_backup_file *ret_file)
{
    struct tb_reader reader = tb_reader_init(record);
    struct tb_bytes name = tb_read_string16(&reader);
    ret_file->bytes = tb_read_bytes(&reader, reader.left);
    return !reader.failed && read_name(name, ret_file);
}

/* Behind the last record, which is empty, there is nothing: it was put there by somebody else. */
static int check_end(const struct tb_backup *backup, const struct record *last, off_t at,
                     struct tb_damage *damage)
{
    uint8_t more;
    size_t n = 0;
    int r = read_at(backup->fd, &more, 1, at, &n);
    if (r == 0 && (n > 0 || last->n > 0))
        return damaged(damage, TB_DAMAGE_ALTERED, "");
    return r;
}

/* One record; `ret_last`: it was the end. */
static int read_one(const struct tb_backup *backup,
                    crypto_secretstream_xchacha20poly1305_state *stream, off_t *at,
                    tb_backup_sink sink, void *data, bool *ret_last, struct tb_damage *damage)
{
    tb_cleanup(record_deinit) struct record record = {0};
    struct tb_backup_file file;
    int r = read_record(backup, stream, at, &record, damage);
    if (r != 0)
        return r;
    *ret_last = record.tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (*ret_last)
        return check_end(backup, &record, *at, damage);
    if (!tb_backup_file_read(tb_bytes_of(record.data, record.n), &file))
        return damaged(damage, TB_DAMAGE_FOREIGN, "");
    return sink(data, &file, damage);
}

int tb_backup_each(const struct tb_backup *backup, tb_backup_sink sink, void *data,
                   struct tb_damage *damage)
{
    crypto_secretstream_xchacha20poly1305_state stream;
    off_t at = (off_t)backup->head.n;
    bool is_last = false;
    int r = crypto_secretstream_xchacha20poly1305_init_pull(&stream, backup->stream,
                                                            backup->key.bytes) == 0
                ? 0
                : -EINVAL;
    while (r == 0 && !is_last)
        r = read_one(backup, &stream, &at, sink, data, &is_last, damage);
    sodium_memzero(&stream, sizeof stream);
    return r;
}

/* ---- checking ---- */

struct check {
    struct tb_backup *backup;
    struct tb_own *own; /* guarded memory */
    struct tb_bytes app;
    size_t n;
};

static void check_deinit(struct check *check)
{
    tb_guarded_free(check->own);
}

/* The first is the secret that all others are sealed under. */
static int check_file(void *data, const struct tb_backup_file *file, struct tb_damage *damage)
{
    struct check *check = data;
    struct tb_sealed sealed;
    struct tb_place place = {file->kind, check->app, tb_bytes_of_string(file->name)};
    if ((file->kind == TB_FILE_SECRET) != (check->n == 0))
        return damaged(damage, TB_DAMAGE_FOREIGN, file->name);
    enum tb_damage_kind kind = file->bytes.n > tb_sealed_max(file->kind)
                                   ? TB_DAMAGE_TOO_LARGE
                                   : tb_sealed_parse(file->bytes, &sealed);
    if (kind == 0 && check->n == 0) {
        if (sealed.payload.n != TB_OWN_SIZE)
            return damaged(damage, TB_DAMAGE_ALTERED, file->name);
        memcpy(check->own->secret, sealed.payload.data, TB_OWN_SIZE);
        tb_own_derive(check->own);
    }
    if (kind == 0)
        kind = tb_sealed_check(&sealed, check->own, &place);
    check->n++;
    return kind == 0 ? 0 : damaged(damage, kind, file->name);
}

static int check_records(struct tb_backup *backup, struct tb_bytes app, struct tb_damage *damage)
{
    void *own;
    tb_cleanup(check_deinit) struct check check = {.backup = backup, .app = app};
    int r = tb_guarded_new(sizeof *check.own, &own);
    if (r < 0)
        return r;
    check.own = own;
    r = tb_backup_each(backup, check_file, &check, damage);
    if (r == TB_KEYSTORE_DAMAGED && check.n == 0 && damage->kind == TB_DAMAGE_ALTERED &&
        damage->file[0] == 0)
        return TB_KEYSTORE_WRONG;
    if (r == 0 && check.n == 0)
        return damaged(damage, TB_DAMAGE_FOREIGN, "");
    backup->n = check.n;
    return r;
}

/* ---- opening ---- */

static int read_head(struct tb_backup *backup, struct tb_bytes app, struct tb_bytes passphrase,
                     struct tb_damage *damage)
{
    uint8_t bytes[TB_ARCHIVE_HEAD_MAX];
    struct tb_archive_fields fields;
    size_t n = 0;
    int r = read_at(backup->fd, bytes, sizeof bytes, 0, &n);
    if (r < 0)
        return r;
    enum tb_damage_kind kind = tb_archive_read_head(tb_bytes_of(bytes, n), &fields, &backup->head);
    if (kind != 0)
        return damaged(damage, kind, "");
    if (!tb_bytes_equal(fields.app, app))
        return damaged(damage, TB_DAMAGE_SWAPPED, "");
    if (!tb_wrap_cost_valid(&fields.cost))
        return TB_KEYSTORE_INVALID;
    memcpy(backup->stream, fields.stream, sizeof backup->stream);
    return tb_archive_key(&fields, passphrase, &backup->key);
}

int tb_backup_open(int fd, struct tb_bytes app, struct tb_bytes passphrase,
                   struct tb_damage *ret_damage, struct tb_backup **ret_backup)
{
    void *memory;
    int r = tb_guarded_new(sizeof(struct tb_backup), &memory);
    if (r < 0)
        return r;
    tb_cleanup(tb_backup_close) struct tb_backup *backup = memory;
    backup->fd = fd;
    r = read_head(backup, app, passphrase, ret_damage);
    if (r == 0)
        r = check_records(backup, app, ret_damage);
    if (r != 0)
        return r;
    *ret_backup = backup;
    backup = NULL;
    return 0;
}
