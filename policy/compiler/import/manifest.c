#include "policy/compiler/import/parts.h"

#include <stdio.h>

static const char mode_text[] = "\n[policy]\n"
                                "# As in Tauri, so that the app's files mean what they meant. With "
                                "\"narrow\" a scope reaches only\n"
                                "# the views, origins and commands of the capability that grants "
                                "it, a deny entry holds where its\n"
                                "# own capability holds, the app's own commands are always "
                                "checked, and an empty list of allowed\n"
                                "# scopes allows nothing: `trollbridge policy check APP --mode "
                                "narrow` shows what that would be.\n"
                                "mode = \"tauri\"\n";

/* Text that grows; each piece is copied once more only where it has to move. */
struct text {
    struct tb_arena *arena;
    uint8_t *bytes;
    size_t n;
};

static void put(struct text *text, struct tb_bytes bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        text->bytes = tb_arena_grow(text->arena, text->bytes, text->n, 1);
        text->bytes[text->n++] = bytes.data[i];
    }
}

static void put_string(struct text *text, const char *string)
{
    put(text, tb_bytes_of_string(string));
}

/* As a TOML string. What a quoted string cannot hold is written as an escape. */
static void put_quoted(struct text *text, struct tb_bytes value)
{
    char escape[8];
    put_string(text, "\"");
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = value.data[i];
        bool special = c == '"' || c == '\\';
        if (c >= 0x20 && c != 0x7f && !special) {
            put(text, tb_bytes_of(&value.data[i], 1));
            continue;
        }
        (void)snprintf(escape, sizeof escape, special ? "\\%c" : "\\u%04x", c);
        put_string(text, escape);
    }
    put_string(text, "\"");
}

static void put_key(struct text *text, const char *key, struct tb_bytes value)
{
    if (value.n == 0)
        return;
    put_string(text, key);
    put_string(text, " = ");
    put_quoted(text, value);
    put_string(text, "\n");
}

static void put_word(struct text *text, struct tb_bytes word)
{
    put_string(text, text->n > 0 ? " " : "");
    put(text, word);
}

/* The content security policy in one line; the configuration may have it as a table of directives.
 */
static struct tb_bytes csp_of(struct tb_arena *arena, const struct tb_value *csp)
{
    struct text text = {.arena = arena};
    const struct tb_value *directive = csp && csp->type == TB_VALUE_MAP ? csp->child : NULL;
    put(&text, tb_value_text(csp));
    for (; directive; directive = directive->next) {
        put_word(&text, directive->key);
        if (directive->type == TB_VALUE_STRING)
            put_word(&text, directive->string);
        for (const struct tb_value *item = directive->child; item; item = item->next)
            put_word(&text, tb_value_text(item));
        put_string(&text, directive->next ? ";" : "");
    }
    return tb_bytes_of(text.bytes, text.n);
}

static void put_plugins(struct text *text, const struct tb_import *import)
{
    if (import->n_plugins > 0)
        put_string(text, "\n# What the project's plugins permit, as its last build knew it.\n");
    for (size_t i = 0; i < import->n_plugins; i++) {
        struct tb_bytes key = import->plugins[i];
        put_string(text, i > 0 ? "\n[plugins." : "[plugins.");
        put_quoted(text, key);
        put_string(text, "]\npermissions = \"plugins/");
        put(text, key);
        put_string(text, "\"\n");
    }
}

static void put_open(struct text *text, const struct tb_import *import)
{
    const struct tb_value *open = tb_tauri_conf_closes(import->conf);
    if (!open)
        return;
    put_string(text, "\n[open]\n");
    if (open->type == TB_VALUE_STRING) {
        put_string(text, "# Patterns of the URLs that the project's own expression matched belong "
                         "into `urls`. It was\n# ");
        put_quoted(text, open->string);
        put_string(text, "\n");
    }
    put_string(text, "schemes = []\n");
}

void tb_import_manifest(struct tb_import *import)
{
    const struct tb_tauri_conf *conf = import->conf;
    struct text text = {.arena = import->policy->arena};
    put_string(&text, "[app]\n");
    put_key(&text, "id", tb_value_text(conf->identifier));
    put_key(&text, "name", tb_value_text(conf->name));
    put_key(&text, "frontend", tb_bytes_of_string("dist"));
    put_key(&text, "dev_url", tb_value_text(conf->dev_url));
    put_key(&text, "csp", csp_of(import->policy->arena, conf->csp));
    put_string(&text, mode_text);
    put_open(&text, import);
    put_plugins(&text, import);
    tb_import_add(import, &(struct tb_import_file){.path = "trollbridge.toml",
                                                   .text = tb_bytes_of(text.bytes, text.n)});
}
