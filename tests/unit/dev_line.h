/* Lines of an audit log, as the scribe writes them, without their newlines. */
#pragma once

#include "tests/unit/test.h"

struct dev_line {
    uint64_t n;
    const char *session;
    const char *event;
    const char *command; /* as it stands between the quotes */
    const char *reason;
    uint64_t of;
};

/* Valid until the next one. */
tb_unused static const char *dev_line_text(const struct dev_line *line)
{
    static char text[8192];
    int n = snprintf(
        text, sizeof text,
        "{\"v\":1,\"n\":%llu,\"time\":\"2026-11-22T04:00:00.000000Z\",\"mono_ns\":1,\"app\":\"com."
        "a\",\"session\":\"%s\",\"view\":\"main\",\"origin\":\"local\",\"event\":\"%s\","
        "\"command\":\"%s\",\"verdict\":\"allow\",\"code\":\"denied\",\"rule\":{\"capability\":"
        "\"c\",\"permission\":\"p\",\"file\":\"f.json\",\"line\":7},\"reason\":\"%s\",\"plugin\":"
        "\"fs\",\"of\":%llu,\"dur_ns\":4,\"in\":5,\"out\":6,\"args\":{\"a\":1},\"prev\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\",\"mac\":\"\"}",
        (unsigned long long)line->n, line->session, line->event, line->command, line->reason,
        (unsigned long long)line->of);
    CHECK(n > 0 && (size_t)n < sizeof text);
    return text;
}
