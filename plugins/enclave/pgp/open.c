#include "plugins/enclave/pgp/open.h"

#include <errno.h>
#include <sys/time.h>

size_t pgp_output_cap(size_t n_input)
{
    size_t room = PGP_OUTPUT_MAX - PGP_OUTPUT_FLOOR;
    if (n_input > room / PGP_OUTPUT_FACTOR)
        return PGP_OUTPUT_MAX;
    return PGP_OUTPUT_FLOOR + n_input * PGP_OUTPUT_FACTOR;
}

/* Compression within compression keeps librnp busy for hours without a byte that comes out, and it
 * calls nothing of ours meanwhile. So the kernel has the last word: there is no way on from it, as
 * librnp cannot be left in the middle. */
rnp_result_t pgp_execute(rnp_op_verify_t op)
{
    const struct itimerval most = {.it_value.tv_sec = PGP_CPU_S};
    const struct itimerval none = {0};
    if (setitimer(ITIMER_PROF, &most, NULL) < 0)
        return RNP_ERROR_GENERIC;
    rnp_result_t said = rnp_op_verify_execute(op);
    (void)setitimer(ITIMER_PROF, &none, NULL);
    return said;
}

void pgp_set_lookup(struct pgp *pgp, const struct pgp_lookup *lookup)
{
    /* librnp asks once for each signature; more are refused when they are read. */
    pgp->lookup = lookup->find ? lookup : NULL;
    pgp->n_may_look = 2 * PGP_SIGNATURES_MAX;
}

/* Also where it found no signature good, librnp has read all of the message, and written it: what
 * the signatures are worth is looked at one by one. */
static int check_run(const struct pgp *pgp, rnp_result_t said, const struct pgp_sink *sink)
{
    if (sink->no_memory || said == RNP_ERROR_OUT_OF_MEMORY)
        return -ENOMEM;
    if (sink->over)
        return PGP_BOMB;
    if (pgp->asked_in_vain)
        return PGP_UNSUPPORTED; /* encrypted within what was encrypted */
    if (said == RNP_SUCCESS || said == RNP_ERROR_SIGNATURE_INVALID)
        return PGP_OK;
    return PGP_CORRUPT;
}

int pgp_take_opened(struct pgp *pgp, rnp_op_verify_t op, rnp_result_t said, struct pgp_sink *sink,
                    struct pgp_opened *ret_opened)
{
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    int result = check_run(pgp, said, sink);
    result = result ? result : pgp_signatures_read(pgp, op, said, &opened);
    if (result)
        return result;
    /* `invalid`, but no signature: librnp does not say what it means by that. */
    if (said != RNP_SUCCESS && opened.n_signatures == 0)
        return PGP_CORRUPT;
    opened.data = pgp_sink_take(sink);
    *ret_opened = opened;
    opened = (struct pgp_opened){0};
    return PGP_OK;
}
