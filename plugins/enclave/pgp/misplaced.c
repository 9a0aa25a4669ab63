#include "plugins/enclave/pgp/misplaced.h"

#include <errno.h>
#include <stdlib.h>

/* Where a signature stands: under a user id or a photo; empty under a key. */
struct place {
    struct tb_bytes material;
    struct tb_bytes owner;
};

struct places {
    struct place *list;
    size_t n;
    size_t n_room;
};

static void places_deinit(struct places *places)
{
    free(places->list);
}

static size_t number(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

/* The numbers of the signature at its end. What stands between the signed part and them may be
 * altered by anybody, and librnp has such copies for the same too. */
static struct tb_bytes material_of(struct tb_bytes body)
{
    enum { OLD_HEADER = 19, HASHED = 6, LEFT_BITS = 2 };
    size_t at = OLD_HEADER;
    if (body.n > HASHED && body.data[0] == 4) {
        size_t unhashed = HASHED + number(body.data + 4);
        if (unhashed + 2 > body.n)
            return (struct tb_bytes){0};
        at = unhashed + 2 + number(body.data + unhashed) + LEFT_BITS;
    }
    return at < body.n ? tb_bytes_of(body.data + at, body.n - at) : (struct tb_bytes){0};
}

static int add(struct places *places, struct tb_bytes material, struct tb_bytes owner)
{
    if (material.n == 0)
        return PGP_OK; /* librnp refuses it */
    if (places->n == places->n_room) {
        size_t n_room = 2 * places->n_room + 16;
        struct place *list = realloc(places->list, n_room * sizeof *list);
        if (!list)
            return -ENOMEM;
        places->list = list;
        places->n_room = n_room;
    }
    places->list[places->n++] = (struct place){material, owner};
    return PGP_OK;
}

static int collect(struct tb_bytes rest, struct places *places)
{
    struct tb_bytes owner = {0};
    while (rest.n > 0) {
        struct pgp_packet packet;
        int result = pgp_packet_next(&rest, &packet);
        if (!result && packet.tag == PGP_TAG_SIGNATURE)
            result = add(places, material_of(packet.body), owner);
        if (result)
            return result;
        if (packet.tag == PGP_TAG_USER_ID || packet.tag == PGP_TAG_USER_ATTRIBUTE)
            owner = packet.body;
        else if (packet.tag != PGP_TAG_SIGNATURE && packet.tag != PGP_TAG_TRUST &&
                 packet.tag != PGP_TAG_MARKER)
            owner = (struct tb_bytes){0};
    }
    return PGP_OK;
}

static int by_material(const void *a, const void *b)
{
    return tb_bytes_compare(((const struct place *)a)->material,
                            ((const struct place *)b)->material);
}

int pgp_check_places(struct tb_bytes key, struct tb_bytes other)
{
    tb_cleanup(places_deinit) struct places places = {0};
    int result = collect(key, &places);
    result = result ? result : collect(other, &places);
    if (result)
        return result;
    if (places.n > 1)
        qsort(places.list, places.n, sizeof *places.list, by_material);
    for (size_t i = 1; i < places.n; i++)
        if (by_material(&places.list[i - 1], &places.list[i]) == 0 &&
            tb_bytes_compare(places.list[i - 1].owner, places.list[i].owner) != 0)
            return PGP_BAD_KEY;
    return PGP_OK;
}
