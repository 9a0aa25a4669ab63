#include "plugins/shell/text.h"

/* Those of ASCII, and U+0080 to U+009F as UTF-8 has them. */
static bool is_control(struct tb_bytes text, size_t i)
{
    uint8_t c = text.data[i];
    return c < 0x20 || c == 0x7f || (c == 0xc2 && i + 1 < text.n && text.data[i + 1] < 0xa0);
}

/* Whatever any pattern says: what is not there to be seen, or ends a text for a program that reads
 * it as one, is in no argument. */
bool shell_text_is_plain(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_control(text, i))
            return false;
    return tb_utf8_valid(text);
}
