/* What a person is to know of a call, as a widget. */
#pragma once

#include <gtk/gtk.h>
#include <trollbridge.h>

GtkWidget *tb_ask_facts(const struct trollbridge_app *app, const struct trollbridge_ask *ask);
