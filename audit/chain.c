#include "audit/chain.h"

#include "base/result.h"

#include <errno.h>
#include <stdlib.h>

const char *tb_chain_verdict_name(enum tb_chain_verdict verdict)
{
    static const char *const names[] = {
        [TB_CHAIN_TAMPERED] = "TAMPERED", [TB_CHAIN_TORN] = "TORN",     [TB_CHAIN_EMPTY] = "EMPTY",
        [TB_CHAIN_OPEN] = "OPEN",         [TB_CHAIN_CLOSED] = "CLOSED",
    };
    return names[verdict];
}

void tb_chain_init(struct tb_chain *chain)
{
    *chain = (struct tb_chain){.line = 1};
}

static void tamper(struct tb_chain *chain, uint64_t line, const char *why)
{
    chain->bad_line = line;
    chain->bad_why = why;
}

static bool is_torn(const struct tb_chain *chain)
{
    return chain->bad_line != 0 && !chain->bad_why;
}

/* Bytes that are no record. A crash leaves such at the end only; until a `recovery` record names
 * them they are the end. */
static void add_torn(struct tb_chain *chain, const struct tb_piece *piece)
{
    if (!is_torn(chain)) {
        chain->bad_line = chain->line;
        chain->n_torn = 0;
        chain->torn_newline = false;
        crypto_generichash_init(&chain->torn_hash, NULL, 0, TB_HASH_SIZE);
    }
    if (chain->torn_newline) {
        crypto_generichash_update(&chain->torn_hash, (const uint8_t *)"\n", 1);
        chain->n_torn++;
    }
    crypto_generichash_update(&chain->torn_hash, piece->bytes.data, piece->bytes.n);
    chain->n_torn += piece->bytes.n;
    chain->torn_newline = piece->ends;
}

/* Whether the record is a `recovery` that names exactly the torn bytes before it. */
static bool names_torn(const struct tb_chain *chain, const struct tb_entry *entry)
{
    uint8_t hash[TB_HASH_SIZE];
    char text[TB_TORN_MAX];
    crypto_generichash_state state = chain->torn_hash;
    crypto_generichash_final(&state, hash, sizeof hash);
    tb_torn_text(chain->n_torn, hash, text);
    return tb_bytes_are(tb_entry_string(entry, "event"), "recovery") &&
           tb_bytes_are(tb_entry_string(entry, "reason"), text);
}

/* NULL if the record continues the chain, else what is wrong. */
static const char *judge(const struct tb_chain *chain, const struct tb_entry *entry)
{
    if (memcmp(entry->prev, chain->hash, sizeof entry->prev) != 0)
        return "prev is not the hash of the record before";
    if (entry->n != chain->n + 1)
        return "n is not the next number";
    if (entry->of >= entry->n)
        return "of names a later record";
    if (!is_torn(chain) && tb_bytes_are(tb_entry_string(entry, "event"), "recovery"))
        return "a recovery with nothing torn before it";
    return NULL;
}

static void add_entry(struct tb_chain *chain, const struct tb_entry *entry, struct tb_bytes line)
{
    if (is_torn(chain) && !names_torn(chain, entry)) {
        tamper(chain, chain->bad_line, "not a record");
        return;
    }
    const char *why = judge(chain, entry);
    if (why) {
        tamper(chain, chain->line, why);
        return;
    }
    chain->n_recoveries += is_torn(chain);
    chain->bad_line = 0;
    chain->n = entry->n;
    chain->n_records++;
    chain->stopped = tb_bytes_are(tb_entry_string(entry, "event"), "stop");
    tb_line_hash(line, chain->hash);
}

static void add_line(struct tb_chain *chain, struct tb_bytes line)
{
    struct tb_entry entry;
    const char *why;
    if (tb_entry_read(line, &entry, &why) != TB_OK) {
        tamper(chain, chain->line, why);
        return;
    }
    add_entry(chain, &entry, line);
    tb_entry_deinit(&entry);
}

void tb_chain_add(struct tb_chain *chain, const struct tb_piece *piece)
{
    uint64_t n;
    if (chain->bad_why)
        return;
    if (piece->starts && piece->ends && tb_shape_read(piece->bytes, &n))
        add_line(chain, piece->bytes);
    else
        add_torn(chain, piece);
    chain->line += piece->ends;
}

enum tb_chain_verdict tb_chain_verdict(const struct tb_chain *chain)
{
    if (chain->bad_why)
        return TB_CHAIN_TAMPERED;
    if (chain->bad_line != 0)
        return TB_CHAIN_TORN;
    if (chain->n_records == 0)
        return TB_CHAIN_EMPTY;
    return chain->stopped ? TB_CHAIN_CLOSED : TB_CHAIN_OPEN;
}

static void free_lines(struct tb_lines **lines)
{
    free(*lines);
}

int tb_chain_read(int fd, struct tb_chain *ret_chain)
{
    tb_cleanup(free_lines) struct tb_lines *lines = malloc(sizeof *lines);
    if (!lines)
        return -ENOMEM;
    struct tb_chain chain;
    struct tb_piece piece;
    tb_chain_init(&chain);
    tb_lines_init(lines, fd, 0);
    int r;
    while ((r = tb_lines_next(lines, &piece)) == TB_OK)
        tb_chain_add(&chain, &piece);
    if (r < 0)
        return r;
    if (tb_lines_rest(lines, &piece))
        tb_chain_add(&chain, &piece);
    *ret_chain = chain;
    return 0;
}
