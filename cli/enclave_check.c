/* `trollbridge enclave check` and `list`. */
#include "cli/cli.h"
#include "cli/enclave.h"
#include "cli/json.h"
#include "cli/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A key, with all that is found of it. */
struct row {
    struct tb_fingerprint fingerprint;
    bool is_secret;
    bool is_public;
    enum tb_trust trust;
    uint32_t n_values;
    uint32_t n_failures;
};

struct found {
    json_t *damaged;
    size_t n_files;
    struct row *rows;
    size_t n_rows;
    size_t cap;
};

static void found_deinit(struct found *found)
{
    json_decref(found->damaged);
    free(found->rows);
}

/* ---- reading ---- */

/* Rows are not looked for one by one: they are sorted and put together at the end. */
static struct row *new_row(struct found *found)
{
    if (found->n_rows == found->cap) {
        size_t cap = found->cap == 0 ? 64 : 2 * found->cap;
        struct row *rows = reallocarray(found->rows, cap, sizeof *rows);
        if (!rows)
            return NULL;
        found->rows = rows;
        found->cap = cap;
    }
    return &found->rows[found->n_rows++];
}

static int add_damage(struct found *found, const struct tb_damage *damage)
{
    return json_array_append_new(found->damaged, enclave_damage_json(damage)) < 0 ? -ENOMEM : 0;
}

static int add_entry(void *data, const struct tb_keystore_entry *entry)
{
    struct found *found = data;
    found->n_files++;
    if (entry->damage.kind != 0)
        return add_damage(found, &entry->damage);
    if (entry->kind == TB_FILE_SECRET || entry->kind == TB_FILE_PENDING)
        return 0;
    struct row *row = new_row(found);
    if (!row)
        return -ENOMEM;
    *row = (struct row){.fingerprint = entry->fingerprint,
                        .is_secret = entry->kind == TB_FILE_KEY,
                        .is_public = entry->kind == TB_FILE_CERTIFICATE,
                        .trust = entry->trust,
                        .n_values = entry->kind == TB_FILE_VALUE,
                        .n_failures = entry->failures};
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->fingerprint.text,
                  ((const struct row *)b)->fingerprint.text);
}

static void add_to(struct row *row, const struct row *more)
{
    row->is_secret |= more->is_secret;
    row->is_public |= more->is_public;
    row->trust = more->is_public ? more->trust : row->trust;
    row->n_values += more->n_values;
    row->n_failures += more->n_failures;
}

/* One row for each key. */
static void put_together(struct found *found)
{
    size_t n = 0;
    if (found->n_rows > 0)
        qsort(found->rows, found->n_rows, sizeof *found->rows, compare);
    for (size_t i = 0; i < found->n_rows; i++) {
        if (n > 0 && compare(&found->rows[n - 1], &found->rows[i]) == 0)
            add_to(&found->rows[n - 1], &found->rows[i]);
        else
            found->rows[n++] = found->rows[i];
    }
    found->n_rows = n;
}

/* A keystore that cannot be opened is one damaged file. */
static int look(const struct enclave *enclave, struct found *ret_found)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = NULL;
    tb_cleanup(found_deinit) struct found found = {.damaged = json_array()};
    int status = enclave_open(enclave, &damage, &keystore);
    if (status != CLI_DONE)
        return status;
    int r = damage.kind != 0 ? add_damage(&found, &damage) : 0;
    found.n_files = damage.kind != 0;
    if (r == 0 && keystore)
        r = tb_keystore_visit(keystore, add_entry, &found);
    if (r != 0)
        return cli_error(CLI_FILES, "io", "cannot read %s: %s", enclave->path,
                         r < 0 ? strerror(-r) : "a folder has too many files");
    put_together(&found);
    *ret_found = found;
    found = (struct found){0};
    return CLI_DONE;
}

/* ---- what is shown ---- */

static void print_damaged(const struct found *found)
{
    size_t i;
    json_t *damage;
    json_array_foreach(found->damaged, i, damage)(void)
        cli_error(0, "damaged", "%s: %s: it %s", cli_text(damage, "file"),
                  cli_text(damage, "problem"), cli_text(damage, "text"));
}

static int end(const struct found *found)
{
    return json_array_size(found->damaged) > 0 ? CLI_DENIED : CLI_DONE;
}

int enclave_check(const struct enclave *enclave)
{
    tb_cleanup(found_deinit) struct found found = {0};
    int status = look(enclave, &found);
    if (status != CLI_DONE)
        return status;
    size_t n_damaged = json_array_size(found.damaged);
    if (enclave->json) {
        tb_cleanup(cli_json_free) json_t *root =
            json_pack("{s:I,s:O}", "files", (json_int_t)found.n_files, "damaged", found.damaged);
        cli_put_json(root);
        return end(&found);
    }
    print_damaged(&found);
    if (found.n_files == 0)
        puts("there is no keystore yet");
    else
        printf("%zu of %zu files whole\n", found.n_files - n_damaged, found.n_files);
    return end(&found);
}

static const char *const trusts[] = {"unknown", "verified", "never"};

static json_t *json_rows(const struct found *found)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < found->n_rows; i++) {
        const struct row *row = &found->rows[i];
        json_array_append_new(
            rows, json_pack("{s:s,s:b,s:b,s:s,s:I,s:I}", "fingerprint", row->fingerprint.text,
                            "secret", (int)row->is_secret, "public", (int)row->is_public, "trust",
                            trusts[row->trust], "values", (json_int_t)row->n_values, "failures",
                            (json_int_t)row->n_failures));
    }
    return rows;
}

static void print_rows(const struct found *found)
{
    printf("%-40s  %-6s  %-6s  %-8s  %6s  FAILED ATTEMPTS\n", "FINGERPRINT", "SECRET", "PUBLIC",
           "TRUST", "VALUES");
    for (size_t i = 0; i < found->n_rows; i++) {
        const struct row *row = &found->rows[i];
        printf("%-40s  %-6s  %-6s  %-8s  %6u  %u\n", row->fingerprint.text,
               row->is_secret ? "yes" : "no", row->is_public ? "yes" : "no", trusts[row->trust],
               row->n_values, row->n_failures);
    }
}

int enclave_list(const struct enclave *enclave)
{
    tb_cleanup(found_deinit) struct found found = {0};
    int status = look(enclave, &found);
    if (status != CLI_DONE)
        return status;
    if (enclave->json) {
        tb_cleanup(cli_json_free) json_t *root =
            json_pack("{s:o,s:O}", "keys", json_rows(&found), "damaged", found.damaged);
        cli_put_json(root);
        return end(&found);
    }
    print_damaged(&found);
    if (found.n_rows > 0)
        print_rows(&found);
    else
        puts("there are no keys");
    return end(&found);
}
