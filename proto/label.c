#include "proto/label.h"

#include "proto/limits.h"

bool tb_label_valid(struct tb_bytes label)
{
    if (label.n == 0 || label.n > TB_LABEL_MAX)
        return false;
    for (size_t i = 0; i < label.n; i++) {
        uint8_t c = label.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '/' || c == ':'))
            return false;
    }
    return true;
}

bool tb_origin_valid(struct tb_bytes origin)
{
    for (size_t i = 0; i < origin.n; i++)
        if (origin.data[i] <= ' ' || origin.data[i] >= 0x7f)
            return false;
    return origin.n > 0 && origin.n <= TB_ORIGIN_MAX;
}
