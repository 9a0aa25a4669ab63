/* Writing a backup. */
#include "keystore/backup.h"

#include "base/fd.h"
#include "base/wire.h"
#include "keystore/archive.h"
#include "keystore/file.h"
#include "keystore/wrap.h"

#include <errno.h>
#include <stdlib.h>

struct backup {
    struct tb_keystore *keystore;
    int fd;
    struct tb_archive_head head;
    crypto_secretstream_xchacha20poly1305_state stream;
    void (*left_out)(void *data, const struct tb_damage *damage);
    void *data;
    size_t n;
};

static void wipe(struct backup *backup)
{
    sodium_memzero(backup, sizeof *backup);
}

/* ---- records ---- */

/* Length, then the box. */
static int write_record(struct backup *backup, struct tb_bytes plain, uint8_t tag)
{
    size_t n = plain.n + TB_RECORD_TAG;
    tb_cleanup(tb_bytes_free) uint8_t *record = malloc(4 + n);
    if (!record)
        return -ENOMEM;
    tb_store_u32(record, (uint32_t)n);
    crypto_secretstream_xchacha20poly1305_push(&backup->stream, record + 4, NULL, plain.data,
                                               plain.n, backup->head.bytes, backup->head.n, tag);
    return tb_fd_write_all(backup->fd, tb_bytes_of(record, 4 + n));
}

static int write_file(struct backup *backup, const char *name, struct tb_bytes bytes)
{
    struct tb_bytes text = tb_bytes_of_string(name);
    size_t cap = 2 + text.n + bytes.n;
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {.data = malloc(cap)};
    if (!draft.data)
        return -ENOMEM;
    draft.writer = tb_writer_init(draft.data, cap);
    tb_write_string16(&draft.writer, text);
    tb_write_bytes(&draft.writer, bytes);
    backup->n++;
    return write_record(backup, tb_file_draft_bytes(&draft),
                        crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
}

/* `secret` comes first, as the visit has it. */
static int add_file(void *data, const struct tb_keystore_entry *entry)
{
    struct backup *backup = data;
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    if (entry->damage.kind != 0) {
        backup->left_out(backup->data, &entry->damage);
        return 0;
    }
    if (entry->kind == TB_FILE_ATTEMPTS || entry->kind == TB_FILE_PENDING)
        return 0;
    const char *slash = strchr(entry->damage.file, '/');
    const char *leaf = slash ? slash + 1 : entry->damage.file;
    int r = tb_file_read(backup->keystore, entry->kind, leaf, &file);
    return r == 0 ? write_file(backup, entry->damage.file, tb_bytes_of(file.data, file.n)) : r;
}

/* ---- the whole ---- */

static int begin(struct backup *backup, struct tb_bytes passphrase, const struct tb_wrap_cost *cost)
{
    tb_wiped_key key;
    struct tb_archive_fields fields = {.app = tb_keystore_app(backup->keystore), .cost = *cost};
    backup->keystore->random(fields.salt, sizeof fields.salt);
    int r = tb_archive_key(&fields, passphrase, &key);
    if (r < 0)
        return r;
    crypto_secretstream_xchacha20poly1305_init_push(&backup->stream, fields.stream, key.bytes);
    tb_archive_write_head(&fields, &backup->head);
    return tb_fd_write_all(backup->fd, tb_bytes_of(backup->head.bytes, backup->head.n));
}

int tb_backup_write(struct tb_keystore *keystore, int fd, struct tb_bytes passphrase,
                    const struct tb_wrap_cost *cost,
                    void (*left_out)(void *data, const struct tb_damage *damage), void *data,
                    size_t *ret_n)
{
    tb_cleanup(wipe) struct backup backup = {
        .keystore = keystore, .fd = fd, .left_out = left_out, .data = data};
    int r = tb_wrap_cost_valid(cost) ? begin(&backup, passphrase, cost) : TB_KEYSTORE_INVALID;
    if (r == 0)
        r = tb_keystore_visit(keystore, add_file, &backup);
    if (r == 0)
        r = write_record(&backup, (struct tb_bytes){0},
                         crypto_secretstream_xchacha20poly1305_TAG_FINAL);
    if (r == 0)
        *ret_n = backup.n;
    return r;
}
