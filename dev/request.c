#include "dev/request.h"

#include <sodium.h>
#include <stdio.h>

#define COOKIE "trollbridge="

static bool same_secret(struct tb_bytes untrusted, const char *secret)
{
    return untrusted.n == DEV_SECRET_HEX && strlen(secret) == DEV_SECRET_HEX &&
           sodium_memcmp(untrusted.data, secret, DEV_SECRET_HEX) == 0;
}

static struct tb_bytes trimmed(struct tb_bytes text)
{
    while (text.n > 0 && text.data[0] == ' ')
        text = tb_bytes_of(text.data + 1, text.n - 1);
    return text;
}

/* Ours has to be there once: a second one may have been put before it by another host of the same
 * site, which this one has not. */
static bool has_cookie(struct tb_bytes untrusted_cookie, const char *cookie)
{
    size_t n = 0;
    bool right = false;
    while (untrusted_cookie.n > 0) {
        struct tb_bytes pair = trimmed(tb_bytes_cut(&untrusted_cookie, ';'));
        if (!tb_bytes_begin(pair, COOKIE))
            continue;
        size_t skip = strlen(COOKIE);
        n++;
        right = same_secret(tb_bytes_of(pair.data + skip, pair.n - skip), cookie);
    }
    return n == 1 && right;
}

static bool own_origin(const struct dev_request *request, const struct dev_door *door)
{
    return tb_bytes_are(request->untrusted_origin, door->origin);
}

bool dev_door_is(const struct dev_door *door, struct tb_bytes untrusted_host)
{
    return door->host[0] != 0 && tb_bytes_are(untrusted_host, door->host);
}

static bool is_navigation(const struct dev_request *request)
{
    return tb_bytes_are(request->untrusted_mode, "navigate") &&
           tb_bytes_are(request->untrusted_dest, "document");
}

static struct dev_judgement refuse(unsigned status, const char *why)
{
    return (struct dev_judgement){.status = status, .why = why};
}

static struct dev_judgement judge_token(const struct dev_request *request,
                                        const struct dev_door *door)
{
    if (!is_navigation(request) || !tb_bytes_are(request->untrusted_site, "none") ||
        request->untrusted_purpose.n > 0)
        return refuse(403,
                      "This address is for a person: paste it into the browser's address bar.");
    if (!same_secret(request->untrusted_token, door->token))
        return refuse(401, "This address was used before, or is another run's: press Enter where "
                           "`trollbridge dev` runs for a new one.");
    return (struct dev_judgement){.verdict = DEV_ENTER};
}

static struct dev_judgement judge_page(const struct dev_request *request)
{
    struct dev_judgement judgement = {.verdict = DEV_RESOURCE};
    if (!is_navigation(request))
        return judgement;
    /* A document that nobody looks at would end the session of the one that is there. */
    if (request->untrusted_purpose.n > 0)
        return refuse(403, "A page is opened when it is shown, and not before.");
    judgement.verdict = DEV_DOCUMENT;
    return judgement;
}

static bool own_site(const struct dev_request *request)
{
    return tb_bytes_are(request->untrusted_site, "none") ||
           tb_bytes_are(request->untrusted_site, "same-origin");
}

struct dev_judgement dev_request_judge(const struct dev_request *request,
                                       const struct dev_door *door)
{
    if (!door)
        return refuse(421, "There is no page of that name here.");
    if (!request->is_get || request->has_body)
        return refuse(405, "Pages are read, and nothing else: GET and HEAD, without a body.");
    if (request->untrusted_origin.n > 0 && !own_origin(request, door))
        return refuse(403, "Another page asks.");
    if (request->untrusted_site.n == 0)
        return refuse(403, "This browser does not say where a request comes from (Sec-Fetch-Site): "
                           "use a current Chromium or Firefox.");
    if (request->is_service_worker)
        return refuse(403, "Service workers would outlive the page: there are none here.");
    if (request->has_token)
        return judge_token(request, door);
    if (!own_site(request))
        return refuse(403, "Another site asks.");
    if (!has_cookie(request->untrusted_cookie, door->cookie))
        return refuse(401, "This browser has not come by the address that `trollbridge dev` "
                           "printed: open it, or press Enter there for a new one.");
    return judge_page(request);
}

bool dev_request_may_connect(const struct dev_request *request, const struct dev_door *door)
{
    return door && request->is_get && !request->is_head && own_origin(request, door) &&
           (request->untrusted_site.n == 0 ||
            tb_bytes_are(request->untrusted_site, "same-origin")) &&
           has_cookie(request->untrusted_cookie, door->cookie);
}

static void make_secret(char ret_secret[static DEV_SECRET_HEX + 1])
{
    uint8_t bytes[DEV_SECRET_HEX / 2];
    randombytes_buf(bytes, sizeof bytes);
    tb_hex(bytes, sizeof bytes, ret_secret);
    sodium_memzero(bytes, sizeof bytes);
}

void dev_door_make(struct dev_door *ret_door, unsigned port)
{
    uint8_t name[DEV_HOST_HEX / 2];
    char hex[DEV_HOST_HEX + 1];
    randombytes_buf(name, sizeof name);
    tb_hex(name, sizeof name, hex);
    /* Browsers leave the port out where it is the scheme's own. */
    if (port == 80)
        (void)snprintf(ret_door->host, sizeof ret_door->host, "%s.localhost", hex);
    else
        (void)snprintf(ret_door->host, sizeof ret_door->host, "%s.localhost:%u", hex, port);
    (void)snprintf(ret_door->origin, sizeof ret_door->origin, "http://%s", ret_door->host);
    make_secret(ret_door->cookie);
    make_secret(ret_door->token);
}

void dev_door_renew_token(struct dev_door *door)
{
    make_secret(door->token);
}
