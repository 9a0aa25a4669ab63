#include "host/webkitgtk/frontend/documents.h"

#include "base/fd.h"
#include "base/result.h"
#include "frontend/folder.h"
#include "frontend/mime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>

enum { DIGEST = 32 };

struct document {
    uint8_t digest[DIGEST];
    struct tb_html html;
};

struct tb_documents {
    GHashTable *of_path; /* struct document */
    size_t n_files;
};

struct walk {
    struct tb_documents *documents;
    const char *shown;
};

G_DEFINE_QUARK(tb_frontend_error, tb_frontend_error)

static void document_free(void *data)
{
    struct document *document = data;
    tb_html_deinit(&document->html);
    g_free(document);
}

static gboolean wrong(const struct walk *walk, const char *path, GError **error, const char *what)
{
    g_set_error(error, TB_FRONTEND_ERROR, TB_FRONTEND_ERROR_FILES, "%s/%s %s", walk->shown, path,
                what);
    return FALSE;
}

static gboolean add(const struct walk *walk, const char *path, struct tb_bytes text, GError **error)
{
    if (g_hash_table_size(walk->documents->of_path) == TB_DOCUMENTS_MAX)
        return wrong(walk, path, error,
                     "is one document of HTML too many: a frontend can have 1024");
    g_autofree struct document *document = g_new0(struct document, 1);
    int r = tb_html_read(text, &document->html);
    if (r != TB_OK)
        return wrong(walk, path, error,
                     r < 0 ? "cannot be read: out of memory"
                           : "has more than 4 MiB, 4096 scripts and styles, or 256 inline ones: "
                             "put them into files of their own");
    crypto_generichash(document->digest, DIGEST, text.data, text.n, NULL, 0);
    g_hash_table_insert(walk->documents->of_path, g_strdup(path), g_steal_pointer(&document));
    return TRUE;
}

static gboolean read_document(const struct walk *walk, int folder, const char *name,
                              const char *path, GError **error)
{
    off_t size;
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    size_t n = 0;
    tb_fd fd = tb_folder_open_file(folder, name, &size);
    if (fd < 0) /* a link, a folder or gone: it is not served either */
        return TRUE;
    int r = tb_fd_read_all(fd, TB_HTML_MAX, &data, &n);
    if (r < 0)
        return wrong(walk, path, error, "cannot be read");
    return r == TB_OK ? add(walk, path, tb_bytes_of(data, n), error)
                      : wrong(walk, path, error, "is larger than 4 MiB: split it");
}

static gboolean walk_folder(const struct walk *walk, int folder, const char *path, unsigned depth,
                            GError **error);

static gboolean walk_entry(const struct walk *walk, int folder, const struct dirent *entry,
                           const char *above, unsigned depth, GError **error)
{
    g_autofree char *path = g_strconcat(above, *above ? "/" : "", entry->d_name, NULL);
    if (++walk->documents->n_files > TB_DOCUMENTS_FILES_MAX)
        return wrong(walk, path, error, "is one file too many: a frontend can have 65536");
    if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) {
        tb_fd below = tb_folder_open(folder, entry->d_name);
        if (below >= 0)
            return walk_folder(walk, below, path, depth + 1, error);
    }
    if (!tb_mime_is_html(entry->d_name))
        return TRUE;
    return read_document(walk, folder, entry->d_name, path, error);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        (void)closedir(*folder);
}

static gboolean walk_folder(const struct walk *walk, int folder, const char *path, unsigned depth,
                            GError **error)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    tb_cleanup(close_folder) DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (!entries)
        return wrong(walk, path, error, "cannot be read");
    if (depth > TB_DOCUMENTS_DEPTH)
        return wrong(walk, path, error, "lies more than 32 folders deep");
    gboolean ok = TRUE;
    for (const struct dirent *entry = readdir(entries); entry && ok; entry = readdir(entries))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = walk_entry(walk, folder, entry, path, depth, error);
    return ok;
}

struct tb_documents *tb_documents_load(int folder, const char *shown, GError **error)
{
    struct tb_documents *documents = g_new0(struct tb_documents, 1);
    documents->of_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, document_free);
    const struct walk walk = {documents, shown};
    if (walk_folder(&walk, folder, "", 0, error))
        return documents;
    tb_documents_free(documents);
    return NULL;
}

void tb_documents_free(struct tb_documents *documents)
{
    if (!documents)
        return;
    g_hash_table_unref(documents->of_path);
    g_free(documents);
}

const struct tb_html *tb_documents_find(const struct tb_documents *documents, const char *path,
                                        struct tb_bytes text)
{
    uint8_t digest[DIGEST];
    const struct document *document = g_hash_table_lookup(documents->of_path, path);
    if (!document)
        return NULL;
    crypto_generichash(digest, DIGEST, text.data, text.n, NULL, 0);
    return memcmp(digest, document->digest, DIGEST) == 0 ? &document->html : NULL;
}
