/* What a page wants in a message: the arguments of plugin:dialog|message, in Tauri's shape. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

enum {
    TB_DIALOG_TITLE_MAX = 256, /* bytes that are shown */
    TB_DIALOG_TEXT_MAX = 8192, /* the same */
    TB_DIALOG_LABEL_MAX = 128, /* bytes of a button; more are refused */
    TB_DIALOG_BUTTONS_MAX = 3,
};

enum tb_dialog_kind {
    TB_DIALOG_INFO = 0,
    TB_DIALOG_WARNING,
    TB_DIALOG_ERROR,
};

struct tb_dialog_button {
    char *label;  /* as it is shown */
    char *answer; /* what the page is told */
};

struct tb_dialog_message {
    char *title; /* NULL: none */
    char *text;
    enum tb_dialog_kind kind;
    struct tb_dialog_button buttons[TB_DIALOG_BUTTONS_MAX]; /* the first says yes */
    size_t n_buttons;
};

/* What the page is told when a message is closed without any button. */
#define TB_DIALOG_CLOSED "Cancel"

/* Reads a call's arguments; false: the call has been answered. Deinit what was read. */
TB_CHECKED bool tb_dialog_message_read(struct tb_call *call, struct tb_dialog_message *ret_message);
void tb_dialog_message_deinit(struct tb_dialog_message *message);
