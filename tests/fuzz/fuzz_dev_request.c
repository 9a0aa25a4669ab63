/* The headers of a request to the dev bridge: without the cookie nothing but a refusal comes of
 * them, and a document is for nobody but a navigation. */
#include "dev/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct dev_door door = {
    .host = "00112233445566778899aabbccddeeff.localhost:1",
    .origin = "http://00112233445566778899aabbccddeeff.localhost:1",
    .token = SECRET,
    .cookie = SECRET,
};

static bool has(struct tb_bytes text, const char *what)
{
    return text.n > 0 && memmem(text.data, text.n, what, strlen(what)) != NULL;
}

/* A line for each header, and the flags in the first byte. */
static struct dev_request read_request(struct tb_bytes text)
{
    struct dev_request request = {.is_get = true};
    if (text.n > 0) {
        request.is_get = text.data[0] & 1;
        request.has_body = text.data[0] & 2;
        request.has_token = text.data[0] & 4;
        request.is_service_worker = text.data[0] & 8;
        text = tb_bytes_of(text.data + 1, text.n - 1);
    }
    struct tb_bytes *const fields[] = {&request.untrusted_host,   &request.untrusted_origin,
                                       &request.untrusted_cookie, &request.untrusted_token,
                                       &request.untrusted_site,   &request.untrusted_mode,
                                       &request.untrusted_dest,   &request.untrusted_purpose};
    for (size_t i = 0; i < TB_ARRAY_LEN(fields); i++)
        *fields[i] = tb_bytes_cut(&text, '\n');
    return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct dev_request request = read_request(tb_bytes_of(data, n));
    struct dev_judgement judgement = dev_request_judge(&request, &door);
    bool knows = has(request.untrusted_cookie, SECRET);
    tb_assert(judgement.verdict != DEV_REFUSED || (judgement.status >= 400 && judgement.why));
    if (judgement.verdict == DEV_ENTER)
        tb_assert(tb_bytes_are(request.untrusted_token, SECRET));
    if (judgement.verdict == DEV_DOCUMENT)
        tb_assert(knows && tb_bytes_are(request.untrusted_dest, "document"));
    if (judgement.verdict == DEV_RESOURCE)
        tb_assert(knows && request.is_get && !request.has_body);
    if (dev_request_may_connect(&request, &door))
        tb_assert(knows && tb_bytes_are(request.untrusted_origin, door.origin));
    return 0;
}
