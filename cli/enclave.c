/* `trollbridge enclave`: the keystore of an app's enclave, checked, listed, put away and brought
 * back. No passphrase of a key is asked for: none of it opens one. */
#include "cli/enclave.h"

#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

static const char help[] =
    "Usage: trollbridge enclave check APP [--json]\n"
    "       trollbridge enclave list APP [--json]\n"
    "       trollbridge enclave backup APP FILE [--passphrase-file FILE] [--json]\n"
    "       trollbridge enclave restore APP FILE [--replace] [--passphrase-file FILE] [--json]\n"
    "\n"
    "The keystore of an app's enclave: secret keys, certificates, vault values.\n"
    "\n"
    "  check    reads every file, and names those that are torn, altered or swapped\n"
    "  list     shows each key, whether it is a secret one, how far it is trusted, and how many\n"
    "           vault values and failed attempts it has\n"
    "  backup   writes all of it to a new FILE, encrypted under a passphrase\n"
    "  restore  brings it back; the app must not be running\n"
    "\n"
    "  --replace               restore also where there are keys, which are then gone\n"
    "  --passphrase-file FILE  the backup's passphrase is its first line (`-`: standard input)\n"
    "  --json                  one JSON object\n"
    "\n"
    "Keys stay locked under their own passphrases, in a backup too. A backup belongs to the app\n"
    "with the same id.\n"
    "\n"
    "Exit status: 0 done; 1 something is damaged, or the passphrase is wrong; 2 usage; 3 the "
    "app's\n"
    "files, the keystore or the backup cannot be used.\n"
    "\n"
    "Examples:\n"
    "  trollbridge enclave check examples/vault\n"
    "  trollbridge enclave backup examples/vault vault.backup\n"
    "  trollbridge enclave restore examples/vault vault.backup --replace\n";

enum { HELPED = -1 };

static const struct {
    const char *name;
    int (*run)(const struct enclave *enclave);
    bool has_file;
    bool has_replace;
} commands[] = {
    {"check", enclave_check, false, false},
    {"list", enclave_list, false, false},
    {"backup", enclave_backup, true, false},
    {"restore", enclave_restore, true, true},
};

enum { HELP = 1, JSON, PASSPHRASE_FILE, REPLACE };

static int find_command(const char *name)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return (int)i;
    return -1;
}

static int read_operands(int argc, char **argv, struct enclave *enclave, size_t *ret_command)
{
    int command = optind < argc ? find_command(argv[optind]) : -1;
    if (command < 0)
        return cli_usage("enclave", "which of check, list, backup and restore?");
    bool has_file = commands[command].has_file;
    if (argc - optind != (has_file ? 3 : 2))
        return cli_usage("enclave", "%s wants an app folder%s", commands[command].name,
                         has_file ? " and the backup's file" : " alone");
    if (enclave->passphrase_file && !has_file)
        return cli_usage("enclave", "%s asks for no passphrase", commands[command].name);
    if (enclave->replace && !commands[command].has_replace)
        return cli_usage("enclave", "%s has no --replace", commands[command].name);
    enclave->app = argv[optind + 1];
    enclave->file = has_file ? argv[optind + 2] : NULL;
    *ret_command = (size_t)command;
    return CLI_DONE;
}

static int read_options(int argc, char **argv, struct enclave *enclave, size_t *ret_command)
{
    static const struct option known[] = {
        {"help", no_argument, NULL, HELP},
        {"json", no_argument, NULL, JSON},
        {"passphrase-file", required_argument, NULL, PASSPHRASE_FILE},
        {"replace", no_argument, NULL, REPLACE},
        {0}};
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (option == HELP || option == 'h') {
            fputs(help, stdout);
            return HELPED;
        }
        if (option == '?')
            return cli_usage_option("enclave", argv);
        enclave->json |= option == JSON;
        enclave->replace |= option == REPLACE;
        enclave->passphrase_file = option == PASSPHRASE_FILE ? optarg : enclave->passphrase_file;
    }
    return read_operands(argc, argv, enclave, ret_command);
}

/* ---- where it is ---- */

/* Beside the app's remembered answers. */
static int find(struct enclave *enclave)
{
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    int status = cli_app_settings(enclave->app, &settings);
    if (status != CLI_DONE)
        return status;
    struct tb_bytes answers = settings.answers;
    const uint8_t *slash = answers.n == 0 ? NULL : memrchr(answers.data, '/', answers.n);
    if (!slash)
        return cli_error(CLI_FILES, "variable",
                         "there is no place for a keystore: set HOME or XDG_STATE_HOME");
    int n = snprintf(enclave->path, sizeof enclave->path, "%.*s/plugins/enclave",
                     (int)(slash - answers.data), (const char *)answers.data);
    int n_id = snprintf(enclave->id, sizeof enclave->id, "%.*s", (int)settings.app.n,
                        (const char *)settings.app.data);
    if (n >= (int)sizeof enclave->path || n_id >= (int)sizeof enclave->id)
        return cli_error(CLI_FILES, "variable", "the path of the keystore is too long");
    return CLI_DONE;
}

int enclave_open(const struct enclave *enclave, struct tb_damage *ret_damage,
                 struct tb_keystore **ret_keystore)
{
    int r = tb_keystore_open(enclave->path, enclave_id(enclave), false, ret_damage, ret_keystore);
    if (r == 0 || r == TB_KEYSTORE_NONE || r == TB_KEYSTORE_DAMAGED)
        return CLI_DONE;
    if (r == -EBUSY)
        return cli_error(CLI_FILES, "io", "%s is just being restored", enclave->path);
    return cli_error(CLI_FILES, "io", "cannot open %s: %s", enclave->path,
                     r < 0 ? strerror(-r) : "the app's id is too long");
}

json_t *enclave_damage_json(const struct tb_damage *damage)
{
    return json_pack("{s:s,s:s,s:s}", "file", damage->file, "problem", tb_damage_word(damage->kind),
                     "text", tb_damage_text(damage->kind));
}

int cli_enclave(int argc, char **argv)
{
    struct enclave enclave = {0};
    size_t command = 0;
    int status = read_options(argc, argv, &enclave, &command);
    if (status == CLI_DONE)
        status = find(&enclave);
    if (status != CLI_DONE)
        return status == HELPED ? CLI_DONE : status;
    return commands[command].run(&enclave);
}
