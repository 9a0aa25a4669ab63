/* `trollbridge enclave backup` and `restore`. */
#include "base/fd.h"
#include "base/folder.h"
#include "cli/cli.h"
#include "cli/enclave.h"
#include "cli/json.h"
#include "cli/passphrase.h"
#include "cli/text.h"
#include "keystore/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct tb_bytes bytes_of(const struct cli_passphrase *passphrase)
{
    return tb_bytes_of(passphrase->text, passphrase->n);
}

/* ---- backup ---- */

static void say_left_out(void *data, const struct tb_damage *damage)
{
    json_t *left_out = data;
    json_array_append_new(left_out, enclave_damage_json(damage));
    (void)cli_error(0, "damaged", "%s: %s: it %s; it is not in the backup", damage->file,
                    tb_damage_word(damage->kind), tb_damage_text(damage->kind));
}

static int say_written(const struct enclave *enclave, json_t *left_out, size_t n)
{
    int status = json_array_size(left_out) > 0 ? CLI_DENIED : CLI_DONE;
    if (enclave->json) {
        tb_cleanup(cli_json_free) json_t *root =
            json_pack("{s:I,s:O}", "files", (json_int_t)n, "damaged", left_out);
        cli_put_json(root);
    } else {
        printf("%zu files put away in ", n);
        (void)cli_put(enclave->file);
        puts("");
    }
    return status;
}

/* What is half a backup is none, and does not stay. */
static int write_backup(const struct enclave *enclave, struct tb_keystore *keystore,
                        const struct cli_passphrase *passphrase)
{
    size_t n = 0;
    tb_cleanup(cli_json_free) json_t *left_out = json_array();
    tb_fd fd = open(enclave->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return cli_error(CLI_FILES, "io", "cannot make %s: %s", enclave->file, strerror(errno));
    int r = tb_backup_write(keystore, fd, bytes_of(passphrase), &tb_wrap_cost_default, say_left_out,
                            left_out, &n);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    if (r == 0)
        return say_written(enclave, left_out, n);
    (void)unlink(enclave->file);
    return cli_error(CLI_FILES, "io", "cannot write %s: %s", enclave->file,
                     r < 0 ? strerror(-r) : "the keystore has too many files");
}

int enclave_backup(const struct enclave *enclave)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = NULL;
    tb_cleanup(cli_passphrase_deinit) struct cli_passphrase passphrase = {0};
    int status = enclave_open(enclave, &damage, &keystore);
    if (status != CLI_DONE)
        return status;
    if (damage.kind != 0)
        return cli_error(CLI_FILES, "damaged", "%s: %s: it %s: nothing can be put away",
                         damage.file, tb_damage_word(damage.kind), tb_damage_text(damage.kind));
    if (!keystore)
        return cli_error(CLI_FILES, "not_found", "the app has no keystore yet: %s", enclave->path);
    status =
        cli_passphrase_get(enclave->passphrase_file, "Passphrase of the backup", true, &passphrase);
    return status == CLI_DONE ? write_backup(enclave, keystore, &passphrase) : status;
}

/* ---- restore ---- */

static int say_not_opened(const struct enclave *enclave, int r, const struct tb_damage *damage)
{
    const char *file = enclave->file;
    if (r == TB_KEYSTORE_WRONG)
        return cli_error(CLI_DENIED, "denied",
                         "%s: the passphrase is wrong, or the file's beginning was changed", file);
    if (r == TB_KEYSTORE_INVALID)
        return cli_error(CLI_DENIED, "damaged", "%s asks for more work than is done", file);
    if (r == TB_KEYSTORE_DAMAGED && damage->file[0] != 0)
        return cli_error(CLI_DENIED, "damaged", "%s: %s in it %s", file, damage->file,
                         tb_damage_text(damage->kind));
    if (r == TB_KEYSTORE_DAMAGED && damage->kind == TB_DAMAGE_SWAPPED)
        return cli_error(CLI_DENIED, "damaged", "%s is a backup of another app: this one is %s",
                         file, enclave->id);
    if (r == TB_KEYSTORE_DAMAGED)
        return cli_error(CLI_DENIED, "damaged", "%s: %s: it %s", file, tb_damage_word(damage->kind),
                         tb_damage_text(damage->kind));
    return cli_error(CLI_FILES, "io", "cannot read %s: %s", file, strerror(-r));
}

static int say_not_restored(const struct enclave *enclave, int r)
{
    const char *path = enclave->path;
    if (r == TB_KEYSTORE_EXISTS)
        return cli_error(CLI_FILES, "exists",
                         "%s holds keys: put them away first, then restore with --replace", path);
    if (r == -EBUSY)
        return cli_error(CLI_FILES, "busy", "%s is in use: end the app, then restore", path);
    if (r == -EEXIST)
        return cli_error(CLI_FILES, "exists",
                         "%s.restore is there, with files that are not the enclave's: move it away",
                         path);
    if (r == -ENOTEMPTY)
        return cli_error(CLI_FILES, "exists",
                         "restored; what was there had files that are not the enclave's, and is "
                         "now %s.restore",
                         path);
    return cli_error(CLI_FILES, "io", "cannot restore %s: %s", path,
                     r < 0 ? strerror(-r) : "the backup has changed meanwhile");
}

static int say_restored(const struct enclave *enclave, size_t n)
{
    if (enclave->json) {
        tb_cleanup(cli_json_free) json_t *root = json_pack("{s:I}", "files", (json_int_t)n);
        cli_put_json(root);
    } else {
        printf("%zu files restored\n", n);
    }
    return CLI_DONE;
}

static int restore(const struct enclave *enclave, int fd, const struct cli_passphrase *passphrase)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_backup_close) struct tb_backup *backup = NULL;
    int r = tb_backup_open(fd, enclave_id(enclave), bytes_of(passphrase), &damage, &backup);
    if (r != 0)
        return say_not_opened(enclave, r, &damage);
    r = tb_folder_make(enclave->path);
    if (r == 0)
        r = tb_backup_restore(backup, enclave->path, enclave->replace, &damage);
    return r == 0 ? say_restored(enclave, tb_backup_n(backup)) : say_not_restored(enclave, r);
}

int enclave_restore(const struct enclave *enclave)
{
    tb_cleanup(cli_passphrase_deinit) struct cli_passphrase passphrase = {0};
    tb_fd fd = open(enclave->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cli_error(CLI_FILES, "io", "cannot open %s: %s", enclave->file, strerror(errno));
    int status = cli_passphrase_get(enclave->passphrase_file, "Passphrase of the backup", false,
                                    &passphrase);
    return status == CLI_DONE ? restore(enclave, fd, &passphrase) : status;
}
