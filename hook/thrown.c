#include "hook/thrown.h"

#include "base/result.h"
#include "hook/text.h"

#include <stdio.h>

enum { WORDS_MAX = 400 };

struct tb_bytes hook_whole(const char *text)
{
    struct tb_bytes whole = tb_bytes_of_string(text);
    size_t n = whole.n;
    while (n > 0 && whole.n - n < 3 && (whole.data[n - 1] & 0xC0) == 0x80)
        n--;
    /* n is behind a byte that is not a continuation: of a whole character, or of a cut one. */
    if (!tb_utf8_valid(whole))
        whole.n = n > 0 ? n - 1 : 0;
    return whole;
}

/* The line that the engine noted when the error was made; 0: it is none, or of another file. */
static uint32_t line_of(const struct hook_realm *realm, const struct hook_source *source,
                        JSValueRef thrown)
{
    JSValueRef again = NULL;
    if (!JSValueIsObject(realm->context, thrown))
        return 0;
    JSObjectRef error = JSValueToObject(realm->context, thrown, &again);
    JSValueRef line = error && !again ? hook_realm_get(realm, error, "line", &again) : NULL;
    JSValueRef url = line && !again ? hook_realm_get(realm, error, "sourceURL", &again) : NULL;
    if (!url || again || !JSValueIsNumber(realm->context, line) ||
        !JSValueIsString(realm->context, url))
        return 0;
    hook_string name = JSValueToStringCopy(realm->context, url, &again);
    if (!name || again || !JSStringIsEqualToUTF8CString(name, source->file))
        return 0;
    double number = JSValueToNumber(realm->context, line, &again);
    if (again || !(number >= 1))
        return 0;
    return number < source->n_lines ? (uint32_t)number : source->n_lines;
}

static void words_of(const struct hook_realm *realm, JSValueRef thrown,
                     char ret_words[static WORDS_MAX + 1])
{
    JSValueRef again = NULL;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, TB_FRAME_MAX);
    hook_string string = JSValueToStringCopy(realm->context, thrown, &again);
    if (!string || again || hook_string_append(string, &text, NULL) != TB_OK) {
        (void)snprintf(ret_words, WORDS_MAX + 1, "something was thrown that has no text");
        return;
    }
    struct tb_bytes bytes = tb_buffer_bytes(&text);
    size_t n = bytes.n < WORDS_MAX ? bytes.n : WORDS_MAX;
    memcpy(ret_words, bytes.data, n);
    ret_words[n] = 0;
    for (size_t i = 0; i < n; i++)
        if (ret_words[i] == 0)
            ret_words[i] = ' ';
}

void hook_thrown_text(const struct hook_realm *realm, const struct hook_source *source,
                      JSValueRef thrown, char ret_text[static TB_ERROR_MESSAGE_MAX + 1])
{
    char words[WORDS_MAX + 1];
    char place[16] = "";
    uint32_t line = line_of(realm, source, thrown);
    words_of(realm, thrown, words);
    if (line > 0)
        (void)snprintf(place, sizeof place, ":%u", line);
    (void)snprintf(ret_text, TB_ERROR_MESSAGE_MAX + 1, "%.80s%s: %s", source->file, place, words);
}
