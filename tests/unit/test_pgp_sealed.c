/* Everything works once the process may only compute: after pgp_new no file is opened, nothing is
 * asked of the kernel but memory and random numbers. What else is tried kills the process. */
#include "tests/unit/pgp_bench.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/wait.h>

/* What librnp's arithmetic needs besides, to start the two threads that it has for RSA. */
static void allow_threads(scmp_filter_ctx filter)
{
    static const int allowed[] = {SCMP_SYS(futex),        SCMP_SYS(clone),
                                  SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
                                  SCMP_SYS(rseq),         SCMP_SYS(set_robust_list)};
    for (size_t i = 0; i < TB_ARRAY_LEN(allowed); i++)
        CHECK_INT(seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0), 0);
    CHECK_INT(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), 0);
}

static void seal(bool with_threads)
{
    static const int allowed[] = {SCMP_SYS(read),     SCMP_SYS(write),      SCMP_SYS(brk),
                                  SCMP_SYS(mmap),     SCMP_SYS(munmap),     SCMP_SYS(mremap),
                                  SCMP_SYS(mprotect), SCMP_SYS(munlock),    SCMP_SYS(getpid),
                                  SCMP_SYS(madvise),  SCMP_SYS(exit_group), SCMP_SYS(getrandom),
                                  SCMP_SYS(setitimer)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    CHECK(filter);
    for (size_t i = 0; i < TB_ARRAY_LEN(allowed); i++)
        CHECK_INT(seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0), 0);
    if (with_threads)
        allow_threads(filter);
    CHECK_INT(seccomp_load(filter), 0);
}

static void check_messages(struct pgp *pgp, struct pgp_pair *ann, size_t n)
{
    uint8_t *data = calloc(1, n);
    CHECK(data);
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, ann, ann, tb_bytes_of(data, n));
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(bench_decrypt(pgp, ann, ann, pgp_data_bytes(&message), &opened), 0);
    CHECK(opened.valid && opened.data.n == n);
    message.data[message.n - 1] ^= 1;
    struct pgp_opened none = {0};
    CHECK_INT(bench_decrypt(pgp, ann, NULL, pgp_data_bytes(&message), &none), PGP_CORRUPT);
    free(data);
}

static void check_signatures(struct pgp *pgp, struct pgp_pair *ann)
{
    struct pgp_lookup lookup = bench_lookup(ann);
    struct pgp_lookup nobody = {0};
    for (int mode = PGP_INLINE; mode <= PGP_CLEARTEXT; mode++) {
        tb_cleanup(pgp_data_deinit) struct pgp_data made =
            bench_sign(pgp, ann, (enum pgp_mode)mode, text("a note"));
        tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
        CHECK_INT(pgp_verify(pgp, pgp_data_bytes(&made), &lookup, &opened), 0);
        CHECK(opened.valid);
        tb_cleanup(pgp_opened_deinit) struct pgp_opened unknown = {0};
        CHECK_INT(pgp_verify(pgp, pgp_data_bytes(&made), &nobody, &unknown), 0);
        CHECK(!unknown.valid);
    }
}

static void check_keys(struct pgp *pgp, struct pgp_pair *ann)
{
    struct pgp_own own = bench_own(ann);
    tb_cleanup(pgp_data_deinit) struct pgp_data file = {0};
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    tb_cleanup(pgp_pair_deinit) struct pgp_pair again = {0};
    struct pgp_certificate revoked = {0};
    CHECK_INT(pgp_export_secret(pgp, &own, pgp_data_bytes(&ann->certificate), text("pw"), &file),
              0);
    CHECK_INT(pgp_import_secret(pgp, pgp_data_bytes(&file), text("pw"), text(INNER), &again), 0);
    CHECK_INT(pgp_revoke(pgp, &own, pgp_data_bytes(&ann->certificate), PGP_RETIRED, &revoked,
                         &revocation),
              0);
    pgp_data_deinit(&revoked.data);
}

static void check_all(enum pgp_algorithm algorithm, bool with_threads)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    seal(with_threads);
    struct pgp_generate want = {
        .algorithm = algorithm, .user_id = text("Ann"), .inner_passphrase = text(INNER)};
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = {0};
    CHECK_INT(pgp_generate(pgp, &want, &ann), 0);
    check_messages(pgp, &ann, 100);
    check_messages(pgp, &ann, (size_t)3 * 1024 * 1024);
    check_signatures(pgp, &ann);
    check_keys(pgp, &ann);
    struct pgp_certificates none = {0};
    CHECK_INT(pgp_read_keys(pgp, text("hello"), &none), PGP_NOT_OPENPGP);
    _exit(0); /* at a process's end the libraries do as they like */
}

static void curve_25519_works_behind_a_closed_door(void)
{
    check_all(PGP_ED25519, false);
}

static void p256_works_behind_a_closed_door(void)
{
    check_all(PGP_P256, false);
}

static void rsa_works_behind_a_closed_door_with_two_threads(void)
{
    check_all(PGP_RSA3072, true);
}

static void what_is_not_allowed_kills(void)
{
    pid_t child = fork();
    if (child == 0) {
        seal(true);
        (void)getppid();
        _exit(0);
    }
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static const struct test tests[] = {
    TEST(what_is_not_allowed_kills),
    TEST(curve_25519_works_behind_a_closed_door),
    TEST(p256_works_behind_a_closed_door),
    TEST(rsa_works_behind_a_closed_door_with_two_threads),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
