#include "host/webkitgtk/secret_buffer.h"

#include <sodium.h>
#include <string.h>

enum { BYTES_MAX = 2 * TB_SECRET_MAX };

struct _TbSecretBuffer {
    GtkEntryBuffer parent;
    char *text; /* with a 0 behind */
    size_t n;
    guint n_characters;
};

G_DECLARE_FINAL_TYPE(TbSecretBuffer, tb_secret_buffer, TB, SECRET_BUFFER, GtkEntryBuffer)
G_DEFINE_TYPE(TbSecretBuffer, tb_secret_buffer, GTK_TYPE_ENTRY_BUFFER)

static const char *get_text(GtkEntryBuffer *buffer, size_t *ret_n)
{
    const TbSecretBuffer *secret = TB_SECRET_BUFFER(buffer);
    if (ret_n)
        *ret_n = secret->n;
    return secret->text;
}

static guint get_length(GtkEntryBuffer *buffer)
{
    return TB_SECRET_BUFFER(buffer)->n_characters;
}

/* How many bytes of the whole characters there is room for. */
static size_t fitting(const TbSecretBuffer *secret, const char *text, guint *n_characters)
{
    const char *end = text;
    guint n = 0;
    while (n < *n_characters) {
        const char *next = g_utf8_next_char(end);
        if (secret->n + (size_t)(next - text) >= BYTES_MAX)
            break;
        end = next;
        n++;
    }
    *n_characters = n;
    return (size_t)(end - text);
}

/* A signal copies its strings, and the copies are not wiped: the text it tells is empty. Fields
 * look at the number alone. */
static guint insert_text(GtkEntryBuffer *buffer, guint position, const char *text,
                         guint n_characters)
{
    TbSecretBuffer *secret = TB_SECRET_BUFFER(buffer);
    char *at = g_utf8_offset_to_pointer(secret->text, (glong)position);
    size_t n = fitting(secret, text, &n_characters);
    memmove(at + n, at, secret->n - (size_t)(at - secret->text));
    memcpy(at, text, n);
    secret->n += n;
    secret->n_characters += n_characters;
    gtk_entry_buffer_emit_inserted_text(buffer, position, "", n_characters);
    return n_characters;
}

static guint delete_text(GtkEntryBuffer *buffer, guint position, guint n_characters)
{
    TbSecretBuffer *secret = TB_SECRET_BUFFER(buffer);
    guint first = MIN(position, secret->n_characters);
    guint n_deleted = MIN(n_characters, secret->n_characters - first);
    char *at = g_utf8_offset_to_pointer(secret->text, (glong)first);
    const char *end = g_utf8_offset_to_pointer(at, (glong)n_deleted);
    size_t n_behind = secret->n - (size_t)(end - secret->text);
    size_t n = (size_t)(end - at);
    memmove(at, end, n_behind);
    sodium_memzero(at + n_behind, n);
    secret->n -= n;
    secret->n_characters -= n_deleted;
    if (n_deleted > 0)
        gtk_entry_buffer_emit_deleted_text(buffer, first, n_deleted);
    return n_deleted;
}

static void finalize(GObject *object)
{
    sodium_free(TB_SECRET_BUFFER(object)->text);
    G_OBJECT_CLASS(tb_secret_buffer_parent_class)->finalize(object);
}

static void tb_secret_buffer_class_init(TbSecretBufferClass *class)
{
    GtkEntryBufferClass *buffer = GTK_ENTRY_BUFFER_CLASS(class);
    buffer->get_text = get_text;
    buffer->get_length = get_length;
    buffer->insert_text = insert_text;
    buffer->delete_text = delete_text;
    G_OBJECT_CLASS(class)->finalize = finalize;
}

static void tb_secret_buffer_init(TbSecretBuffer *secret)
{
    secret->text = sodium_init() < 0 ? NULL : sodium_malloc(BYTES_MAX);
    if (secret->text)
        sodium_memzero(secret->text, BYTES_MAX);
}

GtkEntryBuffer *tb_secret_buffer_new(void)
{
    g_autoptr(TbSecretBuffer) secret = g_object_new(tb_secret_buffer_get_type(), NULL);
    return secret->text ? GTK_ENTRY_BUFFER(g_steal_pointer(&secret)) : NULL;
}

const char *tb_secret_buffer_text(GtkEntryBuffer *buffer, size_t *ret_n)
{
    return get_text(buffer, ret_n);
}

gboolean tb_secret_buffers_are_same(GtkEntryBuffer *a, GtkEntryBuffer *b)
{
    size_t n_a;
    size_t n_b;
    const char *text_a = get_text(a, &n_a);
    const char *text_b = get_text(b, &n_b);
    return n_a == n_b && sodium_memcmp(text_a, text_b, n_a) == 0;
}
