/* What a person is to know before an answer, as widgets. Nothing in it is markup. */
#pragma once

#include <gtk/gtk.h>
#include <trollbridge.h>

/* A box for a prompt, which begins with this line. */
GtkBox *tb_prompt_box(const char *text);
/* One more line of text in it. */
GtkLabel *tb_prompt_line(GtkBox *box, const char *text);

/* A table in it, of the app to begin with. */
GtkGrid *tb_prompt_facts(GtkBox *box, const struct trollbridge_app *app);
void tb_prompt_fact(GtkGrid *facts, const char *name, const char *untrusted_text);
