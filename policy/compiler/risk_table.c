/*
 * What each command is worth to an attacker who controls the page, in points of 100. The first row
 * that fits counts. A command of 0 points changes what its own window looks like, or tells what any
 * page knows anyway.
 */
#include "policy/compiler/risk_row.h"

#define PLAIN(plugin, command, points, reason)                                                     \
    {                                                                                              \
        plugin, command, TB_RISK_PLAIN, points, 0, reason                                          \
    }
#define HARMLESS(plugin, command)                                                                  \
    {                                                                                              \
        plugin, command, TB_RISK_PLAIN, 0, 0, "changes only what its own window shows"             \
    }
/* Rows whose points and reason come from the scope: risk.c. */
#define READS(plugin, command)                                                                     \
    {                                                                                              \
        plugin, command, TB_RISK_PATH_READS, 0, TB_RISK_READS, NULL                                \
    }
#define WRITES(plugin, command)                                                                    \
    {                                                                                              \
        plugin, command, TB_RISK_PATH_WRITES, 0, TB_RISK_WRITES, NULL                              \
    }
#define RUNS(plugin, command)                                                                      \
    {                                                                                              \
        plugin, command, TB_RISK_PROGRAMS, 0, TB_RISK_RUNS, NULL                                   \
    }

static const char windows[] = "opens windows and webviews with labels of its choice";
static const char covers[] = "covers the screen, or makes a window that looks like another";
static const char emits[] = "sends events to the app's other windows";
static const char shortcuts[] = "takes key combinations from all programs";
static const char clipboard[] = "reads the clipboard: passwords go through it";
static const char updates[] = "installs what the update server offers";
static const char asks[] = "shows dialogs of the system with its own text";
static const char picks[] = "lets the user pick files, which Tauri then adds to the scope";
static const char sends[] = "opens connections to any host";
static const char moves[] = "moves files between the disk and any host";
static const char database[] = "reads and changes databases, by any statement";
static const char uses[] = "decrypts and signs with keys that the user has unlocked";
static const char exports[] =
    "has a secret key leave the enclave, if a person gives its passphrase";
static const char destroys[] = "deletes or revokes keys that the user has unlocked";
static const char ends[] = "ends or restarts the app";
static const char machine[] = "tells which machine and user this is";

const struct tb_risk_row tb_risk_table[] = {
    READS("fs", "read*"),
    READS("fs", "open"),
    READS("fs", "size"),
    PLAIN("fs", "stat", 0, "tells of files in its scope"),
    PLAIN("fs", "lstat", 0, "tells of files in its scope"),
    PLAIN("fs", "fstat", 0, "tells of files in its scope"),
    PLAIN("fs", "exists", 0, "tells of files in its scope"),
    PLAIN("fs", "seek", 0, "moves in an open file"),
    READS("fs", "watch"),
    PLAIN("fs", "unwatch", 0, "stops watching"),
    WRITES("fs", "*"),

    RUNS("shell", "execute"),
    RUNS("shell", "spawn"),
    PLAIN("shell", "open", 15, "opens addresses in other programs"),
    PLAIN("shell", "stdin_write", 5, "writes to programs that it started"),
    PLAIN("shell", "kill", 2, "ends programs that it started"),

    {"http", "fetch", TB_RISK_HOSTS, 0, TB_RISK_SENDS, NULL},
    PLAIN("http", "*", 0, "goes on with a request"),
    {"websocket", "connect", TB_RISK_PLAIN, 40, TB_RISK_SENDS, sends},
    PLAIN("websocket", "*", 0, "goes on with a connection"),
    {"upload", "upload", TB_RISK_PLAIN, 70, TB_RISK_SENDS | TB_RISK_READS, moves},
    {"upload", "download", TB_RISK_PLAIN, 70, TB_RISK_SENDS | TB_RISK_WRITES, moves},

    {"opener", "open_path", TB_RISK_PATH_OPENS, 0, 0, NULL},
    PLAIN("opener", "open_url", 10, "opens addresses in other programs"),
    PLAIN("opener", "*", 3, "shows files in the file manager"),

    PLAIN("process", "*", 3, ends),
    PLAIN("clipboard-manager", "read_*", 25, clipboard),
    PLAIN("clipboard-manager", "*", 8, "replaces the clipboard: what is pasted next is its own"),
    PLAIN("updater", "check", 2, "asks the update server"),
    PLAIN("updater", "*", 15, updates),
    PLAIN("sql", "close", 0, "closes a database"),
    PLAIN("sql", "*", 25, database),
    PLAIN("store", "*", 5, "reads and writes the app's stored settings"),
    PLAIN("stronghold", "*", 20, "reads and writes stored secrets"),
    PLAIN("enclave", "decrypt", 15, uses),
    PLAIN("enclave", "sign", 15, uses),
    PLAIN("enclave", "vault_get", 20, "reads stored secrets while their key is unlocked"),
    PLAIN("enclave", "vault_*", 5, "stores and removes secrets while their key is unlocked"),
    PLAIN("enclave", "export_key", 10, exports),
    PLAIN("enclave", "delete_key", 10, destroys),
    PLAIN("enclave", "revoke_key", 10, destroys),
    PLAIN("enclave", "change_passphrase", 5,
          "sets another passphrase, if it knows the one there is"),
    PLAIN("enclave", "import_*", 5, "adds keys to those that the user has"),
    PLAIN("enclave", "trust", 5, "says which keys the user trusts"),
    PLAIN("enclave", "*", 3, "works with the user's keys"),
    PLAIN("global-shortcut", "register*", 20, shortcuts),
    PLAIN("global-shortcut", "*", 2, "asks for its key combinations"),
    PLAIN("autostart", "enable", 20, "has the app started at each login"),
    PLAIN("autostart", "*", 2, "sees whether the app starts at login"),
    PLAIN("deep-link", "register", 15, "makes the app open addresses of a scheme"),
    PLAIN("deep-link", "*", 2, "sees with which address the app was opened"),
    PLAIN("dialog", "open", 10, picks),
    PLAIN("dialog", "save", 10, picks),
    PLAIN("dialog", "*", 3, asks),
    PLAIN("notification", "*", 4, "shows notifications with its own text"),
    PLAIN("geolocation", "*", 25, "tells where the user is"),
    PLAIN("barcode-scanner", "*", 15, "uses the camera"),
    PLAIN("nfc", "*", 15, "reads and writes tags"),
    PLAIN("biometric", "*", 5, "asks for the user's finger or face"),
    PLAIN("haptics", "*", 0, "shakes"),
    PLAIN("os", "hostname", 4, machine),
    PLAIN("os", "*", 1, machine),
    PLAIN("cli", "*", 1, "sees the app's command line"),
    PLAIN("audit", "*", 0, "follows the log of its own calls"),
    PLAIN("log", "*", 3, "writes lines of its own to the app's log"),
    PLAIN("positioner", "*", 0, "moves its window"),
    PLAIN("window-state", "*", 1, "keeps and restores the windows' places"),

    PLAIN("core:window", "create", 30, windows),
    PLAIN("core:window", "set_fullscreen*", 5, covers),
    PLAIN("core:window", "set_simple_fullscreen", 5, covers),
    PLAIN("core:window", "set_always_on_top", 5, covers),
    PLAIN("core:window", "set_cursor_grab", 5, "holds the mouse inside its window"),
    PLAIN("core:window", "set_ignore_cursor_events", 5, covers),
    PLAIN("core:window", "close", 2, "closes windows"),
    PLAIN("core:window", "destroy", 2, "closes windows"),
    HARMLESS("core:window", "*"),
    PLAIN("core:webview", "create_webview*", 30, windows),
    PLAIN("core:webview", "internal_toggle_devtools", 5, "opens the developer tools"),
    PLAIN("core:webview", "clear_all_browsing_data", 5, "deletes what pages have stored"),
    PLAIN("core:webview", "reparent", 5, covers),
    HARMLESS("core:webview", "*"),
    PLAIN("core:event", "emit*", 4, emits),
    PLAIN("core:event", "*", 2, "receives the events of the app's other windows"),
    PLAIN("core:image", "from_path", 10, "reads image files at any path"),
    PLAIN("core:image", "*", 0, "works on images that it has"),
    PLAIN("core:app", "exit", 3, ends),
    PLAIN("core:app", "restart", 3, ends),
    PLAIN("core:app", "remove_data_store", 10, "deletes what pages have stored"),
    PLAIN("core:app", "*", 0, "tells the app's name and version"),
    PLAIN("core:path", "*", 0, "works on path names"),
    PLAIN("core:resources", "*", 0, "gives back what it holds"),
    PLAIN("core:menu", "*", 1, "changes the app's menus"),
    PLAIN("core:tray", "*", 1, "changes the app's tray icon"),
};

const size_t tb_risk_table_n = TB_ARRAY_LEN(tb_risk_table);

const struct tb_risk_row tb_risk_app_row = {
    "", "*", TB_RISK_PLAIN, 10, 0, "the app's own command: not known to Trollbridge"};
const struct tb_risk_row tb_risk_unknown_row = {"", "*", TB_RISK_UNKNOWN,
                                                10, 0,   "not known to Trollbridge"};
