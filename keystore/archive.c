#include "keystore/archive.h"

#include "base/wire.h"
#include "keystore/sealed.h"

#include <errno.h>

static const char line[] = "trollbridge enclave backup 1\n";

size_t tb_record_max(void)
{
    return 2 + TB_RECORD_NAME_MAX + tb_sealed_max(TB_FILE_CERTIFICATE);
}

void tb_archive_write_head(const struct tb_archive_fields *fields, struct tb_archive_head *ret_head)
{
    struct tb_writer writer = tb_writer_init(ret_head->bytes, sizeof ret_head->bytes);
    tb_write_bytes(&writer, tb_bytes_of_string(line));
    tb_write_string16(&writer, fields->app);
    tb_write_bytes(&writer, tb_bytes_of(fields->salt, sizeof fields->salt));
    tb_write_u32(&writer, fields->cost.passes);
    tb_write_u32(&writer, fields->cost.memory_kib);
    tb_write_bytes(&writer, tb_bytes_of(fields->stream, sizeof fields->stream));
    tb_assert(!writer.failed);
    ret_head->n = writer.n;
}

/* A digit other than ours behind the same words is a version of the future. */
static enum tb_damage_kind read_line(struct tb_reader *reader)
{
    size_t n = sizeof line - 1;
    size_t n_words = n - 2;
    struct tb_bytes text = tb_read_bytes(reader, n);
    if (reader->failed)
        return TB_DAMAGE_TORN;
    if (memcmp(text.data, line, n_words) != 0)
        return TB_DAMAGE_FOREIGN;
    return memcmp(text.data, line, n) == 0 ? 0 : TB_DAMAGE_VERSION;
}

enum tb_damage_kind tb_archive_read_head(struct tb_bytes untrusted_file,
                                         struct tb_archive_fields *ret_fields,
                                         struct tb_archive_head *ret_head)
{
    struct tb_archive_fields fields = {0};
    struct tb_reader reader = tb_reader_init(untrusted_file);
    enum tb_damage_kind damage = read_line(&reader);
    if (damage != 0)
        return damage;
    fields.app = tb_read_string16(&reader);
    tb_read_copy(&reader, fields.salt, sizeof fields.salt);
    fields.cost.passes = tb_read_u32(&reader);
    fields.cost.memory_kib = tb_read_u32(&reader);
    tb_read_copy(&reader, fields.stream, sizeof fields.stream);
    if (reader.failed)
        return TB_DAMAGE_TORN;
    size_t n = untrusted_file.n - reader.left;
    if (n > sizeof ret_head->bytes)
        return TB_DAMAGE_FOREIGN;
    memcpy(ret_head->bytes, untrusted_file.data, n);
    ret_head->n = n;
    *ret_fields = fields;
    return 0;
}

int tb_archive_key(const struct tb_archive_fields *fields, struct tb_bytes passphrase,
                   struct tb_key32 *ret_key)
{
    if (crypto_pwhash(ret_key->bytes, sizeof ret_key->bytes, (const char *)passphrase.data,
                      passphrase.n, fields->salt, fields->cost.passes,
                      (size_t)fields->cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return -ENOMEM;
    return 0;
}
