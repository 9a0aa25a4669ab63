#include "plugins/sdk/note.h"

#include "plugins/sdk/session.h"

#include <stdio.h>

void tb_note_write(struct tb_note *note, const char *format, va_list arguments)
{
    int n = vsnprintf(note->text, sizeof note->text, format, arguments);
    if (n < 0)
        note->text[0] = 0;
}

struct tb_bytes tb_note_bytes(const struct tb_note *note)
{
    return tb_answer_text(note->text);
}

void tb_reply_note(struct tb_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tb_note_write(&tb_open_call_of(call)->note, format, arguments);
    va_end(arguments);
}

void tb_stream_note(struct tb_stream *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tb_note_write(&stream->note, format, arguments);
    va_end(arguments);
}
