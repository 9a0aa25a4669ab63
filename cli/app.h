/* What an app's manifest and policy compile to, by the same program that Trollbridge runs at start.
 */
#pragma once

#include "policy/settings.h"

/*
 * Compiles the app in that folder. Returns an exit status; what is wrong with its files has been
 * said on stderr, by the compiler. The settings are the caller's to deinit.
 */
tb_must_check int cli_app_settings(const char *app, struct tb_settings *ret_settings);
