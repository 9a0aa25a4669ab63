#include "plugins/enclave/pgp/envelope.h"

#include "plugins/enclave/pgp/armor.h"

enum {
    SESSION_KEY_VERSION = 3,
    KEY_ID_AT = 1,
    KEY_ID_BYTES = 8,
    SESSION_KEY_MIN = KEY_ID_AT + KEY_ID_BYTES + 2, /* and an algorithm, and something of it */
    SESSION_KEY_MAX = 8192,
};

const uint8_t *pgp_envelope_key_id(const struct pgp_packet *key)
{
    return key->body.data + KEY_ID_AT;
}

uint8_t pgp_envelope_algorithm(const struct pgp_packet *key)
{
    return key->body.data[KEY_ID_AT + KEY_ID_BYTES];
}

static int add_key(struct pgp_envelope *envelope, const struct pgp_packet *packet)
{
    if (packet->body.n < SESSION_KEY_MIN || packet->body.n > SESSION_KEY_MAX)
        return PGP_CORRUPT;
    if (packet->body.data[0] != SESSION_KEY_VERSION)
        return PGP_OK; /* for a newer reader; another one may be for us */
    if (envelope->n_keys == PGP_RECIPIENTS_MAX)
        return PGP_TOO_LARGE;
    envelope->keys[envelope->n_keys++] = *packet;
    return PGP_OK;
}

static int check_data(const struct pgp_packet *data)
{
    if (data->tag == PGP_TAG_ENCRYPTED)
        return PGP_UNSUPPORTED;
    if (data->body.n == 0)
        return PGP_CORRUPT;
    return data->body.data[0] == 1 ? PGP_OK : PGP_UNSUPPORTED; /* the version, of both kinds */
}

static bool is_encrypted(unsigned tag)
{
    return tag == PGP_TAG_ENCRYPTED || tag == PGP_TAG_PROTECTED || tag == PGP_TAG_AEAD;
}

static bool is_session_key(unsigned tag)
{
    return tag == PGP_TAG_SESSION_KEY || tag == PGP_TAG_PASSPHRASE;
}

int pgp_envelope_read(struct tb_bytes packets, struct pgp_envelope *ret_envelope)
{
    struct pgp_envelope envelope = {0};
    size_t n_passphrases = 0;
    struct pgp_packet packet;
    while (true) {
        if (packets.n == 0 && envelope.n_keys + n_passphrases > 0)
            return PGP_TRUNCATED; /* between two packets */
        int result = pgp_packet_next(&packets, &packet);
        if (!result && packet.tag == PGP_TAG_SESSION_KEY)
            result = add_key(&envelope, &packet);
        if (result)
            return result;
        n_passphrases += packet.tag == PGP_TAG_PASSPHRASE;
        if (n_passphrases > PGP_RECIPIENTS_MAX)
            return PGP_TOO_LARGE;
        if (!is_session_key(packet.tag) && packet.tag != PGP_TAG_MARKER)
            break;
    }
    if (!is_encrypted(packet.tag))
        return PGP_NOT_OPENPGP;
    int result = check_data(&packet);
    if (result)
        return result;
    if (packets.n > 0)
        return PGP_CORRUPT;
    if (envelope.n_keys == 0)
        return PGP_UNSUPPORTED;
    envelope.data = packet;
    *ret_envelope = envelope;
    return PGP_OK;
}

int pgp_message_recipients(struct tb_bytes untrusted_message, struct pgp_recipients *ret_recipients)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct pgp_envelope envelope;
    int result = pgp_packets_read(untrusted_message, PGP_SEALED_MAX, &packets);
    result = result ? result : pgp_envelope_read(packets.bytes, &envelope);
    if (result)
        return result;
    struct pgp_recipients recipients = {.n = envelope.n_keys};
    for (size_t i = 0; i < envelope.n_keys; i++)
        pgp_key_id_text(pgp_envelope_key_id(&envelope.keys[i]), recipients.key_ids[i]);
    *ret_recipients = recipients;
    return PGP_OK;
}

static bool is_content(unsigned tag)
{
    return tag == PGP_TAG_COMPRESSED || tag == PGP_TAG_LITERAL || tag == PGP_TAG_SIGNATURE ||
           tag == PGP_TAG_ONE_PASS || tag == PGP_TAG_MARKER;
}

/* What was seen of a message that is not encrypted. */
struct contents {
    size_t n_one_pass; /* each says that a signature is behind the data */
    size_t n_signatures;
    bool has_data;
};

static int add_content(const struct pgp_packet *packet, struct contents *contents)
{
    if (is_encrypted(packet->tag) || is_session_key(packet->tag))
        return PGP_UNSUPPORTED;
    if (!is_content(packet->tag))
        return PGP_NOT_OPENPGP;
    contents->n_one_pass += packet->tag == PGP_TAG_ONE_PASS;
    contents->n_signatures += packet->tag == PGP_TAG_SIGNATURE;
    contents->has_data =
        contents->has_data || packet->tag == PGP_TAG_COMPRESSED || packet->tag == PGP_TAG_LITERAL;
    return contents->n_one_pass > PGP_SIGNATURES_MAX || contents->n_signatures > PGP_SIGNATURES_MAX
               ? PGP_TOO_LARGE
               : PGP_OK;
}

int pgp_check_open(struct tb_bytes packets)
{
    struct contents contents = {0};
    do {
        struct pgp_packet packet;
        int result = pgp_packet_next(&packets, &packet);
        if (result)
            return contents.has_data && result == PGP_NOT_OPENPGP ? PGP_CORRUPT : result;
        result = add_content(&packet, &contents);
        if (result)
            return result;
    } while (packets.n > 0);
    if (contents.n_one_pass > contents.n_signatures)
        return PGP_TRUNCATED; /* between two packets */
    return contents.has_data ? PGP_OK : PGP_NOT_OPENPGP;
}

int pgp_check_signatures(struct tb_bytes packets)
{
    size_t n = 0;
    do {
        struct pgp_packet packet;
        int result = pgp_packet_next(&packets, &packet);
        if (result)
            return n > 0 && result == PGP_NOT_OPENPGP ? PGP_CORRUPT : result;
        if (packet.tag != PGP_TAG_SIGNATURE)
            return PGP_UNSIGNED;
        if (++n > PGP_SIGNATURES_MAX)
            return PGP_TOO_LARGE;
    } while (packets.n > 0);
    return PGP_OK;
}
