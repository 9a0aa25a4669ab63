/*
 * A keystore's file and a backup, and what is sealed in them: as they came, and with the right code
 * at the end, so that what is behind it is reached. What is taken as whole is made of exactly its
 * parts.
 */
#include "base/fd.h"
#include "keystore/archive.h"
#include "keystore/attempts.h"
#include "keystore/backup_read.h"
#include "keystore/certificate.h"
#include "keystore/pending.h"
#include "keystore/value.h"
#include "keystore/wrap.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static struct tb_own own = {.secret = {1}};

static bool is_read(const struct tb_sealed *sealed)
{
    struct tb_wrapping wrapping;
    uint32_t failures;
    uint64_t last_s;
    switch (sealed->place.kind) {
    case TB_FILE_KEY:
        return tb_wrapping_read(sealed, &wrapping) && tb_wrap_cost_valid(&wrapping.cost) &&
               tb_client_hash_valid(&wrapping.client);
    case TB_FILE_CERTIFICATE:
        return tb_certificate_valid(sealed->payload);
    case TB_FILE_ATTEMPTS:
        return tb_attempts_read(sealed->payload, &failures, &last_s);
    case TB_FILE_PENDING:
        return tb_pending_valid(sealed->payload);
    case TB_FILE_SECRET:
    case TB_FILE_VALUE:
        break;
    }
    return true;
}

/* Written from what was read, it is the same file. */
static void check_same(struct tb_bytes in, const struct tb_sealed *sealed)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    tb_assert(in.n <= tb_sealed_max(sealed->place.kind));
    tb_assert(tb_file_draft_begin(&sealed->place, sealed->payload.n, &draft) == 0);
    tb_write_bytes(&draft.writer, sealed->payload);
    tb_file_draft_seal(&draft, &own);
    tb_assert(tb_bytes_equal(in, tb_file_draft_bytes(&draft)));
}

static void check_file(struct tb_bytes in)
{
    struct tb_sealed sealed;
    if (tb_sealed_parse(in, &sealed) != 0)
        return;
    tb_assert(sealed.head.n + sealed.payload.n + TB_SEALED_MAC == in.n);
    struct tb_place place = sealed.place;
    enum tb_damage_kind damage = tb_sealed_check(&sealed, &own, &place);
    tb_assert(damage == 0 || damage == TB_DAMAGE_ALTERED);
    if (damage == 0)
        check_same(in, &sealed);
    (void)is_read(&sealed);
    place.name = tb_bytes_of_string("keys/none");
    if (!tb_bytes_equal(place.name, sealed.place.name))
        tb_assert(tb_sealed_check(&sealed, &own, &place) != 0);
}

static void check_archive(struct tb_bytes in)
{
    struct tb_archive_fields fields;
    struct tb_archive_head head;
    struct tb_archive_head again;
    if (tb_archive_read_head(in, &fields, &head) != 0)
        return;
    tb_assert(head.n <= in.n && fields.app.n <= TB_KEYSTORE_APP_MAX);
    tb_archive_write_head(&fields, &again);
    tb_assert(again.n == head.n && memcmp(again.bytes, in.data, head.n) == 0);
}

/* What is inside of a value's outer layer, and of a backup's record. */
static void check_inner(const uint8_t *data, size_t size)
{
    struct tb_backup_file file;
    struct tb_value value = {.data = malloc(size + 1), .n = size};
    tb_assert(value.data != NULL);
    memcpy(value.data, data, size);
    if (tb_value_parse(&value))
        tb_assert(value.name.n + value.box.n < size && value.nonce.n == TB_NONCE_SIZE);
    if (tb_backup_file_read(tb_bytes_of(data, size), &file))
        tb_assert(strlen(file.name) + 2 + file.bytes.n == size && !strstr(file.name, ".."));
    tb_value_deinit(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tb_cleanup(tb_bytes_free) uint8_t *copy = malloc(size + 1);
    check_file(tb_bytes_of(data, size));
    check_archive(tb_bytes_of(data, size));
    if (size > 0)
        check_inner(data, size);
    if (!copy || size < TB_SEALED_MAC)
        return 0;
    memcpy(copy, data, size);
    size_t n = size - TB_SEALED_MAC;
    crypto_generichash(copy + n, TB_SEALED_MAC, data, n, own.files, sizeof own.files);
    check_file(tb_bytes_of(copy, size));
    return 0;
}
