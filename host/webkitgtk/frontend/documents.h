/*
 * The documents of HTML that lay in the frontend when the app was loaded. Those alone get nonces
 * and hashes, and only as long as they are what they were: what is put into the folder later can
 * not bring code of its own into a page.
 */
#pragma once

#include "frontend/html.h"

#include <glib.h>

enum {
    TB_DOCUMENTS_MAX = 1024,
    TB_DOCUMENTS_FILES_MAX = 65536, /* names in the frontend */
    TB_DOCUMENTS_DEPTH = 32,
};

struct tb_documents;

/* Reads all of them. NULL, and the error says which file and what to do. `shown` is the folder's
 * name in messages. */
struct tb_documents *tb_documents_load(int folder, const char *shown, GError **error);
void tb_documents_free(struct tb_documents *documents);

/* The document of that path, if `text` is what it was; else NULL. Borrowed. */
const struct tb_html *tb_documents_find(const struct tb_documents *documents, const char *path,
                                        struct tb_bytes text);

#define TB_FRONTEND_ERROR (tb_frontend_error_quark())
GQuark tb_frontend_error_quark(void);
enum tb_frontend_error { TB_FRONTEND_ERROR_FILES }; /* the app's files are wrong */
