#include "plugins/shell/encoding.h"

#include "base/result.h"

#include <errno.h>
#include <iconv.h>

enum { LABEL_MAX = 32, STEP = 4096 };

static const struct {
    const char *label;
    const char *name;
} labels[] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"utf-16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"ascii", "CP1252"},
    {"us-ascii", "CP1252"},
    {"latin1", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"windows-1252", "CP1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-15", "ISO-8859-15"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"ibm866", "CP866"},
    {"gbk", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"euc-jp", "EUC-JP"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"shift_jis", "CP932"},
    {"euc-kr", "CP949"},
};

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
}

bool shell_encoding_find(struct tb_bytes label, struct shell_encoding *ret_encoding)
{
    char text[LABEL_MAX];
    if (label.n >= sizeof text)
        return false;
    for (size_t i = 0; i < label.n; i++)
        text[i] = lower(label.data[i]);
    struct tb_bytes wanted = tb_bytes_of(text, label.n);
    if (tb_bytes_are(wanted, "raw")) {
        *ret_encoding = (struct shell_encoding){.kind = SHELL_RAW};
        return true;
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(labels); i++) {
        if (!tb_bytes_are(wanted, labels[i].label))
            continue;
        *ret_encoding = (struct shell_encoding){SHELL_LABELLED, labels[i].name};
        return true;
    }
    return false;
}

static int append(struct tb_buffer *text, struct tb_bytes bytes)
{
    return tb_buffer_append(text, bytes) ? TB_OK : -ENOMEM;
}

static void close_converter(iconv_t *converter)
{
    if (*converter != (iconv_t)-1)
        iconv_close(*converter);
}

static int convert(iconv_t converter, struct tb_bytes bytes, struct tb_buffer *text)
{
    char *in = (char *)(uintptr_t)bytes.data;
    size_t n_in = bytes.n;
    int r = TB_OK;
    while (r == TB_OK && n_in > 0) {
        char step[STEP];
        char *out = step;
        size_t n_out = sizeof step;
        size_t n = iconv(converter, &in, &n_in, &out, &n_out);
        bool stopped = n == (size_t)-1 && errno != E2BIG;
        r = append(text, tb_bytes_of(step, sizeof step - n_out));
        if (r != TB_OK || !stopped)
            continue;
        r = append(text, tb_bytes_of_string("\xef\xbf\xbd"));
        in++;
        n_in--;
    }
    return r;
}

int shell_encoding_decode(const struct shell_encoding *encoding, struct tb_bytes bytes,
                          struct tb_buffer *text)
{
    if (encoding->kind == SHELL_RAW)
        return append(text, bytes);
    if (encoding->kind == SHELL_UTF8)
        return tb_utf8_valid(bytes) ? append(text, bytes) : TB_MALFORMED;
    tb_cleanup(close_converter) iconv_t converter = iconv_open("UTF-8", encoding->name);
    if (converter == (iconv_t)-1)
        return errno == ENOMEM ? -ENOMEM : TB_MALFORMED;
    return convert(converter, bytes, text);
}
