#include "plugins/enclave/pgp/armor.h"
#include "plugins/enclave/pgp/envelope.h"
#include "plugins/enclave/pgp/open.h"

static int run(struct pgp *pgp, struct tb_bytes message, struct pgp_opened *ret_opened)
{
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, pgp_output_cap(message.n));
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    tb_cleanup(pgp_end_verify) rnp_op_verify_t op = NULL;
    int result = pgp_input(message, &input);
    result = result ? result : pgp_output(&sink, &output);
    result = result ? result : pgp_own_failure(rnp_op_verify_create(&op, pgp->ffi, input, output));
    if (result)
        return result;
    rnp_result_t said = pgp_execute(op);
    result = pgp_take_opened(pgp, op, said, &sink, &opened);
    if (result)
        return result;
    if (opened.n_signatures == 0)
        return PGP_UNSIGNED;
    *ret_opened = opened;
    opened = (struct pgp_opened){0};
    return PGP_OK;
}

/* The end of the last line is not part of what is signed; librnp hands it out. */
static void drop_line_end(struct pgp_data *text)
{
    if (text->n > 0 && text->data[text->n - 1] == '\n')
        text->n--;
    if (text->n > 0 && text->data[text->n - 1] == '\r')
        text->n--;
}

static int verify_cleartext(struct pgp *pgp, struct tb_bytes untrusted_message,
                            struct pgp_opened *ret_opened)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets signatures = {0};
    struct tb_bytes block;
    int result = pgp_cleartext_read(untrusted_message, &block, &signatures);
    result = result ? result : pgp_check_signatures(signatures.bytes);
    result = result ? result : run(pgp, block, ret_opened);
    if (!result)
        drop_line_end(&ret_opened->data);
    return result;
}

int pgp_verify(struct pgp *pgp, struct tb_bytes untrusted_message, const struct pgp_lookup *lookup,
               struct pgp_opened *ret_opened)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    pgp_set_lookup(use, lookup);
    if (pgp_is_cleartext(untrusted_message))
        return verify_cleartext(use, untrusted_message, ret_opened);
    int result = pgp_packets_read(untrusted_message, PGP_SEALED_MAX, &packets);
    result = result ? result : pgp_check_open(packets.bytes);
    return result ? result : run(use, packets.bytes, ret_opened);
}

static int run_detached(struct pgp *pgp, struct tb_bytes data, struct tb_bytes signatures,
                        struct pgp_opened *ret_opened)
{
    tb_cleanup(pgp_sink_deinit) struct pgp_sink nothing;
    pgp_sink_init(&nothing, 0);
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    tb_cleanup(pgp_end_input) rnp_input_t signature = NULL;
    tb_cleanup(pgp_end_verify) rnp_op_verify_t op = NULL;
    int result = pgp_input(data, &input);
    result = result ? result : pgp_input(signatures, &signature);
    result = result
                 ? result
                 : pgp_own_failure(rnp_op_verify_detached_create(&op, pgp->ffi, input, signature));
    if (result)
        return result;
    rnp_result_t said = pgp_execute(op);
    return pgp_take_opened(pgp, op, said, &nothing, ret_opened);
}

int pgp_verify_detached(struct pgp *pgp, struct tb_bytes untrusted_data,
                        struct tb_bytes untrusted_signature, const struct pgp_lookup *lookup,
                        struct pgp_opened *ret_opened)
{
    if (untrusted_data.n > PGP_INPUT_MAX)
        return PGP_TOO_LARGE;
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    pgp_set_lookup(use, lookup);
    int result = pgp_packets_read(untrusted_signature, PGP_SIGNATURE_INPUT_MAX, &packets);
    result = result ? result : pgp_check_signatures(packets.bytes);
    return result ? result : run_detached(use, untrusted_data, packets.bytes, ret_opened);
}
