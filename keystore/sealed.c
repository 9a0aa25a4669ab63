#include "keystore/sealed.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

static const char magic[] = "trollbridge enclave ";
static const char version[] = "1";

/* The largest payload of each kind and what it is called. */
static const struct {
    const char *word;
    size_t max;
} kinds[] = {
    [TB_FILE_SECRET] = {"secret", TB_OWN_SIZE},
    [TB_FILE_KEY] = {"key", TB_KEY_BYTES_MAX + 512},
    [TB_FILE_CERTIFICATE] = {"certificate", TB_CERTIFICATE_MAX + 1},
    [TB_FILE_VALUE] = {"value", TB_VALUE_MAX + 1024},
    [TB_FILE_ATTEMPTS] = {"attempts", 64},
    [TB_FILE_PENDING] = {"pending", TB_CERTIFICATE_MAX + 64},
};

enum { LINE_MAX_BYTES = 64, NAME_MAX_BYTES = 128 };

size_t tb_sealed_max(enum tb_keystore_file kind)
{
    return LINE_MAX_BYTES + 2 + TB_KEYSTORE_APP_MAX + 2 + NAME_MAX_BYTES + 4 + kinds[kind].max +
           TB_SEALED_MAC;
}

/* ---- writing ---- */

void tb_file_draft_deinit(struct tb_file_draft *draft)
{
    if (draft->data)
        sodium_memzero(draft->data, draft->writer.cap);
    free(draft->data);
    *draft = (struct tb_file_draft){0};
}

static void write_head(struct tb_writer *writer, const struct tb_place *place, size_t n_payload)
{
    tb_write_bytes(writer, tb_bytes_of_string(magic));
    tb_write_bytes(writer, tb_bytes_of_string(kinds[place->kind].word));
    tb_write_u8(writer, ' ');
    tb_write_bytes(writer, tb_bytes_of_string(version));
    tb_write_u8(writer, '\n');
    tb_write_string16(writer, place->app);
    tb_write_string16(writer, place->name);
    tb_write_u32(writer, (uint32_t)n_payload);
}

int tb_file_draft_begin(const struct tb_place *place, size_t n_payload,
                        struct tb_file_draft *ret_draft)
{
    tb_assert(n_payload <= kinds[place->kind].max);
    size_t cap =
        LINE_MAX_BYTES + 2 + place->app.n + 2 + place->name.n + 4 + n_payload + TB_SEALED_MAC;
    uint8_t *data = malloc(cap);
    if (!data)
        return -ENOMEM;
    *ret_draft = (struct tb_file_draft){.data = data, .writer = tb_writer_init(data, cap)};
    write_head(&ret_draft->writer, place, n_payload);
    return 0;
}

static void hash_file(struct tb_bytes head, struct tb_bytes payload, const struct tb_own *own,
                      uint8_t ret_mac[static TB_SEALED_MAC])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, own->files, sizeof own->files, TB_SEALED_MAC);
    crypto_generichash_update(&state, head.data, head.n);
    crypto_generichash_update(&state, payload.data, payload.n);
    crypto_generichash_final(&state, ret_mac, TB_SEALED_MAC);
    sodium_memzero(&state, sizeof state);
}

void tb_file_draft_seal(struct tb_file_draft *draft, const struct tb_own *own)
{
    uint8_t mac[TB_SEALED_MAC];
    hash_file(tb_file_draft_bytes(draft), (struct tb_bytes){0}, own, mac);
    tb_write_bytes(&draft->writer, tb_bytes_of(mac, sizeof mac));
    tb_assert(!draft->writer.failed);
}

/* ---- reading ---- */

static bool is_number(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.n > 0 && text.n <= 9;
}

/* The words of the line behind the magic. */
static enum tb_damage_kind parse_words(struct tb_bytes line, struct tb_sealed *sealed)
{
    struct tb_bytes word = tb_bytes_cut(&line, ' ');
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds); i++) {
        if (!tb_bytes_are(word, kinds[i].word))
            continue;
        sealed->place.kind = (enum tb_keystore_file)i;
        if (tb_bytes_are(line, version))
            return 0;
        return is_number(line) ? TB_DAMAGE_VERSION : TB_DAMAGE_FOREIGN;
    }
    return TB_DAMAGE_FOREIGN;
}

/* Takes the line off the file. */
static enum tb_damage_kind parse_line(struct tb_bytes *file, struct tb_sealed *sealed)
{
    size_t n_magic = sizeof magic - 1;
    size_t n_same = file->n < n_magic ? file->n : n_magic;
    if (n_same > 0 && memcmp(file->data, magic, n_same) != 0)
        return TB_DAMAGE_FOREIGN;
    if (n_same < n_magic)
        return TB_DAMAGE_TORN;
    size_t n_search = file->n < LINE_MAX_BYTES ? file->n : LINE_MAX_BYTES;
    const uint8_t *end = memchr(file->data, '\n', n_search);
    if (!end)
        return file->n < LINE_MAX_BYTES ? TB_DAMAGE_TORN : TB_DAMAGE_FOREIGN;
    size_t n_line = (size_t)(end - file->data);
    struct tb_bytes words = tb_bytes_of(file->data + n_magic, n_line - n_magic);
    *file = tb_bytes_of(end + 1, file->n - n_line - 1);
    return parse_words(words, sealed);
}

enum tb_damage_kind tb_sealed_parse(struct tb_bytes untrusted_file, struct tb_sealed *ret_sealed)
{
    struct tb_sealed sealed = {0};
    struct tb_bytes rest = untrusted_file;
    enum tb_damage_kind damage = parse_line(&rest, &sealed);
    if (damage != 0)
        return damage;
    struct tb_reader reader = tb_reader_init(rest);
    sealed.place.app = tb_read_string16(&reader);
    sealed.place.name = tb_read_string16(&reader);
    size_t n_payload = tb_read_u32(&reader);
    if (!reader.failed)
        sealed.head = tb_bytes_of(untrusted_file.data, (size_t)(reader.p - untrusted_file.data));
    sealed.payload = tb_read_bytes(&reader, n_payload);
    sealed.mac = tb_read_bytes(&reader, TB_SEALED_MAC);
    if (n_payload > kinds[sealed.place.kind].max || sealed.place.app.n > TB_KEYSTORE_APP_MAX ||
        sealed.place.name.n > NAME_MAX_BYTES)
        return TB_DAMAGE_ALTERED;
    if (reader.failed)
        return TB_DAMAGE_TORN;
    if (reader.left > 0)
        return TB_DAMAGE_ALTERED;
    *ret_sealed = sealed;
    return 0;
}

enum tb_damage_kind tb_sealed_check(const struct tb_sealed *untrusted_sealed,
                                    const struct tb_own *own, const struct tb_place *place)
{
    const struct tb_place *says = &untrusted_sealed->place;
    uint8_t mac[TB_SEALED_MAC];
    hash_file(untrusted_sealed->head, untrusted_sealed->payload, own, mac);
    if (sodium_memcmp(mac, untrusted_sealed->mac.data, sizeof mac) != 0)
        return TB_DAMAGE_ALTERED;
    if (says->kind != place->kind || !tb_bytes_equal(says->app, place->app) ||
        !tb_bytes_equal(says->name, place->name))
        return TB_DAMAGE_SWAPPED;
    return 0;
}
